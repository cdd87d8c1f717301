#include "harness/os/clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/errors.hpp"

namespace ipcmark::os {
namespace {

class ClockTest : public testing::Test {
 protected:
  ~ClockTest() override { clock_in_use = before_; }
  const Clock before_ = clock_in_use;
};

TEST_F(ClockTest, ItIsChosenByName) {
  EXPECT_EQ(choose_clock("monotonic").source, ClockSource::monotonic);
  EXPECT_EQ(choose_clock("monotonic").ns_per_tick, 1.0);
  EXPECT_EQ(choose_clock("monotonic_coarse").source, ClockSource::monotonic_coarse);
}

TEST_F(ClockTest, AnUnknownOneIsAUsageErrorThatNamesThoseThereAre) {
  try {
    choose_clock("sundial");
    FAIL() << "a sundial was taken";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'sundial'"));
    EXPECT_THAT(error.what(), testing::HasSubstr("auto, tsc, monotonic or monotonic_coarse"));
  }
}

TEST_F(ClockTest, EveryKindOfItNeverGoesBack) {
  for (const char* name : {"auto", "monotonic", "monotonic_coarse"}) {
    clock_in_use = choose_clock(name);
    std::uint64_t last = ticks();
    for (int k = 0; k < 100'000; ++k) {
      const std::uint64_t now = ticks();
      ASSERT_GE(now, last) << name;
      last = now;
    }
  }
}

TEST_F(ClockTest, TheCalibratedCounterRunsAsTheClockOfTheSystemDoes) {
  if (!counter_is_invariant()) GTEST_SKIP() << "this CPU has no invariant counter";
  clock_in_use = choose_clock("tsc");
  const std::uint64_t outer_begin = read_monotonic(), begin = ticks();
  const std::uint64_t inner_begin = read_monotonic();
  busy_wait(50e6);
  const std::uint64_t inner_end = read_monotonic(), end = ticks();
  const std::uint64_t outer_end = read_monotonic();
  // Whatever interrupts this process, the counter's interval lies between these two; calibration is good to
  // a part in a thousand even so.
  const double took = to_ns(static_cast<double>(end - begin));
  EXPECT_GE(took, 0.999 * static_cast<double>(inner_end - inner_begin));
  EXPECT_LE(took, 1.001 * static_cast<double>(outer_end - outer_begin));
}

TEST_F(ClockTest, BusyWaitingIsNoShorterThanWanted) {
  clock_in_use = choose_clock("monotonic");
  const std::uint64_t begin = read_monotonic();
  busy_wait(2e6);
  EXPECT_GE(read_monotonic() - begin, 2'000'000U);
}

TEST(ClockName, IsWhatItIsChosenBy) {
  EXPECT_EQ(clock_name(ClockSource::counter), "tsc");
  EXPECT_EQ(clock_name(ClockSource::monotonic), "monotonic");
  EXPECT_EQ(clock_name(ClockSource::monotonic_coarse), "monotonic_coarse");
}

TEST(UtcNow, HasTheFormOfIso8601) {
  EXPECT_THAT(utc_now(), testing::MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+Z"));
  EXPECT_EQ(utc_now().size(), 20U);
}

}  // namespace
}  // namespace ipcmark::os
