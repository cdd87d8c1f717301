// By proc(5), and signals.
#include "suites/conformance/sight.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>
#include <thread>

#include "harness/errors.hpp"
#include "harness/os/host.hpp"
#include "harness/os/posix/start_child.hpp"
#include "suites/conformance/actor.hpp"

namespace ipcmark {

const SleepSigns sleep_signs{.in_vain = std::chrono::milliseconds(20), .rest = {}, .looks_at_stuck = 12};

namespace {

char state_in(const std::string& folder) {
  const std::string stat = os::first_line(folder + "/stat").value_or("");
  const std::size_t end = stat.rfind(") ");
  return end == std::string::npos ? '?' : stat.at(end + 2);
}

// The switches that it made of its own accord: proc_pid_status(5).
std::string switches_in(const std::string& folder) {
  std::ifstream status(folder + "/status");
  std::string line;
  while (std::getline(status, line) && !line.starts_with("voluntary_ctxt_switches")) {
  }
  return line;
}

}  // namespace

Sight::Sight() = default;
std::vector<os::RawHandle> Sight::handles() const { return {}; }

// proc_pid_stat(5), proc_pid_syscall(5).
Doing Sight::look() const {
  const std::string folder = "/proc/" + std::to_string(process_);
  Doing now;
  switch (state_in(folder)) {
    case 'Z':
    case 'X':
    case '?': now.state = Doing::State::ended; break;
    case 'T': now.state = Doing::State::stopped; break;
    case 'S': now.state = Doing::State::asleep; break;
    default: break;
  }
  errno = 0;
  std::ifstream file(folder + "/syscall");
  std::string word;
  if (!file || !(file >> word)) {
    if (now.state == Doing::State::ended) return now;
    throw Unsupported(
        "/proc/PID/syscall cannot be read (" + std::generic_category().message(errno) +
        "), so nobody knows when a process waits: it needs CONFIG_HAVE_ARCH_TRACEHOOK and the "
        "right to trace an own child, see proc_pid_syscall(5) and sysctl kernel.yama.ptrace_scope");
  }
  if (now.state != Doing::State::asleep) return now;
  if (word == "running" || word == "-1") {
    now.state = Doing::State::runs;
    return now;
  }
  now.call = std::stol(word);
  file >> std::hex >> word;
  const auto first_argument = static_cast<os::RawHandle>(std::stoul(word, nullptr, 16));
  if (now.call == SYS_recvfrom && first_argument == os::first_child_handle) now.state = Doing::State::listens;
  now.place = switches_in(folder);
  return now;
}

// clock_getcpuclockid(3).
std::uint64_t Sight::processor_time() const {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(static_cast<pid_t>(process_), &clock) != 0 || ::clock_gettime(clock, &used) != 0)
    return 0;
  return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(used.tv_nsec);
}

void Sight::stop() const {
  check(::kill(static_cast<pid_t>(process_), SIGSTOP), "kill of an actor");
  while (state_in("/proc/" + std::to_string(process_)) != 'T')
    std::this_thread::sleep_for(std::chrono::microseconds(100));
}
void Sight::resume() const { check(::kill(static_cast<pid_t>(process_), SIGCONT), "kill of an actor"); }
void Sight::kill() const { check(::kill(static_cast<pid_t>(process_), SIGKILL), "kill of an actor"); }

void be_seen(std::span<const os::RawHandle>) {}
void show_listening(bool) noexcept {}

void keep_from_children(os::RawHandle handle) {
  check(::fcntl(static_cast<int>(handle), F_SETFD, FD_CLOEXEC), "fcntl F_SETFD");
}

std::optional<os::Process> start_copy(std::span<const os::RawHandle> handles, int (*role)(void*),
                                      void* argument) {
  const std::int64_t child = os::fork_child(handles);
  if (child == 0) ::_exit(role(argument));
  return os::Process::adopt(child);
}

std::string error_name(int number) {
  const char* const name = ::strerrorname_np(number);
  return name != nullptr ? name : "errno " + std::to_string(number);
}

// Of actor.hpp, what only this system has.
void Actor::signal(int number) const { check(::kill(static_cast<pid_t>(id()), number), "kill of an actor"); }
std::string result_of(long result) { return result == -1 ? error_name(errno) : std::to_string(result); }

}  // namespace ipcmark
