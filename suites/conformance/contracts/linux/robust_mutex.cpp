// RMX: mutexes, condition variables, locks and barriers of POSIX that processes share.
#include <gtest/gtest.h>

#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/locks.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

constexpr long locked_rounds = 20'000, unlocked_rounds = 1'000'000;

struct Counted {
  pthread_mutex_t mutex;
  Word ready, begun;
  volatile long counter;
};

// Adds one many times, under the lock or, for comparison, without it.
void count_up(Stage& stage) {
  const Shared<Counted> shared(stage.fd(0));
  advance(shared->ready);
  await_count(shared->begun, 1);
  const bool locks = stage.text() == "locked";
  for (long k = locks ? locked_rounds : unlocked_rounds; k > 0; --k) {
    if (locks) ::pthread_mutex_lock(&shared->mutex);
    shared->counter = shared->counter + 1;
    if (locks) ::pthread_mutex_unlock(&shared->mutex);
  }
  stage.say("done");
}

long counted_by_four(const char* how) {
  const Shared<Counted> shared;
  pthread_mutexattr_t wanted;
  ::pthread_mutexattr_init(&wanted);
  ::pthread_mutexattr_setpshared(&wanted, PTHREAD_PROCESS_SHARED);
  ::pthread_mutex_init(&shared->mutex, &wanted);
  std::deque<Actor> actors;
  for (int k = 0; k < 4; ++k) actors.emplace_back(count_up, std::vector{shared.raw()}, how);
  await_count(shared->ready, 4);
  advance(shared->begun);
  for (Actor& actor : actors) EXPECT_EQ(actor.hear(), "done");
  return shared->counter;
}

void counter_is_exact() {
  EXPECT_EQ(counted_by_four("locked"), 4 * locked_rounds);
  for (int attempt = 0; attempt < 20; ++attempt) {
    const long counted = counted_by_four("unlocked");
    if (counted == 4 * unlocked_rounds) continue;
    return observe("without the lock " + std::to_string(counted) + " of " +
                   std::to_string(4 * unlocked_rounds));
  }
  throw Inconclusive("without the lock nothing was lost either, so the processes hardly ran side by side");
}

// A mutex whose owner was killed, and an actor that has just learned of it.
Actor& add_heir(LockCast& cast) {
  cast.add_owner().kill();
  Actor& heir = cast.add();
  EXPECT_EQ(ask(heir, "lock"), "EOWNERDEAD");
  return heir;
}

// Tells whether the next lock after a trylock comes back at all.
void lock_after_trylock(LockCast& cast, Actor& trying, Actor& locking) {
  EXPECT_EQ(ask(trying, "trylock"), "ENOTRECOVERABLE");
  const std::uint32_t before = cast.locks().locked;
  locking.say("lock");
  const bool returns = happens([&] { return cast.locks().locked > before; }, {locking.id()});
  EXPECT_TRUE(returns) << "trylock said ENOTRECOVERABLE and kept the lock, so that the next lock sleeps";
  if (returns) {
    EXPECT_EQ(locking.hear(), "ENOTRECOVERABLE");
  }
}

void never_recoverable_again() {
  LockCast cast(Mutex::robust);
  Actor& heir = add_heir(cast);
  std::vector<Actor*> waiters{&cast.add_waiter("lock"), &cast.add_waiter("lock")};
  const std::uint32_t before = cast.locks().locked;
  EXPECT_EQ(ask(heir, "unlock"), "0");
  const bool all =
      happens([&] { return cast.locks().locked == before + 2; }, {waiters[0]->id(), waiters[1]->id()});
  EXPECT_TRUE(all) << "one of two waiters sleeps on";
  for (Actor* waiter : waiters) {
    const std::optional<Asleep> now = asleep(waiter->id());
    if (!all && now && !now->for_a_line) {
      waiter->kill();
    } else {
      EXPECT_EQ(waiter->hear(), "ENOTRECOVERABLE");
    }
  }
  Actor& late = cast.add();
  for (Actor* actor : {&heir, &late}) {
    for (const char* call : {"lock", "lock_for_20_ms", "lock"})
      EXPECT_EQ(ask(*actor, call), "ENOTRECOVERABLE");
    EXPECT_EQ(ask(*actor, "consistent"), "EINVAL");
  }
  lock_after_trylock(cast, heir, late);
  EXPECT_EQ(ask(heir, "destroy"), "0");
}

