#include "suites/conformance/contracts/linux/props.hpp"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <system_error>

#include "harness/errors.hpp"
#include "harness/os/cpu.hpp"

namespace ipcmark {
namespace {

sigjmp_buf way_out;
volatile sig_atomic_t fault_signal, fault_code;

void leave(int signal, siginfo_t* why, void*) {
  fault_signal = signal;
  fault_code = why->si_code;
  ::siglongjmp(way_out, 1);
}

std::string name_of_fault() {
  if (fault_signal == SIGBUS) return fault_code == BUS_ADRERR ? "SIGBUS BUS_ADRERR" : "SIGBUS";
  return fault_code == SEGV_ACCERR   ? "SIGSEGV SEGV_ACCERR"
         : fault_code == SEGV_MAPERR ? "SIGSEGV SEGV_MAPERR"
                                     : "SIGSEGV";
}

// Only while a byte is touched: any other fault of this process is a crash.
class FaultWatch {
 public:
  FaultWatch() {
    struct sigaction action {};
    action.sa_sigaction = leave;
    action.sa_flags = SA_SIGINFO;
    for (std::size_t k = 0; k < 2; ++k) check(::sigaction(signals[k], &action, &before_[k]), "sigaction");
  }
  ~FaultWatch() {
    for (std::size_t k = 0; k < 2; ++k) ::sigaction(signals[k], &before_[k], nullptr);
  }
  FaultWatch(const FaultWatch&) = delete;
  FaultWatch& operator=(const FaultWatch&) = delete;

 private:
  static constexpr int signals[]{SIGSEGV, SIGBUS};
  struct sigaction before_[2];
};

void write_text(const char* path, const std::string& text) {
  std::ofstream file(path);
  if (!(file << text << std::flush)) throw std::runtime_error(std::string("cannot write ") + path);
}

}  // namespace

std::size_t page_size() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

os::Mapping map_shared(int file, std::size_t size, int protection) {
  void* const data = ::mmap(nullptr, size, protection, MAP_SHARED, file, 0);
  if (data == MAP_FAILED) throw_errno("mmap");
  return {static_cast<std::byte*>(data), size};
}

os::Handle make_memfd(std::size_t size) {
  os::Handle file(check(::memfd_create("ipcmark-clause", MFD_CLOEXEC), "memfd_create"));
  check(::ftruncate(file.fd(), static_cast<off_t>(size)), "ftruncate of a memfd");
  return file;
}

std::string load_from(const std::byte* place) {
  const FaultWatch watch;
  if (sigsetjmp(way_out, 1) != 0) return name_of_fault();
  static_cast<void>(*static_cast<const volatile std::byte*>(place));
  return "ok";
}

std::string store_to(std::byte* place, std::byte value) {
  const FaultWatch watch;
  if (sigsetjmp(way_out, 1) != 0) return name_of_fault();
  *static_cast<volatile std::byte*>(place) = value;
  return "ok";
}

long number_from(Actor& actor) {
  const std::string line = actor.hear();
  long number = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc{} || end != line.data() + line.size())
    throw std::runtime_error("an actor should have said a number and said: " + line);
  return number;
}

int fork_of_actor() {
  const pid_t parent = ::getpid(), child = check(::fork(), "fork");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
  }
  return child;
}

AnotherProgram::AnotherProgram() {
  int input[2], done[2];
  check(::pipe2(input, O_CLOEXEC), "pipe2");
  input_read_ = os::Handle(input[0]);
  input_write_ = os::Handle(input[1]);
  check(::pipe2(done, O_CLOEXEC), "pipe2");
  done_read_ = os::Handle(done[0]);
  done_write_ = os::Handle(done[1]);
}
std::vector<os::RawHandle> AnotherProgram::handles() const { return {input_read_.raw(), done_write_.raw()}; }
void AnotherProgram::await(Actor& actor) {
  // The actor's copy closes at exec, and then nobody has one.
  done_write_.reset();
  char byte = 0;
  check(::read(done_read_.fd(), &byte, 1), "read");
  actor.await_blocked();
}
void AnotherProgram::become(Stage& stage) {
  check(::dup2(stage.fd(0), STDIN_FILENO), "dup2");
  check(::fcntl(stage.fd(1), F_SETFD, FD_CLOEXEC), "fcntl");
  ::execlp("cat", "cat", nullptr);
  throw_errno("exec of cat");
}

Places two_places() {
  const auto& usable = os::topology().usable;
  return {.first = usable.front().id, .second = usable.back().id};
}

void enter_namespace(int kind) {
  if (::unshare(kind) == 0) return;
  const std::string user = std::to_string(::geteuid()), group = std::to_string(::getegid());
  if (::unshare(kind | CLONE_NEWUSER) == -1)
    throw Unsupported(
        "no namespace of its own for this process (unshare: " + std::generic_category().message(errno) +
        "); it needs CAP_SYS_ADMIN, or user namespaces for everybody: "
        "user.max_user_namespaces, kernel.unprivileged_userns_clone");
  // Without these no file that is made belongs to anybody: user_namespaces(7).
  write_text("/proc/self/setgroups", "deny");
  write_text("/proc/self/uid_map", "0 " + user + " 1");
  write_text("/proc/self/gid_map", "0 " + group + " 1");
}

}  // namespace ipcmark
