// ipcmark verify, as a person types it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "suites/cli/program_testing.hpp"

namespace ipcmark {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class VerifyCommand : public testing::Test {
 protected:
  std::vector<std::string> words(std::vector<std::string> more) const {
    more.insert(more.begin(), "verify");
    more.insert(more.end(), {"--out", out()});
    return more;
  }
  std::string out() const { return scratch_.path("v"); }
  nlohmann::json verification() const { return nlohmann::json::parse(content_of(out() + "/verify.json")); }

  Scratch scratch_;
};

TEST_F(VerifyCommand, WritesAMatrixAndTheSameForOtherPrograms) {
  const Said said = ipcmark(words({"-c", "GEN-05", "-m", "unix_stream,posix_mq", "--seed", "7"}));
  EXPECT_EQ(said.code, 0) << said.out << said.err;
  EXPECT_THAT(said.out, HasSubstr("GEN"));
  EXPECT_THAT(said.out, HasSubstr("unix_stream"));
  EXPECT_THAT(said.out, HasSubstr("2 cases, seed 7: 2 pass"));
  for (const char* file : {"verify.json", "verify.xml", "verify.tap", "cases.jsonl"})
    EXPECT_TRUE(fs::exists(out() + "/" + file)) << file;
  const auto json = verification();
  ASSERT_EQ(json.at("clauses").size(), 2U);
  for (const char* key : {"id", "mechanism", "outcome", "title", "detail", "seconds"})
    EXPECT_TRUE(json.at("clauses").at(0).contains(key)) << key;
  EXPECT_EQ(json.at("seed"), 7);
  EXPECT_FALSE(json.at("run").at("partial"));
  EXPECT_TRUE(json.at("environment").contains("kernel"));
}

TEST_F(VerifyCommand, AFailureIsExitCodeThreeAndSaysHowToRepeatIt) {
  const Said said = with_broken(words({"-c", "CON-1x1", "-m", "loses_one", "--messages", "3000", "--seed", "7"}));
  EXPECT_EQ(said.code, 3);
  EXPECT_THAT(said.out, HasSubstr("ipcmark verify --contract CON-1x1 --mechanism loses_one --seed 7"));
  const auto contention = verification().at("contention");
  EXPECT_TRUE(std::any_of(contention.begin(), contention.end(),
                          [](const nlohmann::json& one) { return one.at("outcome") == "fail"; }));
}

TEST_F(VerifyCommand, APatternThatChoosesNothingIsAUsageErrorThatSaysWhereTheNamesAre) {
  const Said said = ipcmark(words({"-c", "NOPE-*"}));
  EXPECT_EQ(said.code, 2);
  EXPECT_THAT(said.err, HasSubstr("ipcmark list contracts"));
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(VerifyCommand, InterruptedItKeepsWhatIsKnown) {
  std::vector<std::string> all = words({"-c", "GEN-*,PIPE-*"});
  all.insert(all.begin(), IPCMARK_PROGRAM);
  Running program(all);
  while (!fs::exists(out() + "/cases.jsonl") || content_of(out() + "/cases.jsonl").empty()) ::sched_yield();
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait().code, 128 + SIGTERM);
  EXPECT_TRUE(verification().at("run").at("partial"));
  EXPECT_GE(verification().at("clauses").size(), 1U);
}

TEST_F(VerifyCommand, AnOutputThatCannotBeWrittenIsOneLine) {
  const Said said = ipcmark({"verify", "-c", "GEN-05", "-m", "unix_stream", "--out", "/proc/nowhere"});
  EXPECT_NE(said.code, 0);
  EXPECT_THAT(said.err, HasSubstr("/proc/nowhere"));
}

TEST(ListContracts, NamesEveryClauseWithItsSourceAndThoseLeftOutWithTheReason) {
  const Said said = ipcmark({"list", "contracts"});
  EXPECT_EQ(said.code, 0);
  for (const char* part : {"PIPE-02", "GEN-05", "OneReceiveReturnsExactlyOneMessage", "left out", "clauses,"})
    EXPECT_THAT(said.out, HasSubstr(part));
}

TEST(ListContracts, AsJsonItHasBothLists) {
  const auto json = nlohmann::json::parse(ipcmark({"list", "contracts", "--json"}).out);
  EXPECT_GT(json.at("clauses").size(), 100U);
  EXPECT_TRUE(json.contains("left_out"));
}

}  // namespace
}  // namespace ipcmark
