#include "harness/measure/paired.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ipcmark {
namespace {

TEST(SignTest, TellsTheExactChanceOfSoManyOnOneSide) {
  // scipy.stats.binomtest(k, n, alternative="greater").pvalue
  const std::vector<double> nine_of_ten{1, 1, 1, 1, 1, 1, 1, 1, 1, -1};
  EXPECT_NEAR(p_of_above(nine_of_ten, 0), 0.0107421875, 1e-12);
  EXPECT_NEAR(p_of_below(nine_of_ten, 0), 0.9990234375, 1e-12);
  EXPECT_NEAR(p_of_above(std::vector<double>(30, 0.1), 0), 9.313225746e-10, 1e-15);
}

TEST(SignTest, CountsAValueOnTheBoundAgainstIt) {
  EXPECT_NEAR(p_of_above(std::vector<double>{1, 1, 1, 0}, 0), 0.3125, 1e-12);
  EXPECT_NEAR(p_of_below(std::vector<double>{-1, -1, -1, 0}, 0), 0.3125, 1e-12);
}

TEST(LogRatios, LeaveOutWhatHasNoRatio) {
  const std::vector<double> before{1, 0, 2, 5}, after{std::exp(1.0), 3, -1, 5, 7};
  const std::vector<double> ratios = log_ratios(before, after);
  ASSERT_EQ(ratios.size(), 2U);
  EXPECT_NEAR(ratios[0], 1, 1e-12);
  EXPECT_EQ(ratios[1], 0);
}

TEST(Fewest, PairsForACoverage) {
  EXPECT_EQ(fewest_for(0.5), 2U);
  EXPECT_EQ(fewest_for(0.95), 6U);
  EXPECT_EQ(fewest_for(0.99), 8U);
  for (const double coverage : {0.9, 0.95, 0.98, 0.99, 0.998}) {
    const std::size_t fewest = fewest_for(coverage);
    EXPECT_GE(median_interval(std::vector<double>(fewest, 1), coverage).coverage, coverage);
    EXPECT_LT(median_interval(std::vector<double>(fewest - 1, 1), coverage).coverage, coverage);
  }
}

TEST(Holm, RejectsStepByStepAndStopsAtTheFirstThatIsTooLarge) {
  // statsmodels.stats.multitest.multipletests(p, 0.05, "holm")
  const std::vector<double> p{0.01, 0.04, 0.03, 0.005};
  EXPECT_EQ(holm(p, 0.05), (std::vector<bool>{true, false, false, true}));
  EXPECT_EQ(holm(std::vector<double>{0.02, 0.02, 0.001}, 0.05), (std::vector<bool>{true, true, true}));
  EXPECT_TRUE(holm({}, 0.05).empty());
}

Interval between(double low, double high) { return {.median = (low + high) / 2, .low = low, .high = high}; }

TEST(Judge, KnowsWhichWayIsWorse) {
  EXPECT_EQ(judge(between(0.02, 0.04), 0.01, true), Verdict::regressed);
  EXPECT_EQ(judge(between(0.02, 0.04), 0.01, false), Verdict::improved);
  EXPECT_EQ(judge(between(-0.04, -0.02), 0.01, true), Verdict::improved);
  EXPECT_EQ(judge(between(-0.04, -0.02), 0.01, false), Verdict::regressed);
}

TEST(Judge, SaysUnchangedOnlyOfAnIntervalWithinTheMargin) {
  EXPECT_EQ(judge(between(-0.009, 0.009), 0.01, true), Verdict::unchanged);
  EXPECT_EQ(judge(between(0.002, 0.006), 0.01, true), Verdict::unchanged);  // a difference that is too small
  EXPECT_EQ(judge(between(-0.02, 0.009), 0.01, true), Verdict::inconclusive);
  EXPECT_EQ(judge(between(0.005, 0.05), 0.01, true), Verdict::inconclusive);
}

TEST(Settling, TakesMorePairsTheNearerTheDifferenceIsToTheMargin) {
  const std::size_t clear = pairs_to_settle(between(-0.02, 0.02), 0.01, 30);
  const std::size_t near_the_margin = pairs_to_settle(between(-0.012, 0.028), 0.01, 30);
  EXPECT_GT(clear, 100U);
  EXPECT_LT(clear, 140U);
  EXPECT_GT(near_the_margin, 10 * clear);
  EXPECT_EQ(pairs_to_settle(between(std::log1p(0.01) - 0.01, std::log1p(0.01) + 0.01), 0.01, 30), 0U);
}

// The chance that an interval misses the median is at most what it says, whatever the distribution is like.
TEST(Intervals, CoverTheMedianOfSkewedAndTwoPeakedValues) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> skewed(0, 1);
  std::normal_distribution<double> peak(0, 0.1);
  std::bernoulli_distribution which(0.5);
  constexpr int trials = 4000;
  int covered_skewed = 0, covered_peaks = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<double> a, b;
    for (int k = 0; k < 30; ++k) {
      a.push_back(skewed(random));
      b.push_back(peak(random) + (which(random) ? 1 : -1));
    }
    const Interval of_a = median_interval(a), of_b = median_interval(b);
    covered_skewed += of_a.low <= 1 && 1 <= of_a.high;
    covered_peaks += of_b.low <= 0 && 0 <= of_b.high;
  }
  EXPECT_GT(covered_skewed, trials * 0.94);
  EXPECT_LT(covered_skewed, trials * 0.98);
  EXPECT_GT(covered_peaks, trials * 0.94);
  EXPECT_LT(covered_peaks, trials * 0.98);
}

}  // namespace
}  // namespace ipcmark