// The new program runs on, and yet the lock is free.
void execve_counts_as_death() {
  LockCast cast(Mutex::robust);
  Actor &owner = cast.add_owner(), &waiter = cast.add_waiter("lock");
  owner.say("execute_cat");
  EXPECT_EQ(waiter.hear(), "EOWNERDEAD");
  owner.await_blocked_in(SYS_read);
  EXPECT_EQ(ask(waiter, "consistent"), "0");
  EXPECT_EQ(ask(waiter, "unlock"), "0");
}

// Interrupts a waiter three times; it must come back only with the lock.
void interrupt(const char* call) {
  LockCast cast(Mutex::stalled);
  Actor &owner = cast.add_owner(), &waiter = cast.add_waiter(call), &other = cast.add();
  for (std::uint32_t k = 1; k <= 3; ++k) {
    waiter.signal(SIGUSR1);
    await_count(cast.locks().handled, k);
  }
  EXPECT_EQ(ask(owner, "unlock"), "0");
  EXPECT_EQ(waiter.hear(), "0") << call;
  EXPECT_EQ(ask(other, "trylock"), "EBUSY");
}

void timed_lock_by_the_realtime_clock() {
  interrupt("lock_within_an_hour");
  LockCast cast(Mutex::stalled);
  cast.add_owner();
  Actor& waiter = cast.add();
  EXPECT_EQ(ask(waiter, "lock_for_20_ms"), "ETIMEDOUT");
  EXPECT_EQ(ask(waiter, "lock_until_monotonic"), "ETIMEDOUT");
}

void a_dead_reader_is_never_forgotten() {
  LockCast cast(Mutex::stalled);
  Actor &reader = cast.add(), &writer = cast.add(), &other = cast.add();
  EXPECT_EQ(ask(reader, "rdlock"), "0");
  reader.kill();
  EXPECT_EQ(ask(writer, "trywrlock"), "EBUSY");
  EXPECT_EQ(ask(writer, "write_lock_for_20_ms"), "ETIMEDOUT");
  EXPECT_EQ(ask(other, "rdlock"), "0");
}

