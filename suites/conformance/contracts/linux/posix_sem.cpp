// SEM: sem_overview(7).
#include <gtest/gtest.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <deque>

#include "suites/conformance/contracts/linux/props.hpp"
#include "suites/conformance/contracts/linux/semaphores.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

struct Holders {
  Gate gate;
  std::atomic<int> now, most;
  volatile long unprotected;  // is exact only when one permit lets one in at a time
};
constexpr unsigned holders = 6, turns = 300;

void hold_again_and_again(Stage& stage) {
  const SharedBlock<Holders> shared(stage.fd(0));
  sem_t* const semaphore = open_semaphore(stage.text());
  shared->gate.pass(holders);
  for (unsigned turn = 0; turn < turns; ++turn) {
    check(::sem_wait(semaphore), "sem_wait");
    const int now = shared->now.fetch_add(1) + 1;
    int most = shared->most.load();
    while (most < now && !shared->most.compare_exchange_weak(most, now)) {
    }
    const long count = shared->unprotected;
    ::sched_yield();  // lets others come in, where they may
    shared->unprotected = count + 1;
    shared->now.fetch_sub(1);
    check(::sem_post(semaphore), "sem_post");
  }
  stage.say("done");
}

void as_many_holders_as_permits(int permits) {
  Session session;
  const NamedSemaphore semaphore(session, static_cast<unsigned>(permits));
  const SharedBlock<Holders> shared;
  std::deque<Actor> actors;
  for (unsigned k = 0; k < holders; ++k)
    actors.emplace_back(hold_again_and_again, std::vector{shared.raw()}, semaphore.name());
  for (Actor& actor : actors) EXPECT_EQ(actor.hear(), "done");
  EXPECT_LE(shared->most.load(), permits);
  EXPECT_EQ(semaphore.value(), permits);
  if (permits == 1) {
    EXPECT_EQ(shared->unprotected, long{holders * turns});
  } else if (shared->most.load() < permits) {
    throw Inconclusive("never were there as many holders as permits");
  }
}

struct Race {
  static constexpr unsigned racers = 4, rounds = 50;
  Gate gate;
  std::array<std::atomic<unsigned>, rounds> won, lost;
};

// In each round one name is made by whoever is first, and another by all together.
void race_for_names(Stage& stage) {
  const SharedBlock<Race> race(stage.fd(0));
  for (unsigned round = 0; round < Race::rounds; ++round) {
    const std::string name = stage.text() + "-" + std::to_string(round);
    race->gate.pass(Race::racers);
    const sem_t* const mine = ::sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, 1);
    if (mine != SEM_FAILED) race->won[round].fetch_add(1);
    if (mine == SEM_FAILED && errno == EEXIST) race->lost[round].fetch_add(1);
    race->gate.pass(Race::racers);
    check(::sem_post(open_semaphore(name + "-all", O_CREAT, 0)), "sem_post");
  }
  stage.say("done");
}

void one_name_is_one_semaphore() {
  Session session;
  const std::string names = name_in(session);
  const SharedBlock<Race> race;
  std::deque<Actor> racers;
  for (unsigned k = 0; k < Race::racers; ++k)
    racers.emplace_back(race_for_names, std::vector{race.raw()}, names);
  for (Actor& racer : racers) EXPECT_EQ(racer.hear(), "done");
  unsigned one_winner = 0, all_met = 0, removed = 0;
  for (unsigned round = 0; round < Race::rounds; ++round) {
    const std::string name = names + "-" + std::to_string(round);
    one_winner += race->won[round].load() == 1 && race->lost[round].load() == Race::racers - 1 ? 1 : 0;
    all_met += value_of(open_semaphore(name + "-all")) == static_cast<int>(Race::racers) ? 1 : 0;
    removed += ::sem_unlink(name.c_str()) == 0 && ::sem_unlink((name + "-all").c_str()) == 0 ? 1 : 0;
  }
  EXPECT_EQ(one_winner, unsigned{Race::rounds});
  EXPECT_EQ(all_met, unsigned{Race::rounds});
  EXPECT_EQ(removed, unsigned{Race::rounds});
}

void opened_twice_is_one_address() {
  Session session;
  const NamedSemaphore semaphore(session, 0);
  Actor actor(
      [](Stage& stage) {
        sem_t* const first = open_semaphore(stage.text());
        sem_t* const second = open_semaphore(stage.text(), O_CREAT, 5);
        stage.say(first == second ? "same" : "different");
        stage.say(result_of(::sem_close(first)));
        stage.say(result_of(::sem_wait(second)));  // two were opened and one is closed
      },
      {}, semaphore.name());
  EXPECT_EQ(actor.hear(), "same");
  EXPECT_EQ(actor.hear(), "0");
  actor.await_blocked_in(SYS_futex);
  semaphore.post();
  EXPECT_EQ(actor.hear(), "0");
}

