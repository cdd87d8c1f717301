#include "harness/results/hgrm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <sstream>

#include "harness/results/record_testing.hpp"
#include "harness/results/scratch_testing.hpp"

namespace ipcmark {
namespace {

using testing::HasSubstr;

struct Row {
  double value, percentile;
  std::uint64_t total;
};

// The lines of figures, by the form that HdrHistogram's outputPercentileDistribution gives them.
std::vector<Row> rows_of(const std::string& text) {
  std::vector<Row> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    double value = 0, percentile = 0;
    unsigned long long total = 0;
    if (std::sscanf(line.c_str(), " %lf %lf %llu", &value, &percentile, &total) != 3) continue;
    rows.push_back({value, percentile, total});
  }
  return rows;
}

Trial trial_of(const Histogram& ticks) {
  Trial trial;
  trial.key = made_up::key();
  trial.launches.push_back(made_up::launch());
  trial.launches[0].latency = latency_of(ticks, 1.0);
  return trial;
}

Histogram thousand() {
  Histogram ticks;
  for (std::uint64_t value = 1; value <= 1000; ++value) ticks.record(value);
  return ticks;
}

TEST(Hgrm, BeginsAndEndsAsHdrHistogramsToolsExpect) {
  const std::string text = hgrm_of(trial_of(thousand()));
  EXPECT_THAT(text, testing::StartsWith("       Value     Percentile TotalCount 1/(1-Percentile)\n\n"));
  EXPECT_THAT(text,
              testing::ContainsRegex("\n#\\[Mean    = +500\\.500, StdDeviation   = +28[0-9]\\.[0-9]+\\]\n"));
  EXPECT_THAT(text, testing::ContainsRegex("\n#\\[Max     = +1000\\.000, Total count    = +1000\\]\n"));
  EXPECT_THAT(text, testing::ContainsRegex("\n#\\[Buckets = +[0-9]+, SubBuckets     = +128\\]\n$"));
}

TEST(Hgrm, EveryLineHasItsColumnsAndNoneIsOfAnotherForm) {
  const std::string text = hgrm_of(trial_of(thousand()));
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  EXPECT_EQ(rows_of(text).size(), lines - 2 - 3);  // without the head and the foot
}

TEST(Hgrm, ValuesPercentilesAndCountsNeverFall) {
  const auto rows = rows_of(hgrm_of(trial_of(thousand())));
  ASSERT_GT(rows.size(), 20U);
  for (std::size_t k = 1; k < rows.size(); ++k) {
    EXPECT_GT(rows[k].value, rows[k - 1].value);
    EXPECT_GT(rows[k].percentile, rows[k - 1].percentile);
    EXPECT_GT(rows[k].total, rows[k - 1].total);
  }
}

TEST(Hgrm, EachPercentileIsTheShareOfValuesUpToIts) {
  for (const Row& row : rows_of(hgrm_of(trial_of(thousand())))) {
    EXPECT_NEAR(row.percentile, static_cast<double>(row.total) / 1000, 1e-12);
    EXPECT_NEAR(row.value, static_cast<double>(row.total), 0.01 * row.value + 1e-9);
  }
}

TEST(Hgrm, TheLastLineIsTheMaximumAtOneWithoutAFourthColumn) {
  const std::string text = hgrm_of(trial_of(thousand()));
  EXPECT_THAT(text, HasSubstr("\n    1000.000 1.000000000000       1000\n#[Mean"));
}

TEST(Hgrm, ValuesBeyondTheRangeAreInTheLastLineToo) {
  Histogram ticks = thousand();
  ticks.record(std::uint64_t{1} << 41);
  const auto rows = rows_of(hgrm_of(trial_of(ticks)));
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.back().percentile, 1.0);
  EXPECT_EQ(rows.back().total, 1001U);
  EXPECT_EQ(rows.back().value, std::exp2(41));
}

TEST(Hgrm, LaunchesAreMerged) {
  Trial trial = trial_of(thousand());
  trial.launches.push_back(trial.launches[0]);
  EXPECT_EQ(rows_of(hgrm_of(trial)).back().total, 2000U);
}

TEST(Hgrm, ATrialWithoutLatencyHasNone) {
  Trial trial = trial_of(thousand());
  trial.launches[0].latency.reset();
  EXPECT_EQ(hgrm_of(trial), "");
  EXPECT_EQ(hgrm_of(made_up::failed_trial()), "");
}

TEST(Hgrm, AFileIsWrittenForEveryTrialThatHasOne) {
  const Scratch scratch;
  const Result result = made_up::result();
  write_hgrm(result, scratch.path("result"));
  EXPECT_EQ(content_of(scratch.path("result/hgrm/shm_spsc.ping_pong.64.adaptive.smt_siblings.hgrm")),
            hgrm_of(result.trials[0]));
  const auto files = std::filesystem::directory_iterator(scratch.path("result/hgrm"));
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

}  // namespace
}  // namespace ipcmark
