#include "suites/benchmark/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "harness/results/record_testing.hpp"

namespace ipcmark {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Trial trial(const std::string& mechanism, const std::string& workload, double p50, double rate,
            Wait wait = Wait::block) {
  Trial one = made_up::trial(0);
  one.key.mechanism = mechanism;
  one.key.workload = workload;
  one.key.wait = wait;
  one.notes.clear();
  for (int k = 0; k < 6; ++k) {
    one.launches.push_back(made_up::launch(p50));
    one.launches.back().messages_per_s = rate;
  }
  return one;
}

Result result_of(std::vector<Trial> trials) {
  Result result;
  result.trials = std::move(trials);
  return result;
}

TEST(Table, EveryLineFitsInto100ColumnsWhateverTheFigures) {
  Trial wide = trial("a_mechanism_with_a_very_long_name", "ping_pong", 999.4e9, 999.4e9, Wait::adaptive);
  wide.key.size = 65535 * 1024;
  wide.notes = {"a note"};
  wide.launches[0].latency->p50 = 1;
  Trial tiny = trial("tiny", "stream", 0.001, 0.001);
  tiny.launches[0].messages = 1;
  for (const std::string& line : lines_of(table_of(result_of({wide, tiny}))))
    EXPECT_LE(line.size(), 100U) << line;
}

TEST(Table, TheHeadStandsAboveItsColumns) {
  const auto lines = lines_of(table_of(result_of({trial("fifo", "ping_pong", 2510, 1.25e6)})));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "");
  EXPECT_EQ(lines[1], "ping_pong, smt_siblings (latency is round trip)");
  const auto end_of = [&](std::size_t line, const std::string& text) {
    return lines[line].find(text) + text.size();
  };
  EXPECT_EQ(end_of(2, "p50"), end_of(3, "2.51 us"));
  EXPECT_EQ(end_of(2, "p99"), end_of(3, "5.02 us"));
  EXPECT_EQ(end_of(2, "messages"), end_of(3, "1.25 M/s"));
  EXPECT_EQ(end_of(2, "bytes"), end_of(3, "256 MB/s"));
}

TEST(Table, NoLineEndsInABlank) {
  for (const std::string& line : lines_of(table_of(result_of({trial("fifo", "ping_pong", 2510, 1e6)}))))
    EXPECT_TRUE(line.empty() || line.back() != ' ') << "'" << line << "'";
}

TEST(Table, TheFastestComesFirst) {
  const std::string text =
      table_of(result_of({trial("slow", "ping_pong", 9000, 1), trial("fast", "ping_pong", 100, 1)}));
  EXPECT_LT(text.find("\nfast "), text.find("\nslow "));
  const std::string rates =
      table_of(result_of({trial("slow", "stream", 1, 1e3), trial("fast", "stream", 1, 1e6)}));
  EXPECT_LT(rates.find("\nfast "), rates.find("\nslow "));
}

TEST(Table, WhatSpinsIsRankedApartFromWhatBlocks) {
  const std::string text = table_of(
      result_of({trial("a", "ping_pong", 100, 1, Wait::block), trial("b", "ping_pong", 200, 1, Wait::spin),
                 trial("c", "ping_pong", 300, 1, Wait::block), trial("d", "ping_pong", 400, 1, Wait::spin)}));
  const auto at = [&](const char* name) { return text.find("\n" + std::string(name) + " "); };
  EXPECT_LT(at("b"), at("d"));
  EXPECT_LT(at("a"), at("c"));
  EXPECT_TRUE(at("d") < at("a") || at("c") < at("b"));
}

TEST(Table, AFailedTrialHasNoRow) {
  const std::string text = table_of(result_of({trial("fifo", "ping_pong", 100, 1), made_up::failed_trial()}));
  EXPECT_THAT(text, Not(HasSubstr("stream")));
  EXPECT_EQ(table_of(result_of({made_up::failed_trial()})), "");
}

TEST(Table, ASignalHasNeitherSizeNorBytes) {
  Trial signal = trial("eventfd", "ping_pong", 100, 1e6);
  signal.key.size = 0;
  for (Launch& launch : signal.launches) launch.bytes_per_s = 0;
  const std::string text = table_of(result_of({signal}));
  EXPECT_THAT(text, HasSubstr("  signal "));
  EXPECT_THAT(text, Not(HasSubstr("B/s")));
}

TEST(Table, AStarMarksATrialWithANoteAndIsExplained) {
  Trial noted = trial("fifo", "ping_pong", 100, 1e6);
  EXPECT_THAT(table_of(result_of({noted})), Not(HasSubstr("*")));
  noted.notes = {"two modes"};
  EXPECT_THAT(table_of(result_of({noted})), HasSubstr("\n* has a note"));
}

TEST(Remarks, AFailureIsTold) {
  EXPECT_EQ(remarks_on(result_of({made_up::failed_trial()})),
            "FAILED  fifo stream 4 KiB adaptive smt_siblings: 3 lost (launch 2)\n");
}

TEST(Remarks, EqualReasonsAreToldTogether) {
  Result result;
  for (const std::size_t size : {64U, 4096U})
    result.skipped.push_back({.key = made_up::key("posix_mq", "stream", size), .reason = "no queues here"});
  result.skipped.push_back({.key = made_up::key("posix_mq"), .reason = "too big"});
  EXPECT_EQ(remarks_on(result),
            "skipped 2 trials of posix_mq: no queues here\nskipped 1 trial of posix_mq: too big\n");
}

TEST(Remarks, ThereAreNoneOfACleanResult) {
  EXPECT_EQ(remarks_on(result_of({trial("fifo", "ping_pong", 100, 1)})), "");
}

TEST(ProgressTest, QuietSaysNothing) {
  testing::internal::CaptureStderr();
  Progress progress(2, 12, 1.0, true);
  const Trial one = trial("fifo", "ping_pong", 100, 1);
  progress.begin(one);
  progress.launched(one, true);
  progress.end();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(ProgressTest, WithoutATerminalEveryFinishedTrialIsALine) {
  testing::internal::CaptureStderr();
  Progress progress(2, 12, 1.0, false);
  const Trial one = trial("fifo", "ping_pong", 2510, 1);
  progress.begin(one);
  progress.launched(one, false);
  progress.launched(one, true);
  progress.launched(made_up::failed_trial(), true);
  progress.end();
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "1/2 fifo ping_pong 64 B block smt_siblings: p50 2.51 us (6 launches, precision)\n"
            "2/2 fifo stream 4 KiB adaptive smt_siblings: FAILED: 3 lost (launch 2) (0 launches, failure)\n");
}

TEST(MayColour, NotWithoutATerminalAndNotWithNoColor) { EXPECT_FALSE(may_colour()); }

}  // namespace
}  // namespace ipcmark