constexpr Clause table[]{
    {.id = "RMX-01",
     .title = "AProcessSharedMutexKeepsACounterOfSeveralProcessesExact",
     .source = "pthread_mutexattr_setpshared(3), pthread_mutex_lock(3)",
     .body = counter_is_exact},
    {.id = "RMX-02",
     .title = "WhoLocksAfterTheOwnerDiedIsToldAndHasTheLock",
     .source = "pthread_mutexattr_setrobust(3), EOWNERDEAD",
     .body =
         [] {
           LockCast cast(Mutex::robust);
           add_heir(cast);
           EXPECT_EQ(ask(cast.add(), "trylock"), "EBUSY");
         }},
    {.id = "RMX-03",
     .title = "AWaiterIsWokenWhenTheOwnerIsKilled",
     .source = "pthread_mutexattr_setrobust(3)",
     .body =
         [] {
           LockCast cast(Mutex::robust);
           Actor &owner = cast.add_owner(), &waiter = cast.add_waiter("lock");
           owner.kill();
           EXPECT_EQ(waiter.hear(), "EOWNERDEAD");
         }},
    {.id = "RMX-04",
     .title = "ConsistentAndUnlockRestoreNormalUse",
     .source = "pthread_mutex_consistent(3)",
     .body =
         [] {
           LockCast cast(Mutex::robust);
           Actor &heir = add_heir(cast), &next = cast.add();
           EXPECT_EQ(ask(heir, "consistent"), "0");
           EXPECT_EQ(ask(next, "trylock"), "EBUSY");
           EXPECT_EQ(ask(heir, "unlock"), "0");
           EXPECT_EQ(ask(next, "lock"), "0");
           EXPECT_EQ(ask(next, "unlock"), "0");
           EXPECT_EQ(ask(heir, "lock"), "0");
         }},
    {.id = "RMX-05",
     .title = "UnlockWithoutConsistentMakesItUnrecoverableForEveryone",
     .source = "pthread_mutexattr_setrobust(3); POSIX.1-2017 pthread_mutex_lock, ENOTRECOVERABLE",
     .body = never_recoverable_again,
     .documented = "every attempt to lock it fails with ENOTRECOVERABLE",
     .observed =
         "glibc 2.36: of two who wait one is told, and the other sleeps for ever; after a trylock that "
         "says so whoever locks next sleeps for ever, too",
     .deviation =
         "glibc 2.36: whoever is told passes the wake-up on to no other waiter, and trylock keeps the "
         "lock of a mutex that it calls unrecoverable"},
    {.id = "RMX-06",
     .title = "WhenTheHeirDiesTooTheNextIsTold",
     .source = "pthread_mutexattr_setrobust(3)",
     .body =
         [] {
           LockCast cast(Mutex::robust);
           Actor& heir = add_heir(cast);
           Actor& waiter = cast.add_waiter("lock");
           heir.kill();
           EXPECT_EQ(waiter.hear(), "EOWNERDEAD");
           EXPECT_EQ(ask(waiter, "consistent"), "0");
           waiter.kill();  // and once more, from a mutex that was made consistent but not unlocked
           EXPECT_EQ(ask(cast.add(), "trylock"), "EOWNERDEAD");
         }},
    {.id = "RMX-07",
     .title = "AnOwnerThatExecutesAnotherProgramCountsAsDead",
     .source = "pthread_mutexattr_setrobust(3), NOTES: Linux",
     .body = execve_counts_as_death},
    {.id = "RMX-08",
     .title = "AMutexThatIsNotRobustStaysLockedAfterItsOwnerDied",
     .source = "pthread_mutexattr_setrobust(3), PTHREAD_MUTEX_STALLED",
     .body =
         [] {
           LockCast cast(Mutex::stalled);
           cast.add_owner().kill();
           Actor& other = cast.add();
           EXPECT_EQ(ask(other, "trylock"), "EBUSY");
           EXPECT_EQ(ask(other, "lock_for_20_ms"), "ETIMEDOUT");
         }},
    {.id = "RMX-09",
     .title = "TimedlockGoesByTheRealtimeClockAndIsNotInterruptedBySignals",
     .source = "POSIX.1-2017 pthread_mutex_timedlock",
     .body = timed_lock_by_the_realtime_clock},
    {.id = "RMX-10",
     .title = "AKilledReaderBlocksTheWritersOfARwlock",
     .source = "POSIX.1-2017 pthread_rwlock_rdlock: no attribute for robustness",
     .body = a_dead_reader_is_never_forgotten},
    {.id = "RMX-11",
     .title = "AfterWaitersWereKilledASignalMayHangButTheMutexIsRecovered",
     .source = "POSIX.1-2017 pthread_cond_signal says nothing of killed waiters",
     .body = killed_waiters_and_signal,
     .documented = "nothing; glibc's condition variable counts its waiters, and has no list of them",
     .observed =
         "glibc 2.36: pthread_cond_signal itself sleeps for ever some rounds after waiters were killed"},
    {.id = "RMX-12",
     .title = "AfterAWaiterWasKilledDestroyMayHangButTheMutexIsFree",
     .source = "POSIX.1-2017 pthread_cond_destroy: undefined while somebody waits",
     .body = killed_waiter_and_destroy,
     .documented = "undefined while somebody is blocked; of one who was killed nothing is said",
     .observed = "glibc 2.36: pthread_cond_destroy waits for ever for the dead one to leave"},
    {.id = "RMX-13",
     .title = "ABarrierNeverOpensForFewerThanItsCountButTheDeadMayCount",
     .source = "POSIX.1-2017 pthread_barrier_wait says nothing of those who die in it",
     .body = killed_arrival_at_a_barrier,
     .documented = "nothing",
     .observed = "an arrival counts although its process was killed: three parties pass with two alive"},
    {.id = "RMX-14",
     .title = "EachCycleOfABarrierHasExactlyOneSerialThread",
     .source = "pthread_barrier_wait(3p), PTHREAD_BARRIER_SERIAL_THREAD",
     .body = one_serial_thread_each_cycle},
    {.id = "RMX-15",
     .title = "AWaitForAMutexGoesOnAfterASignalHandler",
     .source = "POSIX.1-2017 pthread_mutex_lock",
     .body = [] { interrupt("lock"); }},
    {.id = "RMX-16",
     .title = "AStalePendingOperationMarksOnlyMemoryThatHoldsTheIdOfTheDead",
     .source = "get_robust_list(2); glibc bug 14485",
     .body = stale_pending_operation,
     .documented = "the kernel marks locks that the dead process held",
     .observed =
         "it marks whatever is mapped at the address of the operation under way, when that word happens "
         "to be the id of the dead process: keep the memory of a lock mapped after its last unlock"},
    {.id = "RMX-17",
     .title = "DataUnderARobustMutexWithAJournalSurviveAStormOfKills",
     .source = "pthread_mutexattr_setrobust(3)",
     .body = storm_of_kills},
};

}  // namespace

const Section robust_mutex_section{.name = "RMX", .count = 17, .clauses = table};

}  // namespace ipcmark
