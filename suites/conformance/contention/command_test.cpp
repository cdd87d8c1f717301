// What a person types about contention.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "suites/cli/program_testing.hpp"

namespace ipcmark {
namespace {

using testing::HasSubstr;

class ContentionCommand : public testing::Test {
 protected:
  Said verify(const std::string& mechanism, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"verify", "-m",    mechanism, "-c",         "CON-1x1", "--seed",
                                   "7",      "--out", out(),     "--messages", "1500"};
    words.insert(words.end(), more.begin(), more.end());
    return with_broken(words);
  }
  std::string out() const { return scratch_.path("out"); }

 private:
  Scratch scratch_;
};

TEST_F(ContentionCommand, AFailurePrintsTheCommandThatRepeatsIt) {
  const Said said = verify("loses_one");
  EXPECT_EQ(said.code, 3) << said.err;
  EXPECT_THAT(said.out, HasSubstr("lost: message 299 of producer 0"));
  EXPECT_THAT(said.out,
              HasSubstr("ipcmark verify --contract CON-1x1 --mechanism loses_one --seed 7 --producers 1 "
                        "--consumers 1 --messages 1500 --perturb sleep,affinity,signal\n"));
}

TEST_F(ContentionCommand, ASavedHistoryIsJudgedAgain) {
  verify("loses_one");
  const Said again = with_broken({"verify", "--recheck", out()});
  EXPECT_EQ(again.code, 3);
  EXPECT_THAT(again.out,
              HasSubstr("fail  CON-1x1/loses_one, seed 7: 1499 of 1500 messages: lost: message 299"));
  EXPECT_THAT(again.out, HasSubstr("2 rounds, 2 failed"));
}

TEST_F(ContentionCommand, HistoriesOfAPassAreKeptOnRequest) {
  EXPECT_EQ(verify("misses_tenth", {"--keep"}).code, 0);
  const Said again = with_broken({"verify", "--recheck", out()});
  EXPECT_EQ(again.code, 0) << again.out;
  EXPECT_THAT(again.out, HasSubstr("1350 of 1500 messages"));
}

TEST_F(ContentionCommand, HistoriesThatAreNoneAreAUsageError) {
  EXPECT_EQ(with_broken({"verify", "--recheck", out()}).code, 2);
  verify("misses_tenth", {"--keep"});
  for (const auto& entry : std::filesystem::recursive_directory_iterator(out())) {
    if (entry.path().extension() == ".history") std::filesystem::resize_file(entry.path(), 1000);
  }
  const Said again = with_broken({"verify", "--recheck", out()});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("claims"));
}

TEST_F(ContentionCommand, TheSmallestCaseThatFailsIsPrinted) {
  const Said said = verify("loses_one", {"--minimise", "--consumers", "2", "--producers", "2"});
  EXPECT_EQ(said.code, 3);
  EXPECT_THAT(said.out, HasSubstr("smallest that fails so"));
  EXPECT_THAT(said.out,
              testing::ContainsRegex("--producers 1 --consumers 1 --messages 3[0-9][0-9] --perturb none"));
}

TEST_F(ContentionCommand, AnUnknownPerturbationIsAUsageError) {
  const Said said = verify("loses_one", {"--perturb", "thunder"});
  EXPECT_EQ(said.code, 2);
  EXPECT_THAT(said.err, HasSubstr("'thunder'; use none, or some of sleep,affinity,signal"));
}

}  // namespace
}  // namespace ipcmark
