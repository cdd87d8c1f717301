#include "suites/conformance/contention/schedule.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/time.h>

#include "harness/errors.hpp"

namespace ipcmark::contention {

std::vector<unsigned> own_processors() {
  cpu_set_t all;
  check(::sched_getaffinity(0, sizeof all, &all), "sched_getaffinity");
  std::vector<unsigned> processors;
  for (unsigned k = 0; k < CPU_SETSIZE; ++k) {
    if (CPU_ISSET(k, &all)) processors.push_back(k);
  }
  return processors;
}

void run_on_any(const std::vector<unsigned>& processors) noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const unsigned processor : processors) CPU_SET(processor, &set);
  ::sched_setaffinity(0, sizeof set, &set);
}
void run_on(unsigned processor) noexcept {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  ::sched_setaffinity(0, sizeof one, &one);
}

bool has_alarms() noexcept { return true; }
void prepare_alarms() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  check(::sigaction(SIGALRM, &action, nullptr), "sigaction");
}
void set_alarm(long microseconds) noexcept {
  const itimerval timer{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = microseconds}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace ipcmark::contention
