// Cases run in processes of their own, whatever becomes of them, and the result says what that was.
#include "suites/conformance/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "harness/results/scratch_testing.hpp"
#include "suites/conformance/actor.hpp"
#include "suites/conformance/verify_report.hpp"
#include "suites/conformance/verify_testing.hpp"

namespace ipcmark {
namespace {

using testing::HasSubstr;

// One clause for each way in which a case can end.
constexpr Clause outcomes[]{
    {.id = "OUT-01", .title = "Holds", .source = "here", .body = [] { EXPECT_EQ(1, 1); }},
    {.id = "OUT-02", .title = "DoesNotHold", .source = "here", .body = [] { EXPECT_EQ(1, 2) << "in & out"; }},
    {.id = "OUT-03",
     .title = "DoesNotHoldAsIsKnown",
     .source = "here",
     .body = [] { EXPECT_EQ(1, 2); },
     .deviation = "this is no clause"},
    {.id = "OUT-04",
     .title = "HoldsThoughItIsKnownNotTo",
     .source = "here",
     .body = [] { EXPECT_EQ(1, 1); },
     .deviation = "this is no clause"},
    {.id = "OUT-05",
     .title = "IsNotHere",
     .source = "here",
     .body = [] { throw Unsupported("no such thing"); }},
    {.id = "OUT-06",
     .title = "CannotBeSetUp",
     .source = "here",
     .body = [] { throw std::runtime_error("no"); }},
    {.id = "OUT-07",
     .title = "TellsNothing",
     .source = "here",
     .body = [] { throw Inconclusive("too few"); }},
    {.id = "OUT-08", .title = "NeverEnds", .source = "here", .body = [] { Stage::wait_to_be_killed(); }},
    {.id = "OUT-09", .title = "Crashes", .source = "here", .body = [] { ::raise(SIGKILL); }},
    {.id = "OUT-10",
     .title = "SaysWhatItSaw",
     .source = "here",
     .body =
         [] {
           EXPECT_EQ(1, 1);
           observe("3 of 4");
           record("seed", case_settings().seed);
         }},
    {.id = "OUT-11",
     .title = "SkipsByTheWordOfGoogleTest",
     .source = "here",
     .body = [] { GTEST_SKIP() << "not today"; }},
    {.id = "OUT-12",
     .title = "HoldsUnlessTheSeedIs44",
     .source = "here",
     .body = [] { EXPECT_NE(case_settings().seed, 44U); }},
    {.id = "OUT-13",
     .title = "NeverEndsAndSaysHowFarItGot",
     .source = "here",
     .body =
         [] {
           record("got", "this far");
           Stage::wait_to_be_killed();
         }},
    {.id = "OUT-14",
     .title = "CannotBeSetUpTheFirstTime",
     .source = "here",
     .body =
         [] {
           if (std::filesystem::create_directory(case_settings().out)) throw std::runtime_error("no");
           EXPECT_EQ(1, 1);
         }},
};

// known_to_fail says of these that it does not keep them at times, and how.
constexpr Clause of_that(std::string_view id, void (*of)(const Mechanism&)) {
  Clause clause{.id = id, .title = "IsNotKeptAtTimes", .source = "here", .of = of};
  clause.applies = [](const Traits& traits) { return traits.name == "known_to_fail"; };
  return clause;
}
constexpr Clause of_one[]{
    of_that("ODD-01", [](const Mechanism&) { EXPECT_EQ(1, 1); }),
    of_that("ODD-02", [](const Mechanism&) { EXPECT_EQ(1, 2) << "the known way"; }),
    of_that("ODD-03",
            [](const Mechanism&) {
              EXPECT_EQ(1, 2) << "the known way";
              EXPECT_EQ(1, 3) << "another";
            }),
    of_that("ODD-04", [](const Mechanism&) { Stage::wait_to_be_killed(); }),
    of_that("ODD-05", [](const Mechanism&) { Stage::wait_to_be_killed(); }),
};

const Section section_of_one{.name = "ODD", .count = 0, .clauses = of_one};
const Section section{.name = "OUT", .count = 0, .clauses = outcomes};

// In the test program and in the processes that it starts alike.
[[maybe_unused]] const bool added = (add_section(section), add_section(section_of_one), true);

CaseResult result_of(std::string_view id, double patience_s = 30) {
  VerifySettings settings;
  settings.each.seed = 42;
  settings.patience = std::chrono::duration<double>(patience_s);
  return result_of(case_of(id), settings);
}

TEST(Verify, EachWayInWhichACaseEndsHasAnOutcomeOfItsOwn) {
  EXPECT_EQ(result_of("OUT-01").outcome, Outcome::pass);
  EXPECT_EQ(result_of("OUT-02").outcome, Outcome::fail);
  EXPECT_EQ(result_of("OUT-03").outcome, Outcome::expected_deviation);
  EXPECT_EQ(result_of("OUT-04").outcome, Outcome::unexpected_pass);
  EXPECT_EQ(result_of("OUT-05").outcome, Outcome::unsupported);
  EXPECT_EQ(result_of("OUT-06").outcome, Outcome::broken_setup);
  EXPECT_EQ(result_of("OUT-07").outcome, Outcome::inconclusive);
  EXPECT_EQ(result_of("OUT-11").outcome, Outcome::unsupported);
}

TEST(Verify, WhatWasSeenStandsInTheDetail) {
  EXPECT_THAT(result_of("OUT-02").detail, HasSubstr("in & out"));
  EXPECT_THAT(result_of("OUT-03").detail, HasSubstr("this is no clause"));
  EXPECT_THAT(result_of("OUT-05").detail, HasSubstr("no such thing"));
  EXPECT_THAT(result_of("OUT-06").detail, HasSubstr("no"));
  EXPECT_EQ(result_of("OUT-10").detail, "3 of 4");
}

TEST(Verify, TheSeedReachesTheCaseAndItsFactsComeBack) {
  EXPECT_EQ(result_of("OUT-10").facts.at("seed"), 42U);
}

TEST(Verify, OfOneMechanismOnlyTheKnownFailureIsExpectedAndAPassIsAPass) {
  EXPECT_EQ(result_of("ODD-01").outcome, Outcome::pass);
  EXPECT_EQ(result_of("ODD-02").outcome, Outcome::expected_deviation);
  EXPECT_THAT(result_of("ODD-02").detail, HasSubstr("this is no clause"));
  EXPECT_EQ(result_of("ODD-03").outcome, Outcome::fail);
}

TEST(Verify, OfOneMechanismOnlyTheKnownHangIsExpected) {
  EXPECT_EQ(result_of("ODD-04", 0.2).outcome, Outcome::expected_deviation);
  EXPECT_THAT(result_of("ODD-04", 0.2).detail, HasSubstr("nobody ends it"));
  EXPECT_EQ(result_of("ODD-05", 0.2).outcome, Outcome::hang);
}

TEST(Verify, ACaseThatNeverEndsIsAHangAndItsProcessIsGone) {
  const CaseResult result = result_of("OUT-08", 0.2);
  EXPECT_EQ(result.outcome, Outcome::hang);
  EXPECT_THAT(result.detail, HasSubstr("no end within"));
}

TEST(Verify, ACaseWhoseProcessDiesIsABrokenSetUp) {
  const CaseResult result = result_of("OUT-09");
  EXPECT_EQ(result.outcome, Outcome::broken_setup);
  EXPECT_THAT(result.detail, HasSubstr("signal 9"));
}

TEST(Verify, WhereStartsMayFailABrokenSetUpIsMadeOnceMoreAndTold) {
  const Scratch scratch;
  VerifySettings settings;
  settings.each.out = scratch.path(".");
  settings.second_set_up = true;
  const CaseResult result = result_of(case_of("OUT-14"), settings);
  EXPECT_EQ(result.outcome, Outcome::pass);
  EXPECT_EQ(result.detail, "of a second set-up, since the first broke: no");
  EXPECT_THAT(remarks_on({result}), HasSubstr("CannotBeSetUpTheFirstTime: of a second set-up"));
  const CaseResult never = result_of(case_of("OUT-06"), settings);
  EXPECT_EQ(never.outcome, Outcome::broken_setup);
  EXPECT_EQ(never.detail, "no; of a second set-up, since the first broke: no");
}

TEST(Verify, ASoakRunsEachCaseInEveryRoundWithTheNextSeedAndTellsTheWorst) {
  VerifySettings settings;
  settings.each.seed = 42;
  settings.jobs = 2;
  std::vector<std::uint64_t> seeds;
  const Soaked soaked = soak(
      {case_of("OUT-01"), case_of("OUT-12")}, settings, [](unsigned round) { return round <= 4; },
      [&](const CaseResult& result) {
        if (result.of.clause->id == "OUT-12") seeds.push_back(result.how.seed);
      });
  EXPECT_EQ(soaked.rounds, 4U);
  EXPECT_THAT(seeds, testing::ElementsAre(42U, 43U, 44U, 45U));
  ASSERT_EQ(soaked.results.size(), 2U);
  for (const CaseResult& result : soaked.results) {
    const bool fails = result.of.clause->id == "OUT-12";
    EXPECT_EQ(result.outcome, fails ? Outcome::fail : Outcome::pass);
    EXPECT_EQ(result.outcomes.at(Outcome::pass), fails ? 3U : 4U);
    if (fails) {
      EXPECT_EQ(result.how.seed, 44U);
      EXPECT_THAT(again(result), HasSubstr("--seed 44"));
      EXPECT_EQ(to_json(result).at("outcomes").at("fail"), 1);
    }
  }
}

TEST(Verify, WhatAHangingCaseHasRecordedIsKnown) {
  EXPECT_EQ(result_of("OUT-13", 3).facts.at("got"), "this far");
}

TEST(Verify, OnlyWhatIsNoneOfOursLetsTheRunPass) {
  for (const Outcome outcome :
       {Outcome::fail, Outcome::unexpected_pass, Outcome::broken_setup, Outcome::hang})
    EXPECT_TRUE(fails_the_run(outcome)) << name_of(outcome);
  for (const Outcome outcome :
       {Outcome::pass, Outcome::expected_deviation, Outcome::unsupported, Outcome::inconclusive})
    EXPECT_FALSE(fails_the_run(outcome)) << name_of(outcome);
}

class VerifyOutput : public testing::Test {
 protected:
  static const Verification& verification() {
    static const Verification made = [] {
      Verification one;
      one.settings.each.seed = 42;
      for (const char* id : {"OUT-01", "OUT-02", "OUT-03", "OUT-05"}) one.results.push_back(result_of(id));
      return one;
    }();
    return made;
  }
};

TEST_F(VerifyOutput, TheJsonHasAnEntryForEachCase) {
  const auto json = to_json(verification());
  ASSERT_EQ(json.at("clauses").size(), 4U);
  EXPECT_EQ(json.at("clauses").at(1).at("id"), "OUT-02");
  EXPECT_EQ(json.at("clauses").at(1).at("outcome"), "fail");
  EXPECT_TRUE(json.at("clauses").at(1).at("mechanism").is_null());
  EXPECT_GT(json.at("clauses").at(1).at("seconds"), 0.0);
  EXPECT_EQ(json.at("seed"), 42U);
}

TEST_F(VerifyOutput, InJUnitWhatFailsTheRunIsAFailureAndTheRestSkipped) {
  const std::string xml = junit_of(verification());
  EXPECT_THAT(xml, HasSubstr(R"(<testsuite name="OUT" tests="4" failures="1" skipped="2")"));
  EXPECT_THAT(xml, HasSubstr("in &amp; out"));
}

TEST_F(VerifyOutput, InTapEachCaseIsALineWithItsDirective) {
  const std::string tap = tap_of(verification());
  EXPECT_THAT(tap, HasSubstr("1..4\n"));
  EXPECT_THAT(tap, HasSubstr("ok 1 - OUT-01 Holds\n"));
  EXPECT_THAT(tap, HasSubstr("not ok 2 - OUT-02 DoesNotHold\n"));
  EXPECT_THAT(tap, HasSubstr("not ok 3 - OUT-03 DoesNotHoldAsIsKnown # TODO "));
  EXPECT_THAT(tap, HasSubstr("ok 4 - OUT-05 IsNotHere # SKIP unsupported: no such thing"));
}

TEST_F(VerifyOutput, AFailureComesWithTheCommandThatRepeatsIt) {
  EXPECT_THAT(remarks_on(verification().results), HasSubstr("ipcmark verify --contract OUT-02 --seed 42"));
}

TEST(Verify, WhatLacksForManyMechanismsIsSaidOnce) {
  constexpr Clause clause{.id = "ODD-09", .title = "IsNotHere", .source = "nowhere"};
  std::vector<CaseResult> results(3);
  for (std::size_t k = 0; k < results.size(); ++k) {
    results[k].of = {.clause = &clause, .mechanism = mechanisms()[k]};
    results[k].outcome = Outcome::unsupported;
    results[k].detail = "no such thing";
  }
  const std::string first(mechanisms()[0]->traits.name), last(mechanisms()[2]->traits.name);
  EXPECT_EQ(remarks_on(results), "unsupported        ODD-09 IsNotHere, 3 mechanisms from " + first + " to " +
                                     last + ": no such thing\n");
}

}  // namespace
}  // namespace ipcmark
