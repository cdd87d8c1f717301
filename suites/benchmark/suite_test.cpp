#include "suites/benchmark/suite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace ipcmark {
namespace {

using testing::HasSubstr;

// Everywhere possible, whatever this host has.
Selection selection(std::vector<std::string> mechanisms) {
  return {.mechanisms = std::move(mechanisms),
          .workloads = {"ping_pong"},
          .waits = {"block"},
          .placements = {"unpinned"},
          .sizes = {64}};
}

class Planning : public testing::Test {
 protected:
  Plan plan(std::vector<Selection> selections) {
    Suite suite;
    suite.selections = std::move(selections);
    return make_plan(suite, session_);
  }
  std::vector<std::string> labels(std::vector<Selection> selections) {
    std::vector<std::string> all;
    for (const TrialKey& key : plan(std::move(selections)).trials) all.push_back(label(key));
    return all;
  }
  std::string refusal(Selection wrong) {
    try {
      plan({std::move(wrong)});
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }
  Session session_;
};

TEST_F(Planning, EveryCombinationIsATrial) {
  Selection some = selection({"anonymous_pipe", "fifo"});
  some.workloads = {"ping_pong", "stream"};
  some.sizes = {8, 64, 4096};
  some.placements = {"unpinned", "same_core"};
  const auto all = labels({some});
  EXPECT_EQ(all.size(), 2U * 2 * 3 * 2);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
  EXPECT_THAT(all, testing::Contains("fifo/stream/4096/block/same_core"));
}

TEST_F(Planning, APatternTakesEveryMechanismThatMatches) {
  EXPECT_THAT(
      labels({selection({"*s_pipe", "fi?o"})}),
      testing::ElementsAre("anonymous_pipe/ping_pong/64/block/unpinned", "fifo/ping_pong/64/block/unpinned"));
}

TEST_F(Planning, TheSameTrialIsMeasuredOnceWhateverNamesIt) {
  Selection twice = selection({"fifo", "fif*"});
  twice.sizes = {64, 64};
  EXPECT_EQ(labels({twice, selection({"fifo"})}).size(), 1U);
}

TEST_F(Planning, AnOptionIsAnAxisOfTheMechanismsThatHaveItAndOthersAreTakenOnce) {
  Selection some = selection({"anonymous_pipe", "process_vm"});
  some.options = parse_options({"buffer=usual,64KiB", "depth=4"});
  EXPECT_THAT(labels({some}),
              testing::UnorderedElementsAre("anonymous_pipe/ping_pong/64/block/unpinned",
                                            "anonymous_pipe[buffer=65536]/ping_pong/64/block/unpinned",
                                            "process_vm/ping_pong/64/block/unpinned"));
}

TEST_F(Planning, AnOptionThatThisHostRefusesIsSkippedWithItsReason) {
  Selection some = selection({"anonymous_pipe"});
  some.options = parse_options({"buffer=usual,1024MiB"});
  const Plan made = plan({some});
  EXPECT_EQ(made.trials.size(), 1U);
  ASSERT_EQ(made.skipped.size(), 1U);
  EXPECT_THAT(made.skipped[0].reason, HasSubstr("fs.pipe-max-size"));
}

TEST(ParseOptions, TakesSeveralInOneListAndSizesWithUnits) {
  const auto options = parse_options({"depth=16,256,buffer=1MiB"});
  ASSERT_EQ(options.size(), 2U);
  EXPECT_EQ(options[0].axis->name, "depth");
  EXPECT_THAT(options[0].values, testing::ElementsAre(16, 256));
  EXPECT_THAT(options[1].values, testing::ElementsAre(1U << 20));
}

TEST_F(Planning, AChoiceIsAnAxisAndItsUsualValueIsNotInTheName) {
  Selection some = selection({"shm_spsc", "sysv_msg"});
  some.options = parse_options({"memory=posix_shm,memfd", "depth=4"});
  EXPECT_THAT(labels({some}),
              testing::UnorderedElementsAre("shm_spsc[depth=4]/ping_pong/64/block/unpinned",
                                            "shm_spsc[depth=4,memory=memfd]/ping_pong/64/block/unpinned",
                                            "sysv_msg/ping_pong/64/block/unpinned"));
}

TEST_F(Planning, ARateIsAnAxisOfTheOpenLoopWhateverTheMechanism) {
  Selection some = selection({"fifo"});
  some.workloads = {"ping_pong", "open_loop"};
  some.options = parse_options({"rate=usual,20k"});
  EXPECT_THAT(labels({some}), testing::UnorderedElementsAre("fifo/ping_pong/64/block/unpinned",
                                                            "fifo[rate=10000]/open_loop/64/block/unpinned",
                                                            "fifo[rate=20000]/open_loop/64/block/unpinned"));
}

TEST(ParseOptions, TakesTheNamesOfAChoiceAndUsualForItsFirst) {
  const auto options = parse_options({"memory=usual,posix_shm,memfd,file"});
  ASSERT_EQ(options.size(), 1U);
  EXPECT_EQ(options[0].axis->name, "memory");
  EXPECT_THAT(options[0].values,
              testing::ElementsAre(0, 0, std::size_t(os::Memory::memfd), std::size_t(os::Memory::file)));
}

TEST(ParseOptions, AChoiceThatThereIsNotIsRefusedWithTheNearestOrAllThereAre) {
  const auto said = [](const std::string& typed) -> std::string {
    try {
      parse_options({typed});
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(said("memory=memfdd"), "no memory named 'memfdd'; did you mean memfd?");
  EXPECT_THAT(said("memory=2"), HasSubstr("no memory named '2'; there are: posix_shm, sysv_shm, memfd"));
}

TEST(TuningText, EveryNameOfEveryChoiceLeadsBackToItsValue) {
  for (const Axis& axis : axes) {
    for (std::size_t value = 0; value < axis.names.size(); ++value)
      EXPECT_EQ(value_named(axis, text_of(axis, value)), value) << axis.name;
  }
}

TEST(ParseOptions, WhatIsNoOptionIsRefusedAndTheNearestNameIsSuggested) {
  EXPECT_THROW(parse_options({"16"}), UsageError);
  EXPECT_THROW(parse_options({"depth=many"}), UsageError);
  try {
    parse_options({"dept=16"});
    FAIL() << "an unknown option was taken";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean depth?"));
  }
}

TEST_F(Planning, ASignalHasNoSizeAndIsMeasuredOnce) {
  Selection sizes = selection({"eventfd"});
  sizes.sizes = {8, 64, 4096};
  EXPECT_THAT(labels({sizes}), testing::ElementsAre("eventfd/ping_pong/0/block/unpinned"));
}

TEST_F(Planning, OnlyWaitsThatAMechanismOffersAreTrials) {
  Selection waits = selection({"anonymous_pipe", "shm_spsc"});
  waits.waits = {"*"};
  EXPECT_THAT(labels({waits}), testing::UnorderedElementsAre("anonymous_pipe/ping_pong/64/spin/unpinned",
                                                             "anonymous_pipe/ping_pong/64/block/unpinned",
                                                             "shm_spsc/ping_pong/64/spin/unpinned",
                                                             "shm_spsc/ping_pong/64/block/unpinned",
                                                             "shm_spsc/ping_pong/64/adaptive/unpinned"));
}

TEST_F(Planning, SpinningOnOneCoreIsSkippedWithItsReasonUnlessItIsAskedFor) {
  Selection all = selection({"shm_spsc"});
  all.waits = {"*"};
  all.placements = {"same_core"};
  const Plan without = plan({all});
  EXPECT_EQ(without.trials.size(), 2U);
  ASSERT_EQ(without.skipped.size(), 1U);
  EXPECT_EQ(without.skipped[0].key.wait, Wait::spin);
  EXPECT_THAT(without.skipped[0].reason, HasSubstr("--wait spin"));
  all.waits = {"spin"};
  EXPECT_EQ(plan({all}).trials.size(), 1U);
}

TEST_F(Planning, WhatThisHostRefusesIsSkippedWithItsReason) {
  Selection large = selection({"sysv_msg", "anonymous_pipe"});
  large.sizes = {std::size_t{64} << 20};
  const Plan planned = plan({large});
  EXPECT_EQ(planned.trials.size(), 1U);
  ASSERT_EQ(planned.skipped.size(), 1U);
  EXPECT_EQ(planned.skipped[0].key.mechanism, "sysv_msg");
  EXPECT_FALSE(planned.skipped[0].reason.empty());
}

TEST_F(Planning, APlaceThatThisHostDoesNotHaveIsSkippedWithItsReason) {
  std::string reason;
  if (place(Placement::two_sockets, 2, os::topology(), reason)) GTEST_SKIP() << "this host has two sockets";
  Selection apart = selection({"fifo"});
  apart.placements = {"two_sockets", "unpinned"};
  const Plan planned = plan({apart});
  EXPECT_EQ(planned.trials.size(), 1U);
  ASSERT_EQ(planned.skipped.size(), 1U);
  EXPECT_EQ(planned.skipped[0].reason, reason);
}

TEST_F(Planning, AWorkloadForSomeIsLeftOutForTheOthers) {
  Selection all = selection({"*"});
  all.workloads = {"crowd"};
  const Plan planned = plan({all});
  EXPECT_TRUE(planned.skipped.empty() || planned.skipped[0].reason.find("crowd") == std::string::npos);
  EXPECT_FALSE(planned.trials.empty());
  for (const TrialKey& key : planned.trials) {
    const Traits& traits = mechanism_named(key.mechanism)->traits;
    EXPECT_TRUE(traits.many_producers && traits.many_consumers) << key.mechanism;
  }
}

TEST_F(Planning, AWorkloadThatAMechanismCannotCarryIsSkippedWithItsReasonWhenBothAreNamed) {
  Selection some = selection({"fifo", "shm_mutex"});
  some.workloads = {"crowd", "urgent"};
  some.sizes = {16, 64};
  const Plan planned = plan({some});
  ASSERT_EQ(planned.trials.size(), 1U);
  EXPECT_EQ(label(planned.trials[0]), "shm_mutex/crowd/64/block/unpinned");
  std::vector<std::string> reasons;
  for (const Skipped& one : planned.skipped) reasons.push_back(one.reason);
  EXPECT_THAT(reasons, testing::Contains(HasSubstr("2 producers on one link")));
  EXPECT_THAT(reasons, testing::Contains(HasSubstr("needs priorities")));
  EXPECT_THAT(reasons, testing::Contains(HasSubstr("below 24 bytes")));
}

TEST_F(Planning, SpinningOfSeveralOnOneProcessorIsSkippedUnlessItIsAskedFor) {
  Selection all = selection({"shm_mpmc"});
  all.workloads = {"crowd"};
  all.placements = {"same_core", "unpinned"};
  all.waits = {"*"};
  const Plan without = plan({all});
  EXPECT_EQ(without.trials.size(), 5U);
  ASSERT_EQ(without.skipped.size(), 1U);
  EXPECT_THAT(without.skipped[0].reason, HasSubstr("--wait spin"));
}

TEST_F(Planning, WhenNothingCanBeMeasuredHereItIsUnsupported) {
  Selection large = selection({"sysv_msg"});
  large.sizes = {std::size_t{64} << 20};
  EXPECT_THROW(plan({large}), Unsupported);
}

TEST_F(Planning, WhenNothingIsSelectedItIsAUsageError) {
  Selection spinning = selection({"fifo"});
  spinning.waits = {"adaptive"};
  EXPECT_THAT(refusal(spinning), HasSubstr("nothing to measure"));
}

TEST_F(Planning, AnImpossibleSizeSaysWhichArePossible) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, (std::size_t{64} << 20) + 1}) {
    Selection wrong = selection({"fifo"});
    wrong.sizes = {64, size};
    EXPECT_THAT(refusal(wrong), HasSubstr("a message of " + std::to_string(size) + " bytes is impossible"));
    EXPECT_THAT(refusal(wrong), HasSubstr("from 8 B"));
    EXPECT_THAT(refusal(wrong), HasSubstr("64 MiB"));
  }
}

TEST_F(Planning, AnUnknownNameOfAnyKindIsRefusedWithASuggestion) {
  EXPECT_EQ(refusal(selection({"fifa"})), "no mechanism named 'fifa'; did you mean fifo?");
  EXPECT_THAT(refusal(selection({"carrier_pigeon"})), HasSubstr("there are: null, "));
  Selection wrong = selection({"fifo"});
  wrong.workloads = {"pingpong"};
  EXPECT_EQ(refusal(wrong), "no workload named 'pingpong'; did you mean ping_pong?");
  wrong = selection({"fifo"});
  wrong.waits = {"spinn"};
  EXPECT_EQ(refusal(wrong), "no wait named 'spinn'; did you mean spin?");
  wrong = selection({"fifo"});
  wrong.placements = {"same_cores"};
  EXPECT_EQ(refusal(wrong), "no placement named 'same_cores'; did you mean same_core?");
}

TEST(Apply, NamesNarrowAndPlacementsAndSizesReplace) {
  Suite suite;
  suite.selections = {selection({"anonymous_pipe", "fifo"}), selection({"shm_*"})};
  Overrides typed;
  typed.mechanisms = {"fifo"};
  typed.placements = {"same_core"};
  typed.sizes = {8, 16};
  const Suite narrowed = apply(suite, typed);
  EXPECT_THAT(narrowed.selections[0].mechanisms, testing::ElementsAre("fifo"));
  EXPECT_THAT(narrowed.selections[1].mechanisms, testing::IsEmpty());
  EXPECT_THAT(narrowed.selections[0].placements, testing::ElementsAre("same_core"));
  EXPECT_THAT(narrowed.selections[0].sizes, testing::ElementsAre(8, 16));
  EXPECT_THAT(narrowed.selections[0].workloads, testing::ElementsAre("ping_pong"));
}

TEST(Apply, EffortIsChangedWhereItIsTyped) {
  Overrides typed;
  typed.duration_s = 0.5;
  typed.budget_s = 3;
  typed.target = 0.1;
  typed.launches = 4;
  const Effort effort = apply(Suite(), typed).effort;
  EXPECT_EQ(effort.duration_s, 0.5);
  EXPECT_EQ(effort.budget_s, 3);
  EXPECT_EQ(effort.target, 0.1);
  EXPECT_EQ(effort.min_launches, 4U);
  EXPECT_EQ(effort.max_launches, 4U);
  EXPECT_EQ(apply(Suite(), {}).effort.duration_s, Effort().duration_s);
}

TEST(Apply, AnUnknownNameIsRefusedWithASuggestion) {
  Suite suite;
  suite.selections = {selection({"*"})};
  Overrides typed;
  typed.mechanisms = {"unix_steam"};
  EXPECT_THROW(apply(suite, typed), UsageError);
}

TEST(EstimateTest, GrowsWithTrialsAndIsBoundedByLaunchesOrByTheBudget) {
  Plan one;
  one.trials.resize(1);
  Plan ten;
  ten.trials.resize(10);
  Effort effort;
  effort.budget_s = 1000;
  const Estimate single = estimate(one, effort), many = estimate(ten, effort);
  EXPECT_DOUBLE_EQ(many.least_s, 10 * single.least_s);
  EXPECT_DOUBLE_EQ(many.most_s, 10 * single.most_s);
  EXPECT_NEAR(single.most_s / single.least_s, static_cast<double>(effort.max_launches) / effort.min_launches,
              1e-9);
  EXPECT_NEAR(estimate(one, effort, usual_overhead_s + 0.1).least_s,
              single.least_s + 0.1 * effort.min_launches, 1e-9);
  effort.budget_s = 1e-9;
  EXPECT_DOUBLE_EQ(estimate(one, effort).most_s, single.least_s);
  EXPECT_GE(single.least_s, effort.min_launches * effort.duration_s);
}

}  // namespace
}  // namespace ipcmark
