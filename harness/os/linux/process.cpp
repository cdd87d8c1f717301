#include "harness/os/process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/errors.hpp"
#include "harness/os/posix/start_child.hpp"

namespace ipcmark::os {
namespace {

// Runs in the memory of the parent when it stands still until exec: vfork(2). So it leaves nothing behind but
// its own frame, and calls only what signal-safety(7) allows. False on failure.
[[gnu::noinline]] bool settle_child(std::span<const RawHandle> handles, pid_t parent,
                                    bool outlives_parent) noexcept {
  ::setpgid(0, 0);
  if (!outlives_parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // the parent died before the line above
  }
  const int first = static_cast<int>(first_child_handle);
  const int count = static_cast<int>(handles.size());
  // Two steps, since a target number may be a source's: first out of the way, then into place without
  // FD_CLOEXEC.
  std::array<int, 64> moved{};
  for (int k = 0; k < count; ++k) {
    moved[static_cast<std::size_t>(k)] =
        ::fcntl(static_cast<int>(handles[static_cast<std::size_t>(k)]), F_DUPFD_CLOEXEC, first + count);
    if (moved[static_cast<std::size_t>(k)] == -1) return false;
  }
  for (int k = 0; k < count; ++k) {
    if (::dup2(moved[static_cast<std::size_t>(k)], first + k) == -1) return false;
  }
  ::syscall(SYS_close_range, static_cast<unsigned>(first + count), UINT_MAX, 0U);
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::sigaction(signal, &standard, nullptr);
  return true;
}

void require_room(std::span<const RawHandle> handles) {
  if (handles.size() > 64) throw std::length_error("a child takes at most 64 handles");
}

int open_counter(std::uint64_t config, int group, bool kernel) noexcept {
  perf_event_attr wanted{};
  wanted.type = PERF_TYPE_HARDWARE;
  wanted.size = sizeof wanted;
  wanted.config = config;
  wanted.disabled = group == -1 ? 1 : 0;
  wanted.exclude_kernel = kernel ? 0 : 1;
  wanted.exclude_hv = 1;
  wanted.read_format = PERF_FORMAT_GROUP;
  return static_cast<int>(::syscall(SYS_perf_event_open, &wanted, 0, -1, group, PERF_FLAG_FD_CLOEXEC));
}

std::uint64_t ns_of(const timeval& time) noexcept {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_usec) * 1000U;
}

// Not ru_maxrss of getrusage(2): that survives execve(2), so a child would begin with what its parent had.
std::uint64_t peak_resident_bytes() noexcept {
  const int file = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  char text[8192];
  const ssize_t size = file == -1 ? 0 : ::read(file, text, sizeof text - 1);
  if (file != -1) ::close(file);
  text[std::max<ssize_t>(size, 0)] = '\0';
  const char* const line = std::strstr(text, "VmHWM:");  // in KiB: proc_pid_status(5)
  return line == nullptr ? 0 : std::strtoull(line + std::strlen("VmHWM:"), nullptr, 10) * 1024U;
}

}  // namespace

std::string executable_path() {
  std::array<char, PATH_MAX> path{};
  const ssize_t size =
      check(::readlink("/proc/self/exe", path.data(), path.size()), "readlink /proc/self/exe");
  return {path.data(), static_cast<std::size_t>(size)};
}

std::int64_t start_child(const std::string& file, const std::vector<std::string>& arguments,
                         std::span<const RawHandle> handles, bool outlives_parent) {
  std::vector<char*> pointers{const_cast<char*>(file.c_str())};
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  const pid_t parent = ::getpid();
  require_room(handles);
  // A run that holds tens of thousands of launches has some 200 MB, and fork(2) would copy its page tables
  // for each child: 32 ms instead of 7 for setting up a launch, by the medians of a standard run.
  const pid_t child = check(::vfork(), "vfork");
  if (child != 0) {
    ::setpgid(child, child);  // also here: whoever comes first
    return child;
  }
  if (!settle_child(handles, parent, outlives_parent)) ::_exit(126);
  ::execv(file.c_str(), pointers.data());
  ::_exit(127);
}

std::int64_t fork_child(std::span<const RawHandle> handles) {
  require_room(handles);
  const pid_t parent = ::getpid();
  const pid_t child = check(::fork(), "fork");
  if (child != 0) {
    ::setpgid(child, child);  // also here: whoever comes first
    return child;
  }
  if (!settle_child(handles, parent, false)) ::_exit(126);
  return 0;
}

Usage usage_of_self() noexcept {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return {.user_ns = ns_of(used.ru_utime),
          .system_ns = ns_of(used.ru_stime),
          .voluntary_switches = static_cast<std::uint64_t>(used.ru_nvcsw),
          .involuntary_switches = static_cast<std::uint64_t>(used.ru_nivcsw),
          .minor_faults = static_cast<std::uint64_t>(used.ru_minflt),
          .major_faults = static_cast<std::uint64_t>(used.ru_majflt),
          .peak_rss_bytes = peak_resident_bytes()};
}

std::optional<std::uint64_t> proportional_memory() {
  std::ifstream file("/proc/self/smaps_rollup");
  std::string word;
  while (file >> word) {
    std::uint64_t kib = 0;
    if (word == "Pss:" && file >> kib) return kib * 1024;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> open_handles() {
  std::error_code failed;
  const std::filesystem::directory_iterator all("/proc/self/fd", failed), end;
  if (failed) return std::nullopt;
  return static_cast<std::uint64_t>(std::distance(begin(all), end)) - 1;  // one of them reads this folder
}

HardwareCounters::HardwareCounters() {
  int leader = open_counter(PERF_COUNT_HW_CPU_CYCLES, -1, true);
  if (leader == -1 && (errno == EACCES || errno == EPERM)) {
    kernel_included_ = false;
    leader = open_counter(PERF_COUNT_HW_CPU_CYCLES, -1, false);
  }
  if (leader == -1) {
    unavailable_ = std::string("perf_event_open: ") + std::strerror(errno);
    return;
  }
  events_.emplace_back(leader);
  for (const std::uint64_t config : {PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_CACHE_MISSES}) {
    const int event = open_counter(config, leader, kernel_included_);
    if (event == -1) {
      unavailable_ = std::string("perf_event_open: ") + std::strerror(errno);
      events_.clear();
      return;
    }
    events_.emplace_back(event);
  }
}

void HardwareCounters::start() noexcept {
  if (events_.empty()) return;
  ::ioctl(events_.front().fd(), PERF_EVENT_IOC_RESET, PERF_IOC_FLAG_GROUP);
  ::ioctl(events_.front().fd(), PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
}

std::optional<HardwareCounters::Reading> HardwareCounters::stop() noexcept {
  if (events_.empty()) return std::nullopt;
  ::ioctl(events_.front().fd(), PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
  std::array<std::uint64_t, 4> group{};  // number of events, then their values
  if (::read(events_.front().fd(), group.data(), sizeof group) != sizeof group) return std::nullopt;
  return Reading{.cycles = group[1], .instructions = group[2], .cache_misses = group[3]};
}

}  // namespace ipcmark::os
