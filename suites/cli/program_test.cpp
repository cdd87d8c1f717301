// What a person types and gets: commands, exit codes, one clear line for every mistake, nothing left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "harness/mechanism.hpp"
#include "harness/os/host.hpp"
#include "suites/cli/program_testing.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// A mistake is told in one line, with the exit code for usage.
void expect_refusal(const Said& said, const std::string& what, int code = 2) {
  EXPECT_EQ(said.code, code) << said.err;
  EXPECT_EQ(lines_in(said.err), 1U) << said.err;
  EXPECT_THAT(said.err, HasSubstr(what));
}

class Program : public testing::Test {
 protected:
  std::vector<std::string> tiny(std::vector<std::string> more) {
    std::vector<std::string> words{"run", "-n", "1", "-d", "5ms", "--out", scratch_.path("r")};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Json trials() { return result_in(scratch_.path("r")).at("trials"); }
  Scratch scratch_;
};

TEST_F(Program, ListNamesEveryMechanismAndSaysWhetherThisHostHasIt) {
  const Said said = ipcmark({"list", "--json"});
  ASSERT_EQ(said.code, 0) << said.err;
  const Json all = Json::parse(said.out);
  ASSERT_GE(all.size(), 12U);
  for (const Json& one : all) {
    for (const char* key : {"name", "family", "summary", "available", "reason", "traits"})
      EXPECT_TRUE(one.contains(key));
    EXPECT_EQ(one.at("available").get<bool>(), one.at("reason").is_null());
  }
}

TEST_F(Program, EveryMechanismThatIsHereIsMeasuredAndVerifiedInEveryWait) {
  const Said said = ipcmark(tiny({"--size", "8,4096", "--wait", "*", "-p", "unpinned"}));
  ASSERT_EQ(said.code, 0) << said.err << said.out;
  std::set<std::string> measured;
  for (const Json& trial : trials()) {
    EXPECT_EQ(trial.at("launches").size(), 1U);
    EXPECT_GT(trial.at("launches").at(0).at("messages").get<std::uint64_t>(), 0U);
    measured.insert(trial.at("mechanism"));
  }
  for (const Json& one : Json::parse(ipcmark({"list", "--json"}).out)) {
    if (one.at("available").get<bool>()) {
      EXPECT_EQ(measured.count(one.at("name")), 1U) << one.at("name");
    }
  }
}

TEST_F(Program, ARefusedSizeIsReportedWithItsReason) {
  const Said said = ipcmark(tiny({"-m", "sysv_msg,anonymous_pipe", "--size", "1MiB"}));
  ASSERT_EQ(said.code, 0) << said.err;
  const Json skipped = result_in(scratch_.path("r")).at("skipped");
  ASSERT_FALSE(skipped.empty());
  EXPECT_EQ(skipped.at(0).at("mechanism"), "sysv_msg");
  EXPECT_THAT(skipped.at(0).at("reason").get<std::string>(), HasSubstr("kernel.msgmax"));
}

TEST_F(Program, MessagesOfFourMebibytesPassWhereAMechanismTakesThem) {
  const Said said =
      ipcmark(tiny({"-m", "unix_stream,anonymous_pipe,fifo,tcp_loopback,shm_*", "--size", "4MiB"}));
  EXPECT_EQ(said.code, 0) << said.err << said.out;
  EXPECT_GE(trials().size(), 14U);
}

TEST_F(Program, AnUnknownMechanismIsRefusedWithTheNearestName) {
  expect_refusal(ipcmark(tiny({"-m", "shm_spcs"})), "did you mean shm_spsc?");
}
TEST_F(Program, AnUnknownSuiteIsRefusedWithTheNearestName) {
  expect_refusal(ipcmark({"run", "quik"}), "quick");
}
TEST_F(Program, AnUnknownWorkloadIsRefused) { expect_refusal(ipcmark(tiny({"-w", "ping"})), "ping_pong"); }
TEST_F(Program, AnUnknownWaitIsRefused) { expect_refusal(ipcmark(tiny({"--wait", "spinn"})), "spin"); }
TEST_F(Program, AnUnknownPlacementIsRefused) { expect_refusal(ipcmark(tiny({"-p", "moon"})), "same_core"); }
TEST_F(Program, AnUnknownCommandIsRefused) { expect_refusal(ipcmark({"lst"}), "did you mean list?"); }
TEST_F(Program, ASuiteMayFollowAnOptionThatTakesAList) {
  const Said said = ipcmark({"run", "-m", "null", "quick", "--dry-run"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("null/stream/65536/block/two_cores"));
}
TEST_F(Program, AnUnknownOptionIsRefused) { expect_refusal(ipcmark({"run", "--sizes", "3"}), "--help"); }
TEST_F(Program, ASizeBelowTheStampIsRefused) { expect_refusal(ipcmark(tiny({"--size", "7"})), "8 B"); }
TEST_F(Program, ASizeThatIsNoSizeIsRefused) { expect_refusal(ipcmark(tiny({"--size", "big"})), "'big'"); }
TEST_F(Program, AHugeSizeIsRefused) { expect_refusal(ipcmark(tiny({"--size", "1GiB"})), "64 MiB"); }
TEST_F(Program, ATimeWithoutUnitIsRefused) { expect_refusal(ipcmark(tiny({"--budget", "5"})), "100ms"); }
TEST_F(Program, NoLaunchAtAllIsRefused) { expect_refusal(ipcmark(tiny({"-n", "0"})), "--launches"); }
TEST_F(Program, AnOutputBelowAFileIsRefused) {
  const std::string file = scratch_.path("file");
  std::ofstream(file) << "x";
  expect_refusal(ipcmark({"run", "-m", "null", "-n", "1", "--out", file + "/r"}), "--out");
}
TEST_F(Program, AFullDiskIsTold) {
  // /dev/full refuses every write with ENOSPC: full(4).
  ASSERT_EQ(::mkdir(scratch_.path("r").c_str(), 0700), 0);
  ASSERT_EQ(::symlink("/dev/full", scratch_.path("r/result.json.new").c_str()), 0);
  expect_refusal(ipcmark(tiny({"-m", "null", "-q"})), "make room");
}
TEST_F(Program, ADirectoryWithAResultIsNotOverwritten) {
  ASSERT_EQ(ipcmark(tiny({"-m", "null", "-w", "stream"})).code, 0);
  expect_refusal(ipcmark(tiny({"-m", "null", "-w", "stream"})), "holds a result already");
}
TEST_F(Program, ADamagedResultIsRefusedByTheReport) {
  std::ofstream(scratch_.path("result.json")) << R"({"schema": 1, "trials": [)";
  const Said said = ipcmark({"report", scratch_.path("result.json")});
  EXPECT_EQ(said.code, 2);
  EXPECT_THAT(said.err, HasSubstr("result.json"));
}
TEST_F(Program, ANewerResultIsRefusedByTheReport) {
  std::ofstream(scratch_.path("result.json")) << R"({"schema": 99, "trials": []})";
  const Said said = ipcmark({"report", scratch_.path("result.json")});
  EXPECT_EQ(said.code, 2);
  EXPECT_THAT(said.err, HasSubstr("schema 99"));
}
TEST_F(Program, ResumingWithoutAJournalIsRefused) {
  expect_refusal(ipcmark({"run", "--resume", scratch_.path("nothing")}), "nothing to resume");
}
TEST_F(Program, ASuiteFileWithAMistakeNamesItsLine) {
  std::ofstream(scratch_.path("s.toml")) << "[[trials]]\nmechanism = \"null\"\n";
  expect_refusal(ipcmark({"run", scratch_.path("s.toml")}), "s.toml:2");
}

TEST_F(Program, ADryRunMeasuresNothingAndEstimatesTheTime) {
  const Said said = ipcmark({"run", "quick", "--dry-run", "--out", scratch_.path("r")});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, HasSubstr("anonymous_pipe/ping_pong/64/block/two_cores"));
  EXPECT_THAT(said.out, testing::ContainsRegex("[0-9]+ trials, .* launches"));
  EXPECT_FALSE(std::filesystem::exists(scratch_.path("r")));
}

TEST_F(Program, HgrmFilesAreWrittenOnRequest) {
  ASSERT_EQ(ipcmark(tiny({"-m", "unix_stream", "-w", "ping_pong", "-p", "same_core", "--hgrm"})).code, 0);
  const std::string text = content_of(scratch_.path("r/hgrm/unix_stream.ping_pong.64.block.same_core.hgrm"));
  EXPECT_THAT(text, HasSubstr("1/(1-Percentile)"));
  EXPECT_THAT(text, HasSubstr("#[Max"));
}

// The long run that the tests below disturb: it tells of every finished trial on its error output.
std::vector<std::string> long_run(const std::string& out) {
  return {IPCMARK_PROGRAM,
          "run",
          "-m",
          "anonymous_pipe,unix_stream,sysv_msg,posix_mq,fifo,shm_mutex,shm_spsc",
          "-p",
          "same_core",
          "--wait",
          "block",
          "-n",
          "1",
          "-d",
          "150ms",
          "--out",
          out};
}

class Disturbed : public Program, public testing::WithParamInterface<int> {};

TEST_P(Disturbed, ASignalLeavesAValidPartialResultThatCanBeResumed) {
  Running run(long_run(scratch_.path("r")));
  ASSERT_THAT(run.error_line(), HasSubstr("1/"));
  run.signal(GetParam());
  const Said said = run.wait();
  EXPECT_EQ(said.code, 128 + GetParam());
  EXPECT_THAT(said.err, HasSubstr("--resume"));
  const Json result = result_in(scratch_.path("r"));
  EXPECT_TRUE(result.at("run").at("partial").get<bool>());
  EXPECT_TRUE(os::leftovers(result.at("run").at("id")).empty());

  const Said resumed = ipcmark({"run", "--resume", scratch_.path("r")});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  const Json whole = result_in(scratch_.path("r"));
  EXPECT_FALSE(whole.at("run").at("partial").get<bool>());
  for (const Json& trial : whole.at("trials")) EXPECT_EQ(trial.at("launches").size(), 1U);
}
INSTANTIATE_TEST_SUITE_P(Signals, Disturbed, testing::Values(SIGINT, SIGTERM), [](const auto& signal) {
  return signal.param == SIGINT ? "Interrupt" : "Termination";
});

TEST_F(Program, AKilledRunLeavesNothingBehindAndLosesNoLaunch) {
  Running run(long_run(scratch_.path("r")));
  ASSERT_THAT(run.error_line(), HasSubstr("1/"));
  run.signal(SIGKILL);
  // Its janitor and its children hold the error output; its end means that they are gone, too.
  EXPECT_EQ(run.wait().code, 128 + SIGKILL);
  const Json result = result_in(scratch_.path("r"));
  EXPECT_TRUE(os::leftovers(result.at("run").at("id")).empty());
  EXPECT_EQ(ipcmark({"run", "--resume", scratch_.path("r"), "-q"}).code, 0);
  EXPECT_EQ(trials().size(), result.at("trials").size());
}

TEST_F(Program, ASecondRunSaysWhoIsMeasuringAndEnds) {
  Running first(long_run(scratch_.path("r")));
  ASSERT_THAT(first.error_line(), HasSubstr("1/"));
  const Said second = ipcmark({"run", "-m", "null", "-n", "1", "--out", scratch_.path("second")});
  expect_refusal(second, "process " + std::to_string(first.id()));
  EXPECT_THAT(second.err, HasSubstr("--wait"));
}

TEST_F(Program, ASecondRunWaitsWhenAskedTo) {
  Running first(long_run(scratch_.path("r")));
  ASSERT_THAT(first.error_line(), HasSubstr("1/"));
  const Said second = ipcmark({"run", "-m", "null", "-w", "stream", "-n", "1", "-d", "1ms", "--out",
                               scratch_.path("second"), "--wait"});
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.err, HasSubstr("waiting for process " + std::to_string(first.id())));
  EXPECT_EQ(first.wait().code, 0);
}

}  // namespace
}  // namespace ipcmark
