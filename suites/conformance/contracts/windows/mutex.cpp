// WMX: mutexes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <deque>

#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark {
namespace {

using namespace windows;

const std::string for_ever = " " + std::to_string(INFINITE);

// Adds to one counter in shared memory without atomics, in several processes at once.
void one_owner_at_a_time() {
  constexpr int processes = 4, additions = 500;
  const std::string mutex = fresh_name(), memory = fresh_name();
  std::deque<Puppet> all(processes);
  for (Puppet& one : all) {
    ask(one, "mutex m " + mutex + " 0");
    ask(one, "mapping p " + memory + " 4096");
    require_done(one, "view v p " + std::to_string(FILE_MAP_READ | FILE_MAP_WRITE));
  }
  for (Puppet& one : all) one.say("add_held v m " + std::to_string(additions));
  for (Puppet& one : all) EXPECT_EQ(one.hear(), "ok");
  EXPECT_EQ(ask(all.front(), "peek v"), std::to_string(processes * additions));
}

void as_many_releases_as_waits() {
  const std::string name = fresh_name();
  Puppet owner, other;
  EXPECT_EQ(ask(owner, "mutex m " + name + " 0"), "created");
  EXPECT_EQ(ask(other, "mutex m " + name + " 0"), "exists");
  for (int k = 0; k < 3; ++k) EXPECT_EQ(ask(owner, "wait m 0"), "got");
  EXPECT_EQ(ask(other, "release m"), "ERROR_NOT_OWNER");
  for (int k = 0; k < 3; ++k) {
    EXPECT_EQ(ask(other, "wait m 0"), "timeout");
    EXPECT_EQ(ask(owner, "release m"), "ok");
  }
  EXPECT_EQ(ask(other, "wait m 0"), "got");
  EXPECT_EQ(ask(owner, "release m"), "ERROR_NOT_OWNER");
}

void a_dead_owners_mutex_is_abandoned() {
  const std::string name = fresh_name();
  for (const bool waits_before : {true, false}) {
    Puppet owner, next, third;
    for (Puppet* one : {&owner, &next, &third}) ask(*one, "mutex m " + name + " 0");
    EXPECT_EQ(ask(owner, "wait m 0"), "got");
    if (waits_before) {
      next.say("wait m" + for_ever);
      next.await_blocked();
    }
    owner.kill();
    if (!waits_before) next.say("wait m" + for_ever);
    EXPECT_EQ(next.hear(), "abandoned");
    EXPECT_EQ(ask(third, "wait m 0"), "timeout") << "the one who was told owns it";
    EXPECT_EQ(ask(next, "release m"), "ok");
    EXPECT_EQ(ask(third, "wait m 0"), "got") << "and is told once";
  }
}

void names_have_cases_and_one_kind() {
  const std::string name = fresh_name() + "-Name";
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char letter) { return static_cast<char>(std::tolower(letter)); });
  Puppet one, other;
  EXPECT_EQ(ask(one, "mutex m " + name + " 0"), "created");
  EXPECT_EQ(ask(other, "mutex m " + name + " 0"), "exists");
  EXPECT_EQ(ask(other, "mutex lower " + lower + " 0"), "created");
  EXPECT_EQ(ask(other, "event e " + name + " 0 0"), "ERROR_INVALID_HANDLE");
  EXPECT_EQ(ask(other, "semaphore s " + name + " 0 1"), "ERROR_INVALID_HANDLE");
}

void a_mutex_goes_with_its_last_handle() {
  const std::string name = fresh_name();
  Puppet one, other, third;
  EXPECT_EQ(ask(one, "mutex m " + name + " 0"), "created");
  EXPECT_EQ(ask(other, "mutex m " + name + " 0"), "exists");
  one.kill();
  const std::string open = "open_mutex m " + name + " " + std::to_string(MUTEX_ALL_ACCESS);
  EXPECT_EQ(ask(third, open), "ok");
  other.kill();
  require_done(third, "close m");
  EXPECT_EQ(ask(third, open), "ERROR_FILE_NOT_FOUND");
}

void opening_without_any_right_is_refused() {
  const std::string name = fresh_name();
  Puppet one, other;
  ask(one, "mutex m " + name + " 0");
  EXPECT_EQ(ask(other, "open_mutex m " + name + " 0"), "ERROR_ACCESS_DENIED");
}

