// Contention finds each broken mechanism out under the name of what it does, and nothing in those that only
// look bad.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "harness/results/scratch_testing.hpp"
#include "suites/conformance/verify.hpp"

namespace ipcmark {
namespace {

using Found = std::vector<std::string>;

struct Expected {
  const char *mechanism, *clause;
  const char* defect;  // null: it passes
  unsigned messages = 1500;
};

class Contention {
 public:
  CaseResult run(const std::string& name, const Expected& expected) {
    VerifySettings settings;
    settings.each.seed = 11;
    settings.each.out = scratch_.path("out");
    settings.each.messages = expected.messages;
    for (const Case& one : every_case()) {
      if (one.clause->id == expected.clause && one.mechanism != nullptr && one.mechanism->traits.name == name)
        return run_cases({one}, settings, [](const CaseResult&) {}).at(0);
    }
    throw std::logic_error(name + " has no such case");
  }
  std::string path(const std::string& name) const { return scratch_.path(name); }

 private:
  Scratch scratch_;
};

constexpr Expected broken_ones[]{
    {"loses_one", "CON-1x1", "lost"},           {"loses_one", "CON-2x1", "lost"},
    {"loses_the_tail", "CON-1x1", "lost_tail"}, {"repeats_one", "CON-2x1", "repeated"},
    {"gives_one_twice", "CON-2x1", "repeated"}, {"gives_one_to_both", "CON-1x2", "given_twice"},
    {"swaps_two", "CON-2x1", "reordered"},      {"trades_one", "CON-1x1", "compensated"},
    {"tears_one", "CON-1x1", "flipped"},        {"flips_a_byte", "CON-2x1", "flipped"},
    {"joins_halves", "CON-2x1", "torn"},        {"truncates_one", "CON-2x1", "truncated"},
    {"merges_two", "CON-1x1", "merged"},        {"answers_before", "CON-2x1", "early"},
    {"crashes", "CON-2x1", "failure"},          {"misses_tenth", "CON-1x1", nullptr},
    {"starves_one", "CON-1x2", nullptr, 400}};

class Broken : public testing::TestWithParam<Expected> {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, Broken, testing::ValuesIn(broken_ones), [](const auto& one) {
  const std::string clause = one.param.clause;
  return std::string(one.param.mechanism) + "_" + clause.substr(clause.find('-') + 1);
});

TEST_P(Broken, IsFoundOutUnderItsName) {
  const Expected& expected = GetParam();
  const CaseResult result = Contention().run(expected.mechanism, expected);
  EXPECT_EQ(result.outcome, expected.defect == nullptr ? Outcome::pass : Outcome::fail) << result.detail;
  EXPECT_EQ(result.facts.value("found", Found{"nothing is told"}),
            expected.defect == nullptr ? Found{} : Found{expected.defect})
      << result.detail;
}

TEST(BrokenAcross, OrderIsFoundBrokenAmongSeveralConsumersAsWell) {
  const CaseResult result = Contention().run("swaps_often", {"", "CON-1x2", "", 3000});
  EXPECT_EQ(result.outcome, Outcome::fail);
  for (const std::string& defect : result.facts.at("found").get<Found>())
    EXPECT_THAT(defect, testing::StartsWith("reordered"));
}

TEST(BrokenAcross, AStrangerIsMetInTheSecondRun) {
  Contention contention;
  ::setenv("IPCMARK_STRANGER", contention.path("stranger").c_str(), 1);
  // The file is made in the first of the two rounds, and the message in it is a stranger to the second.
  const CaseResult result = contention.run("delivers_a_stranger", {"", "CON-1x1", ""});
  ::unsetenv("IPCMARK_STRANGER");
  EXPECT_EQ(result.outcome, Outcome::fail);
  EXPECT_EQ(result.facts.at("found").get<Found>(), Found{"foreign"}) << result.detail;
  EXPECT_EQ(result.facts.at("pinned").at("found").get<Found>(), Found{});
}

TEST(Fairness, AConsumerThatStarvesIsSeen) {
  const CaseResult result = Contention().run("starves_one", {"", "CON-1x2", nullptr, 400});
  EXPECT_LT(result.facts.at("pinned").at("fairness_of_consumers").get<double>(), 0.9);
}

TEST(Histories, OfACaseThatPassesAreRemovedAndOfOneThatFailsAreKept) {
  Contention contention;
  contention.run("starves_one", {"", "CON-1x1", nullptr, 50});
  EXPECT_TRUE(!std::filesystem::exists(contention.path("out")) ||
              std::filesystem::is_empty(contention.path("out")));
  contention.run("loses_one", {"", "CON-1x1", ""});
  EXPECT_FALSE(std::filesystem::is_empty(contention.path("out")));
}

}  // namespace
}  // namespace ipcmark
