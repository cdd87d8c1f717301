// What an actor can be told to do with locks, and the locks themselves.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <time.h>

#include "suites/conformance/contracts/linux/locks.hpp"

namespace ipcmark {
namespace {

timespec from_now(clockid_t clock, long seconds, long milliseconds) {
  timespec time{};
  ::clock_gettime(clock, &time);
  time.tv_sec += seconds;
  time.tv_nsec += milliseconds * 1'000'000;
  time.tv_sec += time.tv_nsec / 1'000'000'000;
  time.tv_nsec %= 1'000'000'000;
  return time;
}
bool reached(const timespec& deadline) {
  const timespec now = from_now(CLOCK_REALTIME, 0, 0);
  return std::pair(now.tv_sec, now.tv_nsec) >= std::pair(deadline.tv_sec, deadline.tv_nsec);
}

// EAGAIN is never an answer of these calls, so that it can say "came back early".
int lock_for_20_ms(Locks& locks) {
  const timespec deadline = from_now(CLOCK_REALTIME, 0, 20);
  const int result = ::pthread_mutex_timedlock(&locks.mutex, &deadline);
  return result == ETIMEDOUT && !reached(deadline) ? EAGAIN : result;
}
int lock_within_an_hour(Locks& locks) {
  const timespec deadline = from_now(CLOCK_REALTIME, 3600, 0);
  return ::pthread_mutex_timedlock(&locks.mutex, &deadline);
}
// An hour from now for the other clock, and long ago for this one.
int lock_until_monotonic(Locks& locks) {
  const timespec deadline = from_now(CLOCK_MONOTONIC, 3600, 0);
  return ::pthread_mutex_timedlock(&locks.mutex, &deadline);
}
int write_lock_for_20_ms(Locks& locks) {
  const timespec deadline = from_now(CLOCK_REALTIME, 0, 20);
  const int result = ::pthread_rwlock_timedwrlock(&locks.rwlock, &deadline);
  return result == ETIMEDOUT && !reached(deadline) ? EAGAIN : result;
}

int counted(Word& count, int result) {
  advance(count);
  return result;
}

// What an actor can be told to do.
constexpr std::pair<std::string_view, int (*)(Locks&)> calls[]{
    {"lock", [](Locks& locks) { return counted(locks.locked, ::pthread_mutex_lock(&locks.mutex)); }},
    {"trylock", [](Locks& locks) { return ::pthread_mutex_trylock(&locks.mutex); }},
    {"unlock", [](Locks& locks) { return ::pthread_mutex_unlock(&locks.mutex); }},
    {"consistent", [](Locks& locks) { return ::pthread_mutex_consistent(&locks.mutex); }},
    {"destroy", [](Locks& locks) { return ::pthread_mutex_destroy(&locks.mutex); }},
    {"lock_for_20_ms", lock_for_20_ms},
    {"lock_within_an_hour", lock_within_an_hour},
    {"lock_until_monotonic", lock_until_monotonic},
    {"rdlock", [](Locks& locks) { return ::pthread_rwlock_rdlock(&locks.rwlock); }},
    {"trywrlock", [](Locks& locks) { return ::pthread_rwlock_trywrlock(&locks.rwlock); }},
    {"write_lock_for_20_ms", write_lock_for_20_ms},
    {"wait",
     [](Locks& locks) { return counted(locks.woken, ::pthread_cond_wait(&locks.condition, &locks.mutex)); }},
    {"signal", [](Locks& locks) { return counted(locks.done, ::pthread_cond_signal(&locks.condition)); }},
    {"destroy_condition",
     [](Locks& locks) { return counted(locks.done, ::pthread_cond_destroy(&locks.condition)); }},
    {"arrive", [](Locks& locks) { return counted(locks.done, ::pthread_barrier_wait(&locks.barrier)); }},
    {"execute_cat",
     [](Locks&) {
       ::dup2(static_cast<int>(os::first_child_handle) + 2, STDIN_FILENO);
       ::execl("/bin/cat", "cat", nullptr);
       return errno;
     }},
};

Word* handled = nullptr;
void count_signal(int) { advance(*handled); }

void obey_calls(Stage& stage) {
  const Shared<Locks> locks(stage.fd(0));
  handled = &locks->handled;
  struct sigaction action {};
  action.sa_handler = count_signal;
  check(::sigaction(SIGUSR1, &action, nullptr), "sigaction");
  for (;;) {
    const std::string wanted = stage.hear();
    const auto* const call = std::find_if(std::begin(calls), std::end(calls),
                                          [&](const auto& one) { return one.first == wanted; });
    if (call == std::end(calls)) throw std::invalid_argument("no such call: " + wanted);
    const int result = call->second(*locks);
    stage.say(result == 0 ? "0" : result == PTHREAD_BARRIER_SERIAL_THREAD ? "serial" : error_name(result));
  }
}

}  // namespace

LockCast::LockCast(Mutex kind, unsigned parties) {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "pipe2");
  pipe_reader_ = os::Handle(ends[0]);
  pipe_writer_ = os::Handle(ends[1]);
  pthread_mutexattr_t mutex;
  ::pthread_mutexattr_init(&mutex);
  ::pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
  if (kind == Mutex::robust) ::pthread_mutexattr_setrobust(&mutex, PTHREAD_MUTEX_ROBUST);
  pthread_rwlockattr_t rwlock;
  ::pthread_rwlockattr_init(&rwlock);
  ::pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
  pthread_condattr_t condition;
  ::pthread_condattr_init(&condition);
  ::pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
  pthread_barrierattr_t barrier;
  ::pthread_barrierattr_init(&barrier);
  ::pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
  if (::pthread_mutex_init(&locks_->mutex, &mutex) != 0 ||
      ::pthread_rwlock_init(&locks_->rwlock, &rwlock) != 0 ||
      ::pthread_cond_init(&locks_->condition, &condition) != 0 ||
      ::pthread_barrier_init(&locks_->barrier, &barrier, parties) != 0)
    throw std::runtime_error("the locks could not be initialised");
}
Actor& LockCast::add() {
  return actors_.emplace_back(obey_calls, std::vector{locks_.raw(), pipe_reader_.raw()});
}
Actor& LockCast::add_owner() {
  Actor& owner = add();
  EXPECT_EQ(ask(owner, "lock"), "0");
  return owner;
}
Actor& LockCast::add_waiter(const std::string& call) {
  Actor& waiter = add();
  waiter.say(call);
  waiter.await_blocked_in(SYS_futex);
  return waiter;
}

}  // namespace ipcmark
