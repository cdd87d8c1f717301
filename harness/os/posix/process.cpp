#include "harness/os/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "harness/errors.hpp"
#include "harness/os/posix/start_child.hpp"
#include "harness/os/wait.hpp"

namespace ipcmark::os {
namespace {

std::atomic<int> termination = 0;

void note_termination(int signal) { termination.store(signal, std::memory_order_relaxed); }
void note_stop(int) { stop_flag.store(true, std::memory_order_relaxed); }

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;  // sa_flags stay 0: no SA_RESTART, so that blocking calls return EINTR
  check(::sigaction(signal, &action, nullptr), "sigaction");
}

Exit exit_from(int status) noexcept {
  if (WIFSIGNALED(status)) return {.code = 0, .signal = WTERMSIG(status)};
  return {.code = WEXITSTATUS(status), .signal = 0};
}

}  // namespace

std::atomic<bool> stop_flag = false;

void listen_for_stop() { handle(SIGUSR1, note_stop); }

void catch_termination() {
  handle(SIGINT, note_termination);
  handle(SIGTERM, note_termination);
  handle(SIGHUP, note_termination);
}
int termination_signal() noexcept { return termination.load(std::memory_order_relaxed); }
std::string signal_text(int signal) { return ::strsignal(signal); }
void survive_closed_pipes() noexcept { ::signal(SIGPIPE, SIG_IGN); }
bool starts_may_fail() noexcept { return false; }

RawHandle number_in_child(std::span<const RawHandle>, std::size_t k) noexcept {
  return first_child_handle + static_cast<RawHandle>(k);
}
RawHandle first_handle() { return first_child_handle; }

std::string error_text(int error) { return std::generic_category().message(error); }

bool process_exists(std::int64_t id) noexcept {
  return ::kill(static_cast<pid_t>(id), 0) == 0 || errno == EPERM;
}
std::int64_t own_id() noexcept { return ::getpid(); }
void cheapest_system_call() noexcept { static_cast<void>(::getppid()); }

std::string Exit::text() const {
  if (signal != 0) return "killed by signal " + std::to_string(signal) + " (" + signal_text(signal) + ")";
  return "exit code " + std::to_string(code);
}

Process Process::start(const std::string& file, const std::vector<std::string>& arguments,
                       std::span<const RawHandle> handles, bool outlives_parent) {
  Process child;
  child.id_ = start_child(file, arguments, handles, outlives_parent);
  return child;
}

Process Process::adopt(std::int64_t id) noexcept {
  Process child;
  child.id_ = id;
  return child;
}
Process::Process(Process&& other) noexcept : id_(std::exchange(other.id_, 0)), exit_(other.exit_) {}
Process& Process::operator=(Process&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(exit_, other.exit_);
  return *this;
}
Process::~Process() {
  kill();
  wait();
}

void Process::ask_to_stop() noexcept {
  if (running()) ::kill(static_cast<pid_t>(id_), SIGUSR1);
}
void Process::kill() noexcept {
  if (!running()) return;
  ::kill(-static_cast<pid_t>(id_), SIGKILL);
  ::kill(static_cast<pid_t>(id_), SIGKILL);
}
Exit Process::wait() noexcept {
  if (!running()) return exit_;
  int status = 0;
  while (::waitpid(static_cast<pid_t>(id_), &status, 0) == -1 && errno == EINTR) {
  }
  id_ = 0;
  return exit_ = exit_from(status);
}
std::optional<Exit> Process::try_wait() noexcept {
  if (!running()) return exit_;
  int status = 0;
  if (::waitpid(static_cast<pid_t>(id_), &status, WNOHANG) <= 0) return std::nullopt;
  id_ = 0;
  return exit_ = exit_from(status);
}

}  // namespace ipcmark::os
