// ipcmark compare as people type it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "suites/cli/program_testing.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class Compare : public testing::Test {
 protected:
  Said compare(std::vector<std::string> words) {
    words.insert(words.begin(), "compare");
    if (std::find(words.begin(), words.end(), "--duration") == words.end())
      words.insert(words.end(), {"--duration", "3ms"});
    for (const char* word : {"--pairs", "12", "--seed", "5", "--out"}) words.emplace_back(word);
    words.push_back(out_);
    return with_broken(words);
  }
  Json comparison() const { return Json::parse(content_of(out_ + "/comparison.json")); }
  Json p50() const {
    const Json file = comparison();  // lives as long as the loop
    for (const Json& one : file.at("trials").at(0).at("candidates").at(0).at("changes")) {
      if (one.at("statistic") == "p50") return one;
    }
    throw std::logic_error("p50 was not judged");
  }

  Scratch scratch_;
  std::string out_ = scratch_.path("out");
};

TEST_F(Compare, ASlowerMechanismIsAConfirmedRegression) {
  const Said said = compare({"null", "delays_20us", "-w", "ping_pong", "--statistic", "p50"});
  EXPECT_EQ(said.code, 1) << said.err << said.out;
  EXPECT_THAT(said.out, HasSubstr("regressed"));
  EXPECT_EQ(p50().at("verdict"), "regressed");
  EXPECT_EQ(p50().at("confirmed"), true);
  EXPECT_GT(p50().at("low").get<double>(), 0.01);
}

TEST_F(Compare, TheOtherWayRoundItIsAnImprovement) {
  const Said said = compare({"delays_20us", "null", "-w", "ping_pong", "--statistic", "p50"});
  EXPECT_EQ(said.code, 0) << said.err << said.out;
  EXPECT_EQ(p50().at("verdict"), "improved");
  EXPECT_EQ(p50().at("confirmed"), true);
}

TEST_F(Compare, TheSameProgramIsUnchangedWithoutBeingMeasured) {
  const Said said = compare({"--baseline-bin", IPCMARK_WITH_BROKEN, "-m", "honest", "-w", "ping_pong"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("byte for byte"));
  EXPECT_FALSE(std::filesystem::exists(out_));
}

TEST_F(Compare, ASlowDownOnPurposeIsFoundAgainstTheSameProgram) {
  const Said said = compare({"--baseline-bin", IPCMARK_WITH_BROKEN, "-m", "honest", "-w", "ping_pong", "-p",
                             "same_core", "--statistic", "p50", "--inject", "100%"});
  EXPECT_EQ(said.code, 1) << said.err << said.out;
  EXPECT_EQ(p50().at("confirmed"), true);
}

TEST_F(Compare, ALaunchThatCrashesFailsTheComparison) {
  const Said said = compare({"honest", "crashes", "-w", "stream", "--duration", "50ms"});
  EXPECT_EQ(said.code, 3) << said.err << said.out;
  EXPECT_THAT(said.out, HasSubstr("crash"));
  EXPECT_EQ(comparison().at("trials").at(0).at("failure").at("side"), "crashes");
}

TEST_F(Compare, ThreeMechanismsAreEachSetAgainstTheFirst) {
  const Said said = compare({"null", "delays_20us", "honest", "-w", "ping_pong", "--statistic", "p50"});
  EXPECT_EQ(said.code, 1) << said.err << said.out;
  const Json candidates = comparison().at("trials").at(0).at("candidates");
  ASSERT_EQ(candidates.size(), 2U);
  EXPECT_EQ(candidates.at(0).at("changes").at(0).at("verdict"), "regressed");
}

TEST_F(Compare, EveryLaunchIsKeptWithItsPairAndItsPlaceInABlock) {
  compare({"null", "delays_20us", "-w", "ping_pong", "--statistic", "p50"});
  std::ifstream file(out_ + "/launches.jsonl");
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(Json::parse(line).at("settings").at("seed"), 5);
  EXPECT_TRUE(Json::parse(line).contains("environment"));
  std::map<std::string, int> batches;
  while (std::getline(file, line)) {
    const Json launch = Json::parse(line);
    EXPECT_GT(launch.at("values").at("p50").get<double>(), 0);
    ++batches[launch.at("batch").get<std::string>()];
  }
  EXPECT_GE(batches["first"], 16);
  EXPECT_EQ(batches["second"], 36) << "of each side, and of the baseline once more";
}

TEST_F(Compare, ABuildThatLacksAMechanismIsNamed) {
  const Said said = compare({"--baseline-bin", IPCMARK_PROGRAM, "-m", "honest", "-w", "ping_pong"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("new honest/ping_pong"));
}

struct Wrong {
  std::vector<std::string> words;
  const char* told;
};
class WrongCompare : public Compare, public testing::WithParamInterface<Wrong> {};
INSTANTIATE_TEST_SUITE_P(
    Words, WrongCompare,
    testing::Values(Wrong{{}, "nothing to compare with"}, Wrong{{"honest"}, "nothing to compare with"},
                    Wrong{{"honest", "delay_20us"}, "did you mean delays_20us?"},
                    Wrong{{"honest", IPCMARK_PROGRAM}, "mechanisms are compared with mechanisms"},
                    Wrong{{"/bin/true", "/bin/false"}, "makes no launches"},
                    Wrong{{"honest", "crashes", "--statistic", "p5"}, "did you mean p50"},
                    Wrong{{"honest", "crashes", "--margin", "much"}, "no share"},
                    Wrong{{"--candidate-bin", "/bin/true", "honest"}, "needs a baseline"}));

TEST_P(WrongCompare, AreRefusedWithAReason) {
  const Said said = compare(GetParam().words);
  EXPECT_EQ(said.code, 2) << said.out;
  EXPECT_THAT(said.err, HasSubstr(GetParam().told));
}

}  // namespace
}  // namespace ipcmark
