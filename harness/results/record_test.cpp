#include "harness/results/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/results/record_testing.hpp"

namespace ipcmark {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const Interval& statistic(const std::vector<Statistic>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.name == name; });
  if (found == all.end()) throw std::runtime_error("no statistic " + name);
  return found->interval;
}

constexpr ClockFacts fine_clock{.clock = {}, .cost_ns = 20, .resolution_ns = 1};

// Launches that differ only in their median round trip.
Trial trial_of(std::initializer_list<double> medians) {
  Trial trial;
  trial.key = made_up::key();
  for (const double median : medians) {
    trial.launches.push_back(made_up::launch(median));
    trial.launches.back().noise = {};
  }
  return trial;
}

TEST(Label, IsTheTrialsNameWithEveryFactor) {
  EXPECT_EQ(label(made_up::key()), "shm_spsc/ping_pong/64/adaptive/smt_siblings");
}

TEST(LatencyOf, EveryFigureIsScaledFromTicksToNanoseconds) {
  Histogram ticks;
  for (std::uint64_t value = 1; value <= 100; ++value) ticks.record(value);
  const Latency latency = latency_of(ticks, 2.0);
  EXPECT_EQ(latency.mean, 101);
  EXPECT_EQ(latency.p50, 100);
  EXPECT_EQ(latency.p90, 180);
  EXPECT_EQ(latency.p99, 198);
  EXPECT_EQ(latency.p999, 200);
  EXPECT_EQ(latency.max, 200);
  EXPECT_EQ(latency.count, 100U);
  ASSERT_EQ(latency.bins.size(), 100U);
  EXPECT_EQ(latency.bins.front().upper_edge, 2);
  EXPECT_EQ(latency.bins.back().upper_edge, 200);
}

TEST(LatencyOf, BinsAreAscendingWithoutEmptyOnesAndOverflowIsApart) {
  Histogram ticks;
  for (const std::uint64_t value : {5ULL, 5ULL, 1000ULL, 1ULL << 41}) ticks.record(value);
  const Latency latency = latency_of(ticks, 1.0);
  ASSERT_EQ(latency.bins.size(), 2U);
  EXPECT_EQ(latency.bins[0].count, 2U);
  EXPECT_GE(latency.bins[1].upper_edge, 1000);
  EXPECT_EQ(latency.overflow, 1U);
  EXPECT_EQ(latency.count, 4U);
}

TEST(Summarise, TheMedianAndItsIntervalAreOfTheLaunches) {
  const auto all = summarise(trial_of({250, 251, 252, 253, 254, 255}));
  EXPECT_EQ(statistic(all, "p50").median, 252.5);
  EXPECT_EQ(statistic(all, "p50").low, 250);
  EXPECT_EQ(statistic(all, "p50").high, 255);
  EXPECT_EQ(statistic(all, "p99").median, 505);
}

TEST(Summarise, CpuTimeIsOfBothSidesAndMemoryOfTheLarger) {
  const auto all = summarise(trial_of({250}));
  EXPECT_DOUBLE_EQ(statistic(all, "cpu_ns_per_message").median, (100 + 101 + 200 + 201) / 1000.0);
  EXPECT_EQ(statistic(all, "peak_rss_bytes").median, 206);
}

TEST(Summarise, ATrialWithoutLatencyHasRatesOnly) {
  Trial trial = trial_of({250, 251});
  for (Launch& launch : trial.launches) launch.latency.reset();
  const auto all = summarise(trial);
  EXPECT_EQ(statistic(all, "messages_per_s").median, 4e6);
  EXPECT_THROW(statistic(all, "p50"), std::runtime_error);
}

TEST(Summarise, FairnessAndOvertakingAreStatisticsWhereTheyAreKnown) {
  Trial trial = trial_of({250});
  EXPECT_THROW(statistic(summarise(trial), "consumer_fairness"), std::runtime_error);
  EXPECT_THROW(statistic(summarise(trial), "overtaken_messages"), std::runtime_error);
  trial.launches[0].fairness = Fairness{.producers = 0.75, .consumers = 0.5};
  trial.launches[0].overtaken = 9.5;
  const auto all = summarise(trial);
  EXPECT_EQ(statistic(all, "producer_fairness").median, 0.75);
  EXPECT_EQ(statistic(all, "consumer_fairness").median, 0.5);
  EXPECT_EQ(statistic(all, "overtaken_messages").median, 9.5);
}

TEST(Summarise, NothingIsSaidOfNoLaunches) { EXPECT_THAT(summarise(trial_of({})), IsEmpty()); }

TEST(NotesOn, AnOrdinaryTrialHasNone) {
  EXPECT_THAT(notes_on(trial_of({250, 251, 252, 250, 251, 252}), fine_clock), IsEmpty());
}

TEST(NotesOn, TwoModesAreNamedWithTheirValues) {
  EXPECT_THAT(notes_on(trial_of({250, 251, 252, 600, 601, 602}), fine_clock),
              Contains("two modes: launches near 251 ns and near 601 ns"));
}

TEST(NotesOn, TwoModesOfRatesAreNamedWhereNothingIsTimed) {
  Trial trial = trial_of({1, 1, 1, 1});
  for (Launch& launch : trial.launches) launch.latency.reset();
  trial.launches[0].messages_per_s = trial.launches[1].messages_per_s = 1000;
  trial.launches[2].messages_per_s = trial.launches[3].messages_per_s = 2000;
  EXPECT_THAT(notes_on(trial, fine_clock),
              Contains("two modes: launches near 1000 and near 2000 messages/s"));
}

TEST(NotesOn, ContaminatedLaunchesAreCounted) {
  Trial trial = trial_of({250, 251, 252});
  trial.launches[1].noise.contaminated = true;
  EXPECT_THAT(notes_on(trial, fine_clock), Contains("contaminated launches: 1 of 3"));
}

TEST(NotesOn, OverflowIsCounted) {
  Trial trial = trial_of({250, 251});
  trial.launches[0].latency->overflow = 2;
  trial.launches[1].latency->overflow = 3;
  EXPECT_THAT(notes_on(trial, fine_clock), Contains("5 values beyond the histogram's range"));
}

TEST(NotesOn, AClockThatIsTooCoarseForTheFiguresIsSaidToBe) {
  const ClockFacts coarse{.clock = {}, .cost_ns = 20, .resolution_ns = 4e6};
  EXPECT_THAT(notes_on(trial_of({250, 251}), coarse),
              Contains(HasSubstr("clock too coarse: it steps by 4000000 ns")));
  EXPECT_THAT(notes_on(trial_of({250, 251}), fine_clock), IsEmpty());
}

}  // namespace
}  // namespace ipcmark
