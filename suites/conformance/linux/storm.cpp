#include "suites/conformance/storm.hpp"

#include <signal.h>
#include <sys/time.h>

#include <atomic>

#include "harness/os/wait.hpp"

namespace ipcmark {
namespace {

std::atomic<std::uint64_t> alarms = 0;
void note_alarm(int) { alarms.fetch_add(1, std::memory_order_relaxed); }

void alarm_every(int microseconds) {
  const timeval period{.tv_sec = 0, .tv_usec = microseconds};
  const itimerval timer{.it_interval = period, .it_value = period};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}
void note_stop(int) {
  os::stop_flag.store(true, std::memory_order_relaxed);
  alarm_every(2000);
}

}  // namespace

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = note_alarm;
  ::sigaction(SIGALRM, &action, nullptr);
  action.sa_handler = note_stop;
  ::sigaction(SIGUSR1, &action, nullptr);
  // The signal to stop may have come before there was this handler.
  if (os::stop_requested()) alarm_every(2000);
}
void begin_storm() { alarm_every(1000); }
void end_storm() noexcept { alarm_every(0); }
std::uint64_t signals_seen() noexcept { return alarms.load(std::memory_order_relaxed); }

}  // namespace ipcmark
