#include "suites/conformance/contracts/linux/circumstances.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "harness/os/clock.hpp"

namespace ipcmark {
namespace {

int told_of_signals = -1;

void tell(int) {
  const int before = errno;
  const std::uint64_t one = 1;
  if (::write(told_of_signals, &one, sizeof one) != sizeof one) ::_exit(1);
  errno = before;
}

std::string because(int error) { return std::generic_category().message(error); }

void write_map(const char* path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) throw Unsupported(std::string(path) + " cannot be written, so there is no own IPC namespace");
}

// Without CAP_SYS_ADMIN: in a new user namespace, in which this user is all that there is.
void enter_own_user_and_ipc_namespace() {
  const std::string user = std::to_string(::geteuid()), group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWIPC) == -1) {
    throw Unsupported("no IPC namespace of its own (" + because(errno) +
                      "): that needs CAP_SYS_ADMIN, or user namespaces for everybody "
                      "(user.max_user_namespaces) in a kernel with CONFIG_IPC_NS");
  }
  write_map("/proc/self/setgroups", "deny");
  write_map("/proc/self/uid_map", user + " " + user + " 1");
  write_map("/proc/self/gid_map", group + " " + group + " 1");
}

constexpr unsigned someone_else = 65534;  // "nobody" wherever that name exists

}  // namespace

void handle_signal(int flags, int told) {
  told_of_signals = told;
  struct sigaction action {};
  action.sa_handler = tell;
  action.sa_flags = flags;
  check(::sigaction(SIGUSR1, &action, nullptr), "sigaction");
}
void interrupt(Actor& actor, int told) {
  actor.await_blocked();
  actor.signal(SIGUSR1);
  std::uint64_t count = 0;
  check(::read(told, &count, sizeof count), "read of an eventfd");
}
os::Handle make_told() { return os::Handle(check(::eventfd(0, EFD_CLOEXEC), "eventfd(2)")); }

void drop_capabilities() {
  __user_cap_header_struct version{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
  check(::syscall(SYS_capset, &version, none), "capset");
}

void become_another_user() {
  if (::setgroups(0, nullptr) == 0 && ::setresgid(someone_else, someone_else, someone_else) == 0 &&
      ::setresuid(someone_else, someone_else, someone_else) == 0) {
    drop_capabilities();
    return;
  }
  throw Unsupported("no process of another user (" + because(errno) +
                    "): that needs CAP_SETUID and CAP_SETGID, and a user namespace that knows user 65534");
}

void enter_own_ipc_namespace() {
  if (::unshare(CLONE_NEWIPC) == -1) enter_own_user_and_ipc_namespace();
}

void* forbidden_address() {
  void* const page = ::mmap(nullptr, 1U << 16, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw_errno("mmap");
  return page;
}

std::string starting_line(const std::string& what) {
  constexpr std::uint64_t soon = 500'000;  // ns: by then every racer has read its line, or is late, no harm
  return std::to_string(os::read_monotonic() + soon) + " " + what;
}
std::string await_start(Stage& stage) {
  const std::string line = stage.hear();
  const std::size_t space = line.find(' ');
  const std::uint64_t when = std::stoull(line.substr(0, space));
  while (os::read_monotonic() < when) {
  }
  return line.substr(space + 1);
}

std::string letters(std::size_t size, std::size_t seed) {
  std::string text(size, '?');
  std::uint64_t state = seed * 2654435761U + 1;
  for (char& letter : text) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    letter = static_cast<char>('a' + (state >> 33) % 26);
  }
  return text;
}

}  // namespace ipcmark
