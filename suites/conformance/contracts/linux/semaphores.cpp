#include "suites/conformance/contracts/linux/semaphores.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>

#include <atomic>
#include <ctime>
#include <memory>
#include <sstream>

#include "suites/conformance/contracts/linux/props.hpp"

namespace ipcmark {
namespace {

timespec realtime() {
  timespec now{};
  check(::clock_gettime(CLOCK_REALTIME, &now), "clock_gettime");
  return now;
}
timespec realtime_in(long ms) {
  timespec then = realtime();
  const long ns = then.tv_nsec + ms % 1000 * 1'000'000;
  then.tv_sec += ms / 1000 + (ns >= 1'000'000'000 ? 1 : 0);
  then.tv_nsec = ns % 1'000'000'000;
  return then;
}
bool before(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

struct Handled {
  std::atomic<unsigned> times, posted;
  std::atomic<bool> enough;
};
Handled* handled_here = nullptr;
sem_t* posted_by_handler = nullptr;

void handle_usr1(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  check(::sigaction(SIGUSR1, &action, nullptr), "sigaction");
}

// The text is SA_RESTART or 0, and the name.
void wait_with_handler(Stage& stage) {
  std::istringstream text(stage.text());
  int flags = 0;
  std::string name, call;
  text >> flags >> call >> name;
  const SharedBlock<Handled> shared(stage.fd(0));
  handled_here = shared.operator->();
  handle_usr1([](int) { handled_here->times.fetch_add(1); }, flags);
  sem_t* const semaphore = open_semaphore(name);
  const timespec deadline = realtime_in(3'600'000);
  stage.say(result_of(call == "wait" ? ::sem_wait(semaphore) : ::sem_timedwait(semaphore, &deadline)));
}

// Posts all the time, and its handler does so as well, wherever it interrupts it.
void post_in_two_ways(Stage& stage) {
  const SharedBlock<Handled> shared(stage.fd(0));
  handled_here = shared.operator->();
  posted_by_handler = open_semaphore(stage.text());
  handle_usr1(
      [](int) {
        if (::sem_post(posted_by_handler) == 0) handled_here->times.fetch_add(1);
      },
      SA_RESTART);
  stage.say("ready");
  unsigned posted = 0;
  while (!shared->enough.load()) posted += ::sem_post(posted_by_handler) == 0 ? 1 : 0;
  shared->posted.store(posted);
  stage.say("posted");
  stage.hear();
}

}  // namespace

void wait_as_told(Stage& stage) {
  sem_t* const semaphore = open_semaphore(stage.text());
  for (;;) {
    std::istringstream words(stage.hear());
    std::string call;
    long ms = 0;
    words >> call >> ms;
    if (call == "wait") {
      stage.say(result_of(::sem_wait(semaphore)));
    } else {
      const timespec deadline = realtime_in(ms);
      const std::string result = result_of(::sem_timedwait(semaphore, &deadline));
      stage.say(result + (before(realtime(), deadline) ? " before" : " after"));
    }
  }
}

// A deadline of the wrong clock would be half a century away.
void timed_wait_ends_at_its_deadline() {
  Session session;
  const NamedSemaphore semaphore(session, 0);
  Actor waiter(wait_as_told, {}, semaphore.name());
  for (const char* call : {"timed 1", "timed 30", "timed -1000"}) {
    waiter.say(call);
    EXPECT_EQ(waiter.hear(), "ETIMEDOUT after");
  }
  semaphore.post();
  waiter.say("timed -1000");
  EXPECT_EQ(waiter.hear(), "0 after");
  waiter.say("timed 3600000");
  waiter.await_blocked_in(SYS_futex);
  semaphore.post();
  EXPECT_EQ(waiter.hear(), "0 before");
}

void handler_interrupts_a_wait() {
  Session session;
  const NamedSemaphore semaphore(session, 0);
  const auto begin = [&](int flags, const char* call, const SharedBlock<Handled>& handled) {
    auto waiter = std::make_unique<Actor>(wait_with_handler, std::vector{handled.raw()},
                                          std::to_string(flags) + " " + call + " " + semaphore.name());
    waiter->await_blocked_in(SYS_futex);
    waiter->signal(SIGUSR1);
    await_value(handled->times, 1U);
    return waiter;
  };
  const SharedBlock<Handled> plain, timed, again, timed_again;
  EXPECT_EQ(begin(0, "wait", plain)->hear(), "EINTR");
  EXPECT_EQ(begin(0, "timed", timed)->hear(), "EINTR");
  EXPECT_EQ(begin(SA_RESTART, "timed", timed_again)->hear(), "EINTR");
  const auto restarted = begin(SA_RESTART, "wait", again);
  restarted->await_blocked_in(SYS_futex);
  semaphore.post();
  EXPECT_EQ(restarted->hear(), "0");
}

void handler_may_post() {
  Session session;
  const NamedSemaphore semaphore(session, 0);
  const SharedBlock<Handled> shared;
  Actor poster(post_in_two_ways, {shared.raw()}, semaphore.name());
  EXPECT_EQ(poster.hear(), "ready");
  for (unsigned k = 1; k <= 100; ++k) {
    poster.signal(SIGUSR1);
    await_value(shared->times, k);
  }
  shared->enough.store(true);
  EXPECT_EQ(poster.hear(), "posted");
  EXPECT_EQ(static_cast<unsigned>(semaphore.value()), shared->posted.load() + shared->times.load());

  const NamedSemaphore other(session, 0);
  Actor waiter(wait_as_told, {}, other.name());
  waiter.say("wait");
  waiter.await_blocked_in(SYS_futex);
  const SharedBlock<Handled> idle;
  idle->enough.store(true);
  Actor handler(post_in_two_ways, {idle.raw()}, other.name());
  EXPECT_EQ(handler.hear(), "ready");
  EXPECT_EQ(handler.hear(), "posted");
  handler.signal(SIGUSR1);
  EXPECT_EQ(waiter.hear(), "0");
}

}  // namespace ipcmark
