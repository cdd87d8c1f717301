// Nobody's clipboard changes unless the person who typed the command has allowed that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "suites/cli/program_testing.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

// By a mechanism that asks, and is honest else.
class ClipboardConsent : public testing::Test {
 protected:
  static Json listed(std::vector<std::string> more) {
    more.insert(more.begin(), {"list", "--json"});
    for (const Json& one : Json::parse(with_broken(more).out)) {
      if (one.at("name") == "asks_first") return one;
    }
    return {};
  }
  Json run(std::vector<std::string> more) {
    more.insert(more.begin(), {"run", "-m", "asks_first", "-w", "stream", "-p", "same_core", "--wait",
                               "block", "-n", "1", "-d", "5ms", "--out", scratch_.path("r")});
    const Said said = with_broken(more);
    EXPECT_EQ(said.code, 0) << said.err;
    return result_in(scratch_.path("r"));
  }
  // The second clause makes its links in an actor.
  Json verify(std::vector<std::string> more) {
    more.insert(more.begin(), {"verify", "--quick", "-c", "GEN-05,GEN-19", "-m", "asks_first", "--out",
                               scratch_.path("v")});
    EXPECT_EQ(with_broken(more).code, 0);
    return Json::parse(content_of(scratch_.path("v/verify.json")));
  }
  Scratch scratch_;
};

TEST_F(ClipboardConsent, WithoutItTheListSaysWhyAndWhatToType) {
  const Json one = listed({});
  EXPECT_FALSE(one.at("available"));
  EXPECT_THAT(one.at("reason").get<std::string>(), HasSubstr("--touch-clipboard"));
}
TEST_F(ClipboardConsent, WithItTheMechanismIsListedAsHere) {
  EXPECT_TRUE(listed({"--touch-clipboard"}).at("available"));
}

TEST_F(ClipboardConsent, WithoutItARunSkipsTheTrialWithTheReason) {
  const Json result = run({"-m", "honest"});
  ASSERT_EQ(result.at("trials").size(), 1U);
  ASSERT_EQ(result.at("skipped").size(), 1U);
  EXPECT_THAT(result.at("skipped").at(0).at("reason").get<std::string>(), HasSubstr("--touch-clipboard"));
  EXPECT_FALSE(result.at("run").at("touch_clipboard"));
}
TEST_F(ClipboardConsent, WithItARunMeasuresAndTheResultSaysThatItWasGiven) {
  const Json result = run({"--touch-clipboard"});
  ASSERT_EQ(result.at("trials").size(), 1U);
  EXPECT_GT(result.at("trials").at(0).at("launches").at(0).at("messages"), 0);
  EXPECT_TRUE(result.at("run").at("touch_clipboard"));
}
TEST_F(ClipboardConsent, ARunThatGoesOnHasTheConsentWithWhichItBegan) {
  Running first({IPCMARK_WITH_BROKEN, "run", "-m", "asks_first", "-w", "stream,ping_pong", "-p", "same_core",
                 "--wait", "block", "-n", "1", "-d", "150ms", "--touch-clipboard", "--out",
                 scratch_.path("r")});
  ASSERT_THAT(first.error_line(), HasSubstr("1/"));
  first.signal(SIGINT);
  EXPECT_EQ(first.wait().code, 128 + SIGINT);
  EXPECT_EQ(with_broken({"run", "--resume", scratch_.path("r"), "-q"}).code, 0);
  const Json result = result_in(scratch_.path("r"));
  EXPECT_TRUE(result.at("run").at("touch_clipboard"));
  EXPECT_TRUE(result.at("skipped").empty());
}

TEST_F(ClipboardConsent, WithoutItEveryCaseIsUnsupported) {
  const Json verification = verify({});
  ASSERT_EQ(verification.at("clauses").size(), 2U);
  for (const Json& one : verification.at("clauses")) {
    EXPECT_EQ(one.at("outcome"), "unsupported");
    EXPECT_THAT(one.at("detail").get<std::string>(), HasSubstr("--touch-clipboard"));
  }
  EXPECT_FALSE(verification.at("run").at("touch_clipboard"));
}
TEST_F(ClipboardConsent, WithItCasesPassAlsoThoseWhoseActorsMakeTheLinks) {
  const Json verification = verify({"--touch-clipboard"});
  ASSERT_EQ(verification.at("clauses").size(), 2U);
  for (const Json& one : verification.at("clauses")) EXPECT_EQ(one.at("outcome"), "pass") << one.at("detail");
  EXPECT_TRUE(verification.at("run").at("touch_clipboard"));
}

}  // namespace
}  // namespace ipcmark
