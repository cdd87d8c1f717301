// ipcmark gate and ipcmark baseline as people type them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "suites/cli/program_testing.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using Words = std::vector<std::string>;

class Gate : public testing::Test {
 protected:
  Said gate(Words words) {
    words.insert(words.begin(), "gate");
    words.insert(words.end(), {"--duration", "3ms", "--out", out_, "--store", store_});
    return with_broken(words);
  }
  // A stored result of both ends on one core.
  void save(const std::string& name, const Words& mechanisms, const std::function<void(Json&)>& change = {}) {
    const std::string directory = scratch_.path("of-" + name);
    Words words{"run", "-w", "ping_pong", "-p",      "same_core", "-n",
                "18",  "-d", "3ms",       "--quiet", "--out",     directory};
    for (const std::string& mechanism : mechanisms) words.insert(words.end(), {"-m", mechanism});
    ASSERT_EQ(with_broken(words).code, 0);
    if (change) {
      Json result = result_in(directory);
      change(result);
      std::ofstream(directory + "/result.json") << result;
    }
    ASSERT_EQ(with_broken({"baseline", "save", name, directory, "--store", store_}).code, 0);
  }
  Words against(const std::string& name) { return {"--baseline", name}; }

  Scratch scratch_;
  std::string out_ = scratch_.path("out"), store_ = scratch_.path("store");
};

TEST_F(Gate, ProvesThatItCanFire) {
  const Said said = ipcmark({"gate", "--self-test"});
  EXPECT_EQ(said.code, 0) << said.out << said.err;
  EXPECT_THAT(said.out, HasSubstr("ok     exit code 1 (1 expected)"));
}

TEST_F(Gate, WritesForMachinesAndPeople) {
  const Said said = gate({"--baseline-bin",
                          IPCMARK_WITH_BROKEN,
                          "--inject",
                          "100%",
                          "-m",
                          "honest",
                          "-w",
                          "ping_pong",
                          "-p",
                          "same_core",
                          "-n",
                          "12",
                          "--statistic",
                          "p50",
                          "--github",
                          "--junit",
                          scratch_.path("j.xml"),
                          "--markdown",
                          scratch_.path("m.md"),
                          "--json",
                          scratch_.path("g.json")});
  EXPECT_EQ(said.code, 1) << said.out << said.err;
  EXPECT_THAT(said.out, HasSubstr("::error title=ipcmark: regressed::honest/ping_pong"));
  EXPECT_THAT(content_of(scratch_.path("j.xml")), HasSubstr("<failure type=\"regressed\""));
  EXPECT_THAT(content_of(scratch_.path("m.md")), HasSubstr("confirmed regressions"));
  EXPECT_EQ(Json::parse(content_of(scratch_.path("g.json"))).at("exit_code"), 1);
}

TEST_F(Gate, AgainstAStoredBaselineOfThisMachineMeasuresTheCandidate) {
  save("here", {"anonymous_pipe"});
  const Said said = gate(against("here"));
  EXPECT_THAT(said.code, testing::AnyOf(0, 1)) << said.out << said.err;
  EXPECT_THAT(said.out, HasSubstr("measured at different times"));
  const Json comparison = Json::parse(content_of(out_ + "/comparison.json"));
  EXPECT_EQ(comparison.at("interleaved"), false);
  EXPECT_EQ(comparison.at("trials").at(0).at("candidates").at(0).at("changes").at(0).at("pairs"), 6);
}

TEST_F(Gate, ABaselineOfAnotherMachineIsAMismatchThatNamesEachField) {
  save("elsewhere", {"anonymous_pipe"}, [](Json& result) {
    result["environment"]["cpu"]["model"] = "another processor";
    result["environment"]["kernel"]["release"] = "1.2.3";
  });
  const Said said = gate(against("elsewhere"));
  EXPECT_EQ(said.code, 4) << said.out;
  EXPECT_THAT(said.err, HasSubstr("cpu.model: the baseline's is 'another processor'"));
  EXPECT_THAT(said.err, HasSubstr("kernel.release"));
  Words allowed = against("elsewhere");
  allowed.emplace_back("--allow-mismatch");
  const Said told = gate(allowed);
  EXPECT_THAT(told.code, testing::AnyOf(0, 1)) << told.err;
  EXPECT_THAT(told.out, HasSubstr("MISMATCH"));
  EXPECT_THAT(content_of(out_ + "/summary.md"), HasSubstr("MISMATCH"));
}

TEST_F(Gate, MissingAndNewTrialsAreListedAndFailAStrictOne) {
  save("other", {"anonymous_pipe", "fifo"}, [](Json& result) {
    for (Json& trial : result["trials"]) {
      if (trial["mechanism"] == "fifo") trial["mechanism"] = "of_another_time";
    }
  });
  const Said said = gate(against("other"));
  EXPECT_THAT(said.out, HasSubstr("missing of_another_time/ping_pong"));
  EXPECT_NE(said.code, 4);
  std::filesystem::remove_all(out_);
  Words strict = against("other");
  strict.emplace_back("--strict");
  EXPECT_THAT(gate(strict).code, testing::AnyOf(1, 4));
}

TEST_F(Gate, DamagedAndAbsentBaselinesAreRefused) {
  save("one", {"anonymous_pipe"});
  std::filesystem::resize_file(store_ + "/one.json", 3000);
  const Said damaged = gate(against("one")), absent = gate(against("onw"));
  EXPECT_EQ(damaged.code, 2);
  EXPECT_THAT(damaged.err, HasSubstr("damaged or cut off"));
  EXPECT_EQ(absent.code, 2);
  EXPECT_THAT(absent.err, HasSubstr("did you mean one"));
}

TEST_F(Gate, BaselinesAreSavedListedShownAndRemoved) {
  save("first.run", {"anonymous_pipe"});
  EXPECT_THAT(with_broken({"baseline", "list", "--store", store_}).out, HasSubstr("first.run"));
  EXPECT_THAT(with_broken({"baseline", "show", "first.run", "--store", store_}).out,
              HasSubstr("anonymous_pipe/ping_pong/64/block/same_core"));
  const Said again =
      with_broken({"baseline", "save", "first.run", scratch_.path("of-first.run"), "--store", store_});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("--replace"));
  EXPECT_EQ(std::filesystem::status(store_ + "/first.run.json").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(with_broken({"baseline", "rm", "first.run", "--store", store_}).code, 0);
  EXPECT_THAT(with_broken({"baseline", "list", "--store", store_}).out, HasSubstr("no baselines"));
  EXPECT_EQ(
      with_broken({"baseline", "save", "../evil", scratch_.path("of-first.run"), "--store", store_}).code, 2);
}

}  // namespace
}  // namespace ipcmark
