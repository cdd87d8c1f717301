#include "suites/compare/comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ipcmark {
namespace {

constexpr double noise = 0.02;

// Launches of a trial: of the baseline near 100, of the others so much more, each with some noise.
class Drawn {
 public:
  explicit Drawn(std::uint64_t seed) : random_(seed) {}
  std::vector<double> near(double middle, std::size_t count) {
    std::normal_distribution<double> wobble(0, noise);
    std::vector<double> values;
    for (std::size_t k = 0; k < count; ++k) values.push_back(middle * std::exp(wobble(random_)));
    return values;
  }

 private:
  std::mt19937_64 random_;
};

Cell cell_of(const std::string& statistic) {
  Cell cell;
  cell.key.mechanism = "some";
  cell.judged = {{.statistic = statistic, .margin = 0.01, .less_is_better = less_is_better(statistic)}};
  return cell;
}

Cell measured(Drawn& drawn, double change, double change_again, double baseline_again = 1,
              const std::string& statistic = "p50") {
  constexpr std::size_t pairs = 30;
  Cell cell = cell_of(statistic);
  cell.first = {{drawn.near(100, pairs)}, {drawn.near(100 * change, pairs)}};
  cell.second = {{drawn.near(100, pairs)},
                 {drawn.near(100 * change_again, pairs)},
                 {drawn.near(100 * baseline_again, pairs)}};
  judge_first(cell, 0.98);
  return cell;
}

Change confirmed(Cell cell) {
  std::vector<Cell> cells{std::move(cell)};
  confirm(cells, CompareSettings{});
  return cells.front().changes.front().front();
}

TEST(Comparison, ASlowDownThatComesAgainIsConfirmed) {
  Drawn drawn(1);
  const Change change = confirmed(measured(drawn, 1.05, 1.05));
  EXPECT_EQ(change.verdict, Verdict::regressed);
  EXPECT_TRUE(change.confirmed);
  EXPECT_NEAR(std::expm1(change.log_ratio.median), 0.05, 0.02);
}

TEST(Comparison, ARateThatFallsIsARegressionAndOneThatRisesIsNone) {
  Drawn drawn(2);
  EXPECT_EQ(confirmed(measured(drawn, 0.9, 0.9, 1, "messages_per_s")).verdict, Verdict::regressed);
  EXPECT_EQ(confirmed(measured(drawn, 1.1, 1.1, 1, "messages_per_s")).verdict, Verdict::improved);
}

TEST(Comparison, AnAlarmThatDoesNotComeAgainIsNone) {
  Drawn drawn(3);
  Cell cell = measured(drawn, 1.05, 1);
  ASSERT_EQ(cell.changes[0][0].verdict, Verdict::regressed);
  const Change change = confirmed(std::move(cell));
  EXPECT_EQ(change.verdict, Verdict::inconclusive);
  EXPECT_NE(change.why.find("not confirmed"), std::string::npos) << change.why;
}

TEST(Comparison, AnAlarmCountsForNothingWhereTheBaselineDiffersFromItself) {
  Drawn drawn(4);
  const Change change = confirmed(measured(drawn, 1.05, 1.05, 1.05));
  EXPECT_EQ(change.verdict, Verdict::inconclusive);
  EXPECT_NE(change.why.find("differs from itself"), std::string::npos) << change.why;
}

TEST(Comparison, OneAlarmOfManyMustBeTheClearerToBeConfirmed) {
  // 26 of 30 pairs are worse: p = 3e-5 alone, which does not reach 0.01 among a thousand.
  std::vector<Cell> cells;
  for (int k = 0; k < 1000; ++k) {
    Cell cell = cell_of("p50");
    std::vector<double> same(30, 100), worse(30, 110);
    cell.first = {{same}, {worse}};
    judge_first(cell, 0.98);
    for (int better = 0; better < 4; ++better) worse[static_cast<std::size_t>(better)] = 90;
    cell.second = {{same}, {k == 0 ? worse : same}, {same}};
    cells.push_back(std::move(cell));
  }
  std::vector<Cell> alone{cells.front()};
  confirm(alone, CompareSettings{});
  EXPECT_TRUE(alone.front().changes[0][0].confirmed);
  confirm(cells, CompareSettings{});
  EXPECT_FALSE(cells.front().changes[0][0].confirmed);
}

TEST(Comparison, AGateGoesOnOnlyWithWhatMayBeARegression) {
  Cell cell = cell_of("p50");
  const std::vector<double> same(8, 100);
  const auto with = [&](std::vector<double> candidate) {
    cell.first = {{same}, {std::move(candidate)}};
    judge_first(cell, 0.98);
    return cell;
  };
  const Cell mixed = with({110, 110, 110, 110, 95, 95, 95, 95}),
             better = with({110, 95, 95, 95, 95, 95, 95, 95});
  EXPECT_TRUE(goes_on(mixed, true));
  EXPECT_FALSE(goes_on(better, true));
  EXPECT_TRUE(goes_on(better, false)) << "whoever compares wants to know of the better as well";
  EXPECT_FALSE(goes_on(with(std::vector<double>(8, 100.1)), false)) << "nothing is open";
}

TEST(Comparison, FewPairsGiveNoVerdict) {
  Cell cell = cell_of("p50");
  cell.first = {{{100, 100, 100}}, {{200, 200, 200}}};
  judge_first(cell, 0.98);
  EXPECT_EQ(cell.changes[0][0].verdict, Verdict::inconclusive);
  EXPECT_EQ(cell.changes[0][0].pairs_to_settle, 7U);
}

// What the whole promises: on sides that do not differ, an alarm in at most one comparison of a hundred.
TEST(Comparison, OfTheSameWithTheSameHardlyEverAlarms) {
  Drawn drawn(5);
  constexpr int comparisons = 300, trials = 20;
  int alarms = 0;
  for (int k = 0; k < comparisons; ++k) {
    std::vector<Cell> cells;
    for (int trial = 0; trial < trials; ++trial) cells.push_back(measured(drawn, 1, 1));
    confirm(cells, CompareSettings{});
    bool alarm = false;
    for (const Cell& cell : cells) alarm = alarm || cell.changes[0][0].confirmed;
    alarms += alarm ? 1 : 0;
  }
  EXPECT_LE(alarms, 3);
}

TEST(Comparison, OfFivePercentFindsNearlyEvery) {
  Drawn drawn(6);
  int found = 0;
  constexpr int comparisons = 300;
  for (int k = 0; k < comparisons; ++k) found += confirmed(measured(drawn, 1.05, 1.05)).confirmed ? 1 : 0;
  EXPECT_GE(found, comparisons * 95 / 100);
}

TEST(Statistics, ThatAreJudgedAreWhatAWorkloadIsFor) {
  const auto names = [](const char* workload) {
    std::vector<std::string> all;
    for (const Judged& judged : usual_statistics(*workload_named(workload))) all.push_back(judged.statistic);
    return all;
  };
  EXPECT_EQ(names("ping_pong"),
            (std::vector<std::string>{"p50", "p99", "cpu_ns_per_message", "peak_rss_bytes"}));
  EXPECT_EQ(names("stream"),
            (std::vector<std::string>{"messages_per_s", "cpu_ns_per_message", "peak_rss_bytes"}));
  EXPECT_EQ(names("idle"), (std::vector<std::string>{"cpu_ns_per_message", "peak_rss_bytes"}));
  EXPECT_EQ(usual_margin("p50"), 0.01);
  EXPECT_EQ(usual_margin("p99"), 0.05);
}

}  // namespace
}  // namespace ipcmark