void unlinked_semaphore_lives_on_for_its_holders() {
  Session session;
  const NamedSemaphore old(session, 0);
  Actor waiter(wait_as_told, {}, old.name());
  waiter.say("wait");
  waiter.await_blocked_in(SYS_futex);
  ASSERT_EQ(::sem_unlink(old.name().c_str()), 0);
  EXPECT_EQ(::sem_open(old.name().c_str(), 0), SEM_FAILED);
  EXPECT_EQ(error_name(errno), "ENOENT");
  const NamedSemaphore fresh(old.name(), 2);
  EXPECT_NE(fresh.get(), old.get());
  EXPECT_EQ(old.value(), 0);
  waiter.await_blocked_in(SYS_futex);
  old.post();
  EXPECT_EQ(waiter.hear(), "0");
  EXPECT_EQ(fresh.value(), 2);
  Actor late(wait_as_told, {}, fresh.name());
  late.say("wait");
  EXPECT_EQ(late.hear(), "0");
  EXPECT_EQ(fresh.value(), 1);
}

void killed_holder_is_not_compensated() {
  Session session;
  const NamedSemaphore semaphore(session, 1);
  Actor waiter(wait_as_told, {}, semaphore.name());
  {
    Actor holder(wait_as_told, {}, semaphore.name());
    holder.say("wait");
    EXPECT_EQ(holder.hear(), "0");
    waiter.say("wait");
    waiter.await_blocked_in(SYS_futex);
    holder.kill();
  }
  Actor other(wait_as_told, {}, semaphore.name());
  other.say("timed 50");
  EXPECT_EQ(other.hear(), "ETIMEDOUT after");
  EXPECT_EQ(semaphore.value(), 0);
  waiter.await_blocked_in(SYS_futex);
  semaphore.post();  // anybody may, since nobody owns it
  EXPECT_EQ(waiter.hear(), "0");
}

void name_outlives_its_users() {
  Session session;
  const std::string name = name_in(session), file = "/dev/shm/sem." + name.substr(1);
  {
    Actor creator(
        [](Stage& stage) {
          open_semaphore(stage.text(), O_CREAT | O_EXCL, 7);
          stage.say("made");
          Stage::wait_to_be_killed();
        },
        {}, name);
    EXPECT_EQ(creator.hear(), "made");
    creator.kill();
  }
  struct stat status {};
  EXPECT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  Actor heir([](Stage& stage) { stage.say(std::to_string(value_of(open_semaphore(stage.text())))); }, {},
             name);
  EXPECT_EQ(heir.hear(), "7");
  EXPECT_EQ(::sem_unlink(name.c_str()), 0);
  EXPECT_EQ(::stat(file.c_str(), &status), -1);
}

void post_at_the_maximum_overflows() {
  Session session;
  const NamedSemaphore semaphore(session, SEM_VALUE_MAX);
  Actor poster(
      [](Stage& stage) {
        sem_t* const mine = open_semaphore(stage.text());
        for (int k = 0; k < 2; ++k) stage.say(result_of(::sem_post(mine)));
        stage.hear();
        stage.say(result_of(::sem_post(mine)));
      },
      {}, semaphore.name());
  EXPECT_EQ(poster.hear(), "EOVERFLOW");
  EXPECT_EQ(poster.hear(), "EOVERFLOW");
  EXPECT_EQ(semaphore.value(), SEM_VALUE_MAX);
  EXPECT_EQ(result_of(::sem_wait(semaphore.get())), "0");
  poster.say("again");
  EXPECT_EQ(poster.hear(), "0");
  EXPECT_EQ(semaphore.value(), SEM_VALUE_MAX);
  const std::string name = name_in(session);
  EXPECT_EQ(::sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, unsigned{SEM_VALUE_MAX} + 1), SEM_FAILED);
  EXPECT_EQ(error_name(errno), "EINVAL");
}

struct PingPong {
  sem_t ping, pong;
};

void answer(const SharedBlock<PingPong>& shared, int times) {
  for (int k = 0; k < times; ++k) {
    check(::sem_wait(&shared->ping), "sem_wait");
    check(::sem_post(&shared->pong), "sem_post");
  }
}

