#include "suites/conformance/faults/stepper.hpp"

#include <dlfcn.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <fstream>
#include <sstream>

#include "harness/os/host.hpp"

namespace ipcmark {
namespace {

void ignore_it(int) {}

// Interrupts waitpid(2) every millisecond, so that one can look whether the process sleeps.
void set_timer(bool on) {
  struct sigaction action {};
  action.sa_handler = ignore_it;  // without SA_RESTART
  check(::sigaction(SIGALRM, &action, nullptr), "sigaction SIGALRM");
  const timeval period{.tv_sec = 0, .tv_usec = on ? 1000 : 0};
  const itimerval timer{.it_interval = period, .it_value = period};
  check(::setitimer(ITIMER_REAL, &timer, nullptr), "setitimer");
}

// A step is a switch to the process and one back, which takes 20 times as long across two processors.
void share_processor(int process) {
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(static_cast<unsigned>(::sched_getcpu()), &here);
  ::sched_setaffinity(0, sizeof here, &here);
  ::sched_setaffinity(process, sizeof here, &here);
}
void use_every_processor(int process) {
  cpu_set_t all;
  CPU_ZERO(&all);
  for (unsigned processor = 0; processor < CPU_SETSIZE; ++processor) CPU_SET(processor, &all);
  ::sched_setaffinity(process, sizeof all, &all);  // the kernel leaves out what is not allowed
}

char state_of(int process) {
  const std::string line = os::first_line("/proc/" + std::to_string(process) + "/stat").value_or("");
  const std::size_t end = line.rfind(") ");
  return end == std::string::npos ? '?' : line.at(end + 2);
}

}  // namespace

Stepper::Stepper(Actor& actor) : actor_(actor), process_(static_cast<int>(actor.id())) {
  if (::ptrace(PTRACE_SEIZE, process_, nullptr, nullptr) == -1) {
    throw Unsupported("ptrace of an own child is refused (" + std::generic_category().message(errno) +
                      "): allow it with CAP_SYS_PTRACE, or sysctl -w kernel.yama.ptrace_scope=1");
  }
  share_processor(process_);
}

Stepper::~Stepper() {
  if (held_) let_go();
  use_every_processor(0);
}

void Stepper::await_call() {
  int status = 0;
  check(::waitpid(process_, &status, __WALL), "waitpid of a traced process");
  if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGSTOP)
    throw std::runtime_error("a traced process did not stop before its call");
}

void Stepper::leave_call() {
  ended_ = false;
  check(::ptrace(PTRACE_CONT, process_, nullptr, nullptr), "PTRACE_CONT");
}

bool Stepper::wait_for_step(Look look) {
  const int looks = look == Look::brief ? 5 : 400;  // a millisecond apart
  for (int asleep = 0; asleep < looks;) {
    int status = 0;
    if (::waitpid(process_, &status, __WALL) == process_) {
      if (!WIFSTOPPED(status)) throw std::runtime_error("a traced process ended by itself");
      in_step_ = false;
      ended_ = WSTOPSIG(status) == SIGURG;
      return true;
    }
    asleep = state_of(process_) == 'S' ? asleep + 1 : 0;
  }
  return false;
}

Stepper::Halt Stepper::go(std::size_t steps, Look look) {
  set_timer(true);
  Halt halt = Halt::reached;
  for (std::size_t done = 0; done < steps && halt == Halt::reached; ++done) {
    if (ended_) {
      halt = Halt::ended;
      break;
    }
    if (!in_step_) check(::ptrace(PTRACE_SINGLESTEP, process_, nullptr, nullptr), "PTRACE_SINGLESTEP");
    in_step_ = true;
    if (!wait_for_step(look)) {
      halt = Halt::asleep;
    } else if (ended_) {
      halt = Halt::ended;
    } else {
      ++steps_;
    }
  }
  set_timer(false);
  return halt;
}

bool Stepper::awake() {
  int status = 0;
  if (!in_step_ || ::waitpid(process_, &status, __WALL | WNOHANG) != process_) return !in_step_;
  in_step_ = false;
  ended_ = WIFSTOPPED(status) && WSTOPSIG(status) == SIGURG;
  return true;
}

std::string Stepper::place() const {
  // "-1 SP PC" for one that is in no system call: proc_pid_syscall(5).
  std::ifstream file("/proc/" + std::to_string(process_) + "/syscall");
  std::string call, stack, counter;
  file >> call;
  if (call != "-1") return "system call " + call;
  file >> stack >> counter;
  // A forked actor has the layout of this process.
  const auto address = std::stoull(counter, nullptr, 16);
  Dl_info found{};
  if (::dladdr(reinterpret_cast<void*>(address), &found) == 0) return counter;
  if (found.dli_sname != nullptr) return found.dli_sname;
  const std::string file_name = found.dli_fname;
  std::ostringstream text;
  text << file_name.substr(file_name.rfind('/') + 1) << "+0x" << std::hex
       << address - reinterpret_cast<std::uintptr_t>(found.dli_fbase);
  return text.str();
}

void Stepper::kill() {
  held_ = false;
  actor_.kill();
}

void Stepper::let_go() {
  held_ = false;
  if (in_step_) {  // asleep: only one that stands still can be let go
    ::ptrace(PTRACE_INTERRUPT, process_, nullptr, nullptr);
    int status = 0;
    ::waitpid(process_, &status, __WALL);
    in_step_ = false;
  }
  use_every_processor(process_);
  ::ptrace(PTRACE_DETACH, process_, nullptr, nullptr);
}

}  // namespace ipcmark