// Waiters that came one behind the other, and the order in which they get it: an observation. Each gets it.
void every_waiter_gets_its_turn() {
  constexpr std::size_t waiters = 5;
  const std::string name = fresh_name();
  Puppet owner;
  ask(owner, "mutex m " + name + " 1");
  std::deque<Puppet> all(waiters);
  for (Puppet& one : all) {
    ask(one, "mutex m " + name + " 0");
    one.say("wait m" + for_ever);
    one.await_blocked();
  }
  std::string order;
  std::vector<bool> had(waiters);
  Puppet* holder = &owner;
  for (std::size_t turn = 0; turn < waiters; ++turn) {
    require_done(*holder, "release m");
    for (std::size_t k = 0; order.size() == turn; k = (k + 1) % waiters) {
      if (had[k]) continue;
      if (const auto answer = all[k].hear_unless_stuck(Look::brief)) {
        EXPECT_EQ(*answer, "got");
        had[k] = true;
        holder = &all[k];
        order += std::to_string(k);
      }
    }
  }
  observe("waiters got it in the order " + order);
  EXPECT_EQ(std::count(had.begin(), had.end(), true), static_cast<std::ptrdiff_t>(waiters));
}

void one_of_many_creators_owns_it() {
  constexpr std::size_t racers = 6;
  std::deque<Puppet> all(racers);
  for (int round = 0; round < 10; ++round) {
    const std::string name = fresh_name();
    for (Puppet& one : all) one.say("mutex m " + name + " 1");
    std::size_t created = 0, owned = 0;
    for (Puppet& one : all) created += one.hear() == "created" ? 1U : 0U;
    for (Puppet& one : all) owned += ask(one, "wait m 0") == "got" ? 1U : 0U;
    EXPECT_EQ(created, 1U);
    EXPECT_EQ(owned, 1U);
    for (Puppet& one : all) ask(one, "close m");
  }
}

// Two processes that want both of two mutexes, named in either order, go on and on.
void all_or_none() {
  const std::string first = fresh_name(), second = fresh_name();
  Puppet one, other, holder;
  for (Puppet* each : {&one, &other, &holder}) {
    ask(*each, "mutex a " + first + " 0");
    ask(*each, "mutex b " + second + " 0");
  }
  EXPECT_EQ(ask(holder, "wait b 0"), "got");
  EXPECT_EQ(ask(one, "wait_both a b 20"), "timeout");
  EXPECT_EQ(ask(other, "wait a 0"), "got") << "whoever did not get both has none";
  require_done(other, "release a");
  require_done(holder, "release b");
  for (int k = 0; k < 30; ++k) {
    one.say("wait_both a b" + for_ever);
    other.say("wait_both b a" + for_ever);
    Puppet* next = &one;
    auto answer = one.hear_unless_stuck(Look::brief);
    if (!answer) {
      next = &other;
      answer = other.hear();
    }
    ASSERT_EQ(*answer, "got");
    for (const char* line : {"release a", "release b"}) require_done(*next, line);
    Puppet& last = next == &one ? other : one;
    ASSERT_EQ(last.hear(), "got");
    for (const char* line : {"release a", "release b"}) require_done(last, line);
  }
}

constexpr Clause table[]{
    {.id = "WMX-01",
     .title = "AMutexHasOneOwnerAtATime",
     .source = "Microsoft, Mutex Objects",
     .body = one_owner_at_a_time},
    {.id = "WMX-02",
     .title = "AnOwnerReleasesItAsOftenAsItWaitedAndNobodyElseCan",
     .source = "Microsoft, Mutex Objects; ReleaseMutex",
     .body = as_many_releases_as_waits},
    {.id = "WMX-03",
     .title = "TheNextWaiterIsToldThatTheOwnerDiedAndOwnsIt",
     .source = "Microsoft, Mutex Objects",
     .body = a_dead_owners_mutex_is_abandoned},
    {.id = "WMX-04",
     .title = "NamesHaveCasesAndAreOfOneKindOfObject",
     .source = "Microsoft, Object Names; CreateMutex",
     .body = names_have_cases_and_one_kind},
    {.id = "WMX-05",
     .title = "AMutexGoesWithItsLastHandle",
     .source = "Microsoft, CreateMutex, Remarks",
     .body = a_mutex_goes_with_its_last_handle},
    {.id = "WMX-06",
     .title = "OpeningItWithoutAnyRightIsRefused",
     .source = "Wine 8.0, kernel32/tests/sync.c, which Windows passes",
     .body = opening_without_any_right_is_refused,
     .documented = "ERROR_ACCESS_DENIED",
     .observed = "Wine 8.0: opened",
     .deviation = "Wine 8.0 does not check for no right at all (todo_wine in its sync.c)",
     .deviates = under_wine},
    {.id = "WMX-07",
     .title = "EveryWaiterGetsItInWhateverOrder",
     .source = "Microsoft, Mutex Objects",
     .body = every_waiter_gets_its_turn},
    {.id = "WMX-08",
     .title = "OfManyCreatorsThatWantToOwnItOneDoes",
     .source = "Microsoft, CreateMutex, bInitialOwner",
     .body = one_of_many_creators_owns_it},
    {.id = "WMX-09",
     .title = "AWaitForAllGetsAllOrNone",
     .source = "Microsoft, Wait Functions",
     .body = all_or_none},
};

}  // namespace

const Section win_mutex_section{.name = "WMX", .count = 9, .clauses = table};

}  // namespace ipcmark
