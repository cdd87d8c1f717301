// Does the record say what happened? Mechanisms with a known delay, loss, duplicate or stall are measured by
// the whole program, and what it writes is compared with what they do.
#include <gtest/gtest.h>

#include "suites/cli/program_testing.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;

class Truth : public testing::Test {
 protected:
  // One launch of a broken mechanism on one core; the trial of the result.
  Json measure(const std::string& mechanism, const std::string& workload,
               std::vector<std::string> more = {}) {
    std::vector<std::string> words{
        "run", "-m", mechanism, "-w",         workload,  "-p",      "same_core", "-n",
        "1",   "-d", duration_, "--watchdog", watchdog_, "--quiet", "--out",     scratch_.path("r")};
    words.insert(words.end(), more.begin(), more.end());
    said_ = with_broken(words);
    result_ = result_in(scratch_.path("r"));
    return result_.at("trials").at(0);
  }
  std::string failure_kind(const Json& trial) { return trial.at("failure").at("kind"); }
  Json verified(const Json& trial) { return trial.at("failure").at("verified"); }

  std::string duration_ = "400ms";  // a busy host moves few messages
  std::string watchdog_ = "30s";
  Scratch scratch_;
  Said said_;
  Json result_;
};

TEST_F(Truth, AKnownDelayIsRecordedWithinOnePercentAndTheCostOfTheClock) {
  const Json trial = measure("delays_20us", "ping_pong");
  const double p50 = trial.at("summary").at("p50").at("median");
  const double clock = result_.at("floors").at("clock").at("cost_ns");
  EXPECT_GE(p50, 20e3 * 0.99);
  // The delay begins at a reading of the clock and ends at one; the trip's own time adds one more. Sanitizers
  // make everything around them slower.
  EXPECT_LE(p50, 20e3 * 1.01 + 3 * clock + IPCMARK_SLOWER_NS);
}

TEST_F(Truth, ALostMessageFailsTheTrialAndIsCounted) {
  const Json trial = measure("loses_one", "stream");
  EXPECT_EQ(failure_kind(trial), "verification");
  EXPECT_EQ(verified(trial).at("lost"), 1);
  EXPECT_EQ(said_.code, 3);
}

TEST_F(Truth, WhatALossyMechanismLosesIsCountedToTheLastMessageAndIsNoFailure) {
  const Json trial = measure("misses_tenth", "stream");
  ASSERT_FALSE(trial.contains("failure")) << trial.at("failure");
  const Json& launch = trial.at("launches").at(0);
  const auto lost = launch.at("verified").at("lost").get<std::int64_t>();
  const auto sent = launch.at("messages").get<std::int64_t>() + lost;
  EXPECT_GT(sent, 1000);
  EXPECT_LE(std::abs(10 * lost - sent), 10);
  EXPECT_EQ(said_.code, 0);
}

TEST_F(Truth, ALostMessageOfAClosedLoopIsFoundByTheWatchdog) {
  watchdog_ = "3s";
  const Json trial = measure("loses_one", "ping_pong");
  EXPECT_EQ(verified(trial).at("lost"), 1);
  EXPECT_EQ(said_.code, 3);
}

TEST_F(Truth, ARepeatedMessageFailsTheTrialAndIsCounted) {
  const Json trial = measure("repeats_one", "stream");
  EXPECT_EQ(failure_kind(trial), "verification");
  EXPECT_EQ(verified(trial).at("repeated"), 1);
}

TEST_F(Truth, AChangedOrderFailsTheTrialAndIsCounted) {
  const Json trial = measure("swaps_two", "stream");
  EXPECT_EQ(failure_kind(trial), "verification");
  EXPECT_EQ(verified(trial).at("reordered"), 1);
  EXPECT_EQ(verified(trial).at("lost"), 0);
}

TEST_F(Truth, AMixedMessageFailsTheTrialAndIsCountedOnce) {
  const Json trial = measure("tears_one", "stream");
  EXPECT_EQ(failure_kind(trial), "verification");
  EXPECT_EQ(verified(trial).at("torn"), 1);
  EXPECT_EQ(verified(trial).at("lost"), 0);
  EXPECT_EQ(verified(trial).at("repeated"), 0);
}

TEST_F(Truth, AMessageThatOneOfSeveralConsumersLeavesForTheNextIsRepeated) {
  const Json trial = measure("gives_one_twice", "crowd");
  EXPECT_EQ(failure_kind(trial), "verification");
  EXPECT_GE(verified(trial).at("repeated"), 1);
  EXPECT_EQ(verified(trial).at("lost"), 0);
  EXPECT_EQ(said_.code, 3);
}

TEST_F(Truth, AMessageOfEachProducerThatNoConsumerGetsIsLost) {
  const Json trial = measure("loses_one", "crowd");
  EXPECT_EQ(failure_kind(trial), "verification");
  EXPECT_EQ(verified(trial).at("lost"), 2);
}

TEST_F(Truth, ALossThatARepetitionMakesUpForIsFoundAmongSeveralConsumers) {
  const Json trial = measure("trades_one", "crowd");
  EXPECT_EQ(failure_kind(trial), "verification");
  EXPECT_EQ(verified(trial).at("lost"), 2);
  EXPECT_EQ(verified(trial).at("repeated"), 2);
}

TEST_F(Truth, AProducersOrderIsCheckedAtEachOfSeveralConsumers) {
  const Json trial = measure("swaps_often", "crowd");
  EXPECT_EQ(failure_kind(trial), "verification");
  EXPECT_GE(verified(trial).at("reordered"), 1);
  EXPECT_EQ(verified(trial).at("lost"), 0);
  EXPECT_EQ(verified(trial).at("repeated"), 0);
}