void unnamed_semaphore_works_after_fork_and_exec() {
  constexpr int times = 100;
  const SharedBlock<PingPong> shared;
  check(::sem_init(&shared->ping, 1, 0), "sem_init");
  check(::sem_init(&shared->pong, 1, 0), "sem_init");
  Actor actor(
      [](Stage& stage) {
        const SharedBlock<PingPong> mine(stage.fd(0));
        answer(mine, times);  // mapped anew, since this is another program
        if (const int child = fork_of_actor(); child == 0) {
          answer(mine, times);
          ::_exit(0);
        } else {
          int status = 0;
          ::waitpid(child, &status, 0);
          stage.say(std::to_string(status));
        }
        stage.say(result_of(::sem_wait(&mine->ping)));
      },
      {shared.raw()});
  for (int k = 0; k < 2 * times; ++k) {
    ASSERT_EQ(::sem_post(&shared->ping), 0);
    ASSERT_EQ(::sem_wait(&shared->pong), 0);
  }
  EXPECT_EQ(actor.hear(), "0");
  actor.await_blocked_in(SYS_futex);
  ASSERT_EQ(::sem_post(&shared->ping), 0);
  EXPECT_EQ(actor.hear(), "0");
}

void name_has_a_longest_length() {
  Session session;
  std::string name = name_in(session);
  name.resize(1 + NAME_MAX - 4, 'x');
  const NamedSemaphore longest(name, 0);
  Actor actor(wait_as_told, {}, name);
  actor.say("wait");
  actor.await_blocked_in(SYS_futex);
  longest.post();
  EXPECT_EQ(actor.hear(), "0");
  name += 'x';
  EXPECT_EQ(::sem_open(name.c_str(), O_CREAT, 0600, 0), SEM_FAILED);
  EXPECT_EQ(error_name(errno), "ENAMETOOLONG");
}

constexpr Clause table[]{
    {.id = "SEM-01",
     .title = "ThereAreNeverMoreHoldersThanPermitsAndTheCountIsExact",
     .source = "sem_overview(7), sem_wait(3), sem_post(3)",
     .body =
         [] {
           for (const int permits : {1, 3}) as_many_holders_as_permits(permits);
         }},
    {.id = "SEM-02",
     .title = "OneNameIsOneSemaphoreAndOneProcessWinsItsExclusiveCreation",
     .source = "sem_open(3)",
     .body = one_name_is_one_semaphore},
    {.id = "SEM-03",
     .title = "OpenedTwiceInAProcessItHasOneAddress",
     .source = "POSIX.1-2017, sem_open()",
     .body = opened_twice_is_one_address},
    {.id = "SEM-04",
     .title = "AnUnlinkedSemaphoreLivesOnForItsHoldersAndItsNameIsFree",
     .source = "sem_unlink(3)",
     .body = unlinked_semaphore_lives_on_for_its_holders},
    {.id = "SEM-05",
     .title = "APermitDiesWithAKilledHolder",
     .source = "not documented: sem_overview(7) says nothing of it",
     .body = killed_holder_is_not_compensated},
    {.id = "SEM-06",
     .title = "ANameAndItsValueOutliveEveryUser",
     .source = "sem_overview(7), Persistence and Accessing named semaphores via the filesystem",
     .body = name_outlives_its_users},
    {.id = "SEM-07",
     .title = "ATimedWaitEndsAtItsDeadlineOfTheRealtimeClockUnlessAPermitIsThere",
     .source = "sem_timedwait(3)",
     .body = timed_wait_ends_at_its_deadline},
    {.id = "SEM-08",
     .title = "AHandlerInterruptsAWaitWithoutSaRestartAndATimedWaitAlways",
     .source = "sem_wait(3), EINTR; signal(7), Interruption of system calls",
     .body = handler_interrupts_a_wait,
     .documented = "signal(7): with SA_RESTART, sem_wait and sem_timedwait are restarted",
     .observed = "with SA_RESTART, sem_wait is restarted, and sem_timedwait fails with EINTR"},
    {.id = "SEM-09",
     .title = "APostAtTheMaximumFailsWithEoverflow",
     .source = "sem_post(3)",
     .body = post_at_the_maximum_overflows},
    {.id = "SEM-10",
     .title = "AHandlerMayPostWhateverItInterrupts",
     .source = "sem_post(3), signal-safety(7)",
     .body = handler_may_post},
    {.id = "SEM-11",
     .title = "AnUnnamedSemaphoreWorksAfterForkAndInAnotherProgram",
     .source = "sem_init(3), pshared",
     .body = unnamed_semaphore_works_after_fork_and_exec},
    {.id = "SEM-12",
     .title = "ANameHasUpTo251CharactersAfterItsSlash",
     .source = "sem_overview(7), Named semaphores",
     .body = name_has_a_longest_length,
     .documented = "sem_overview(7): up to 251 characters, the slash among them",
     .observed = "251 characters after the slash; one more is ENAMETOOLONG"},
};

}  // namespace

const Section posix_sem_section{.name = "SEM", .count = 12, .clauses = table};

}  // namespace ipcmark
