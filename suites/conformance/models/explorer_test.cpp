// The explorer finds what it should: classic programs whose outcomes are known.
#include "suites/conformance/models/explorer.hpp"

#include <gtest/gtest.h>

#include <set>

namespace ipcmark::model {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto seq_cst = std::memory_order_seq_cst;

// Every pair of results of two threads that a program of two locations can have.
using Results = std::set<std::pair<std::uint64_t, std::uint64_t>>;
struct Two {
  Location x{0, "x"}, y{0, "y"};
  std::uint64_t first = 0, second = 0;
};
Results results_of(const std::function<void(Two&)>& one, const std::function<void(Two&)>& other) {
  Results results;
  const Report report = explore([&] {
    const auto two = std::make_shared<Two>();
    return Program{.threads = {[two, one] { one(*two); }, [two, other] { other(*two); }},
                   .at_end = [two, &results] { results.emplace(two->first, two->second); }};
  });
  EXPECT_TRUE(report.exhausted) << report.text();
  return results;
}

TEST(Explorer, AStoreMayBeSeenLateByALoadOfAnotherObject) {
  const auto run = [](auto fence_or_nothing) {
    return results_of(
        [=](Two& two) {
          two.x.store(1, relaxed);
          fence_or_nothing();
          two.first = two.y.load(relaxed);
        },
        [=](Two& two) {
          two.y.store(1, relaxed);
          fence_or_nothing();
          two.second = two.x.load(relaxed);
        });
  };
  EXPECT_EQ(run([] {}), (Results{{0, 0}, {0, 1}, {1, 0}, {1, 1}}));
  EXPECT_EQ(run([] { fence(seq_cst); }), (Results{{0, 1}, {1, 0}, {1, 1}}));
}

TEST(Explorer, WhatWasStoredBeforeAReleaseIsSeenAfterTheAcquireAndOnlyThen) {
  const auto run = [](std::memory_order stored, std::memory_order loaded) {
    return results_of(
        [=](Two& two) {
          two.x.store(1, relaxed);
          two.y.store(1, stored);
        },
        [=](Two& two) {
          two.first = two.y.load(loaded);
          two.second = two.x.load(relaxed);
        });
  };
  EXPECT_EQ(run(release, acquire).count({1, 0}), 0U);
  EXPECT_EQ(run(relaxed, acquire).count({1, 0}), 1U);
  EXPECT_EQ(run(release, relaxed).count({1, 0}), 1U);
}

TEST(Explorer, FencesPassOnWhatRelaxedOperationsCarry) {
  const auto results = results_of(
      [](Two& two) {
        two.x.store(1, relaxed);
        fence(release);
        two.y.store(1, relaxed);
      },
      [](Two& two) {
        two.first = two.y.load(relaxed);
        fence(acquire);
        two.second = two.x.load(relaxed);
      });
  EXPECT_EQ(results.count({1, 0}), 0U);
  EXPECT_EQ(results.count({0, 1}), 1U);
}

TEST(Explorer, StoresOfOneThreadToOneObjectAreSeenInTheirOrder) {
  const auto results = results_of(
      [](Two& two) {
        two.x.store(1, relaxed);
        two.x.store(2, relaxed);
      },
      [](Two& two) {
        two.first = two.x.load(relaxed);
        two.second = two.x.load(relaxed);
      });
  EXPECT_EQ(results, (Results{{0, 0}, {0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 2}}));
}

TEST(Explorer, AnUpdateLosesNoOther) {
  const auto add = [](Two& two) {
    two.x.update([](std::uint64_t old) { return std::pair(true, old + 1); }, relaxed, "adds to");
  };
  std::set<std::uint64_t> sums;
  explore([&] {
    const auto two = std::make_shared<Two>();
    return Program{.threads = {[=] { add(*two); }, [=] { add(*two); }, [=] { add(*two); }},
                   .at_end = [=, &sums] { sums.insert(two->x.load(relaxed)); }};
  });
  EXPECT_EQ(sums, std::set<std::uint64_t>{3});
}

// A message in plain memory, announced by a flag.
Report announce(std::memory_order stored, std::memory_order loaded) {
  return explore([=] {
    struct Shared {
      Cell payload{"payload"};
      Location flag{0, "flag"};
    };
    const auto shared = std::make_shared<Shared>();
    return Program{.threads = {[=] {
                                 shared->payload.write(7);
                                 shared->flag.store(1, stored);
                               },
                               [=] {
                                 while (shared->flag.load(loaded) == 0) pause();
                                 require(shared->payload.read() == 7, "the payload is not there");
                               }}};
  });
}

TEST(Explorer, FindsADataRaceWhereTheOrderDoesNotReach) {
  EXPECT_EQ(announce(release, acquire).failure, "");
  EXPECT_TRUE(announce(release, acquire).exhausted);
  EXPECT_NE(announce(relaxed, acquire).failure.find("data race"), std::string::npos);
  EXPECT_NE(announce(release, relaxed).failure.find("data race"), std::string::npos);
}

// A sleeper says that it sleeps and looks once more; who publishes looks for it. Without full fences between,
// each may miss the other.
Report sleep_and_wake(bool fences) {
  return explore([=] {
    struct Shared {
      Location word{0, "word"}, sleeper{0, "sleeper"};
    };
    const auto shared = std::make_shared<Shared>();
    return Program{.threads = {[=] {
                                 shared->word.store(1, release);
                                 if (fences) fence(seq_cst);
                                 if (shared->sleeper.load(relaxed) == 1) shared->word.wake(1);
                               },
                               [=] {
                                 shared->sleeper.store(1, relaxed);
                                 if (fences) fence(seq_cst);
                                 while (shared->word.load(acquire) == 0) shared->word.wait(0, ~0ULL);
                               }}};
  });
}

TEST(Explorer, FindsASleeperWhomNobodyWakes) {
  EXPECT_EQ(sleep_and_wake(true).failure, "");
  EXPECT_TRUE(sleep_and_wake(true).exhausted);
  EXPECT_NE(sleep_and_wake(false).failure.find("deadlock"), std::string::npos);
}

TEST(Explorer, WhatItFoundCanBeReplayedAndIsToldInSteps) {
  const auto make = [] {
    const auto two = std::make_shared<Two>();
    return Program{.threads = {[=] { two->x.store(1, relaxed); },
                               [=] { require(two->x.load(relaxed) == 0, "x is no longer 0"); }}};
  };
  const Report found = explore(make);
  ASSERT_EQ(found.failure, "x is no longer 0");
  const Report again = replay(make, found.decisions);
  EXPECT_EQ(again.failure, found.failure);
  EXPECT_EQ(again.steps, found.steps);
  EXPECT_NE(found.text().find("thread 0: stores 1 to x"), std::string::npos) << found.text();
}

TEST(Explorer, ABoundOnSwitchesMakesFewerRunsAndIsKept) {
  const auto make = [] {
    const auto two = std::make_shared<Two>();
    const auto work = [two] {
      for (std::uint64_t k = 1; k <= 3; ++k) two->x.store(k, relaxed);
    };
    return Program{.threads = {work, work}};
  };
  const Report none = explore(make, {.preemptions = 0}), some = explore(make, {.preemptions = 1}),
               all = explore(make);
  EXPECT_EQ(none.runs, 2U);
  EXPECT_LT(none.runs, some.runs);
  EXPECT_LT(some.runs, all.runs);
}

TEST(Explorer, ARunWithoutAnEndIsFound) {
  const Report report = explore(
      [] {
        const auto two = std::make_shared<Two>();
        return Program{.threads = {[=] {
                         while (two->x.load(relaxed) == 0) two->y.store(1, relaxed);
                       }}};
      },
      {.steps = 100});
  EXPECT_EQ(report.failure, "the run does not end");
}

}  // namespace
}  // namespace ipcmark::model