TEST_F(Truth, ATornMessageAmongSeveralConsumersIsNotCountedAsLostAsWell) {
  const Json trial = measure("tears_one", "crowd");
  EXPECT_GE(verified(trial).at("torn"), 1);
  EXPECT_EQ(verified(trial).at("lost"), 0);
}

TEST_F(Truth, AnUnfairChannelIsNoFailureAndItsUnfairnessIsMeasured) {
  const Json trial = measure("starves_one", "crowd");
  ASSERT_FALSE(trial.contains("failure")) << trial.at("failure");
  const Json& launch = trial.at("launches").at(0);
  EXPECT_LT(launch.at("fairness").at("consumers").get<double>(), 0.9);
  EXPECT_EQ(said_.code, 0);
}

TEST_F(Truth, PrioritiesThatAreOnlyClaimedFailTheTrial) {
  const Json trial = measure("ignores_priority", "urgent");
  EXPECT_EQ(failure_kind(trial), "verification");
  EXPECT_NE(trial.at("failure").at("detail").get<std::string>().find("priority"), std::string::npos);
}

TEST_F(Truth, PrioritiesThatAreThereAreMeasured) {
  // On one core a message through a full queue can take twenty times as long as one of the warm-up.
  const Json trial = measure("posix_mq", "urgent");
  ASSERT_FALSE(trial.contains("failure")) << trial.at("failure");
  const Json& launch = trial.at("launches").at(0);
  // Every 64th message is urgent, and only those are timed.
  EXPECT_NEAR(launch.at("latency_ns").at("count").get<double>() * 64, launch.at("messages").get<double>(),
              64);
  EXPECT_GT(launch.at("overtaken_messages").get<double>(), 0);
}

TEST_F(Truth, ATrialThatFailedHasNoFigures) {
  const Json trial = measure("loses_one", "stream");
  EXPECT_TRUE(trial.at("launches").empty());
  EXPECT_TRUE(trial.at("summary").is_null());
}

TEST_F(Truth, AStallIsInTheMaximumAndInTheHistogram) {
  const Json trial = measure("stalls_once", "ping_pong");
  const Json& latency = trial.at("launches").at(0).at("latency_ns");
  EXPECT_GE(latency.at("max").get<double>(), 30e6);
  std::uint64_t long_ones = 0;
  for (const Json& bin : latency.at("histogram").at("bins")) {
    if (bin.at(0).get<double>() >= 30e6) long_ones += bin.at(1).get<std::uint64_t>();
  }
  EXPECT_GE(long_ones, 1U);
}

TEST_F(Truth, AStallIsInTheHighPercentilesOfAnOpenLoopForAllWereLateThatWereDueMeanwhile) {
  const Json open = measure("stalls_once", "open_loop", {"--option", "rate=1000"});
  const Json& launch = open.at("launches").at(0);
  EXPECT_EQ(open.at("options").at("rate"), 1000);
  // Of 400 messages 30 were due in 30 ms: 7 %, and the latest 1 % of all were late by 26 ms and more.
  EXPECT_GE(launch.at("latency_ns").at("p99").get<double>(), 15e6);
  EXPECT_EQ(launch.at("latency_ns").at("count"), launch.at("messages"));
}

TEST_F(Truth, AnOpenLoopOffersNoMoreThanItsRate) {
  const Json trial = measure("unix_stream", "open_loop", {"--option", "rate=2k"});
  const Json& launch = trial.at("launches").at(0);
  EXPECT_LE(launch.at("messages_per_s").get<double>(), 2000 * 1.01);
  EXPECT_GE(launch.at("seconds").get<double>(), 0.1);
}

TEST_F(Truth, AProcessThatDiesIsACrashAndIsNamed) {
  const Json trial = measure("crashes", "stream");
  EXPECT_EQ(failure_kind(trial), "crash");
  EXPECT_NE(trial.at("failure").at("detail").get<std::string>().find("producer"), std::string::npos);
  EXPECT_EQ(said_.code, 3);
}

TEST_F(Truth, AHangIsAnOutcomeAndTheRunGoesOn) {
  watchdog_ = "3s";
  const Json trial = measure("hangs", "ping_pong");
  EXPECT_EQ(failure_kind(trial), "hang");
  EXPECT_FALSE(result_.at("run").at("partial").get<bool>());
}

TEST_F(Truth, AProcessThatDoesNotEvenStopIsKilled) {
  watchdog_ = "3s";
  const Json trial = measure("hangs_deaf", "ping_pong");
  EXPECT_EQ(failure_kind(trial), "hang");
  EXPECT_EQ(said_.code, 3);
}

TEST_F(Truth, AClockThatIsTooCoarseForWhatItMeasuresIsSaid) {
  const Json trial = measure("delays_20us", "ping_pong", {"--clock", "monotonic_coarse"});
  const std::string notes = trial.at("notes").dump();
  EXPECT_NE(notes.find("clock too coarse"), std::string::npos) << notes;
  EXPECT_GE(result_.at("floors").at("clock").at("resolution_ns").get<double>(), 0.9e6);
}

TEST_F(Truth, AFineClockIsNotCalledCoarse) {
  const Json trial = measure("delays_20us", "ping_pong");
  EXPECT_EQ(trial.at("notes").dump().find("clock too coarse"), std::string::npos);
}

}  // namespace
}  // namespace ipcmark
