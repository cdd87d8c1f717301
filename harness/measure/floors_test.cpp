#include "harness/measure/floors.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ipcmark {
namespace {

class FloorsTest : public testing::Test {
 protected:
  ~FloorsTest() override { os::clock_in_use = before_; }
  const os::Clock before_ = os::clock_in_use;
};

TEST_F(FloorsTest, TheCoarseClockStepsByMillisecondsAndIsTooCoarseForAMicrosecond) {
  const ClockFacts coarse = measure_clock(os::choose_clock("monotonic_coarse"));
  EXPECT_GE(coarse.resolution_ns, 0.9e6);  // CONFIG_HZ is 1000 at most
  EXPECT_LE(coarse.resolution_ns, 50e6);
  EXPECT_FALSE(coarse.fine_enough_for(1000));
  EXPECT_GT(coarse.cost_ns, 0);
}

TEST_F(FloorsTest, TheCounterIsFineEnoughForAMicrosecond) {
  if (!os::counter_is_invariant()) GTEST_SKIP() << "this CPU has no invariant counter";
  const ClockFacts counter = measure_clock(os::choose_clock("tsc"));
  EXPECT_TRUE(counter.fine_enough_for(1000));
  EXPECT_GT(counter.resolution_ns, 0);
  EXPECT_GT(counter.cost_ns, 0);
}

TEST_F(FloorsTest, FineEnoughMeansFivePercent) {
  const ClockFacts facts{.clock = {}, .cost_ns = 20, .resolution_ns = 50};
  EXPECT_TRUE(facts.fine_enough_for(1000));
  EXPECT_FALSE(facts.fine_enough_for(999));
}

TEST_F(FloorsTest, EveryFloorThatThisHostHasIsMeasuredAndTheClockInUseStaysTheSame) {
  const os::Clock used{.source = os::ClockSource::monotonic, .ns_per_tick = 1.0};
  const ClockFacts clock = measure_clock(used);
  os::clock_in_use = {.source = os::ClockSource::monotonic_coarse, .ns_per_tick = 1.0};
  const Floors floors = measure_floors(clock, os::topology());
  EXPECT_EQ(os::clock_in_use.source, os::ClockSource::monotonic_coarse);
  EXPECT_GT(floors.system_call_ns, 0);
  ASSERT_FALSE(floors.copy.empty());
  EXPECT_TRUE(std::all_of(floors.copy.begin(), floors.copy.end(),
                          [](const CopySpeed& speed) { return speed.bytes_per_s > 0; }));
  EXPECT_TRUE(std::is_sorted(floors.copy.begin(), floors.copy.end(),
                             [](const auto& a, const auto& b) { return a.size < b.size; }));
}

TEST_F(FloorsTest, WithOneCoreThereIsNoOtherToSendACacheLineTo) {
  const ClockFacts clock = measure_clock(os::choose_clock("monotonic"));
  os::Topology one_core;
  one_core.usable = {os::topology().usable.front()};
  EXPECT_FALSE(measure_floors(clock, one_core).cache_line_round_trip_ns.has_value());
}

}  // namespace
}  // namespace ipcmark
