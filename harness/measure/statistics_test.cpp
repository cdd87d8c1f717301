#include "harness/measure/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace ipcmark {
namespace {

// 1, 2, ... n, in disorder.
std::vector<double> first_numbers(std::size_t count) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), 1.0);
  std::mt19937 random(1);
  std::shuffle(values.begin(), values.end(), random);
  return values;
}

struct Reference {
  std::size_t count;
  double low, high;  // of the numbers 1 to count
  double coverage;   // by the binomial distribution of n and 1/2
};

class MedianInterval : public testing::TestWithParam<Reference> {};
INSTANTIATE_TEST_SUITE_P(Binomial, MedianInterval,
                         testing::Values(Reference{1, 1, 1, 0}, Reference{2, 1, 2, 0.5},
                                         Reference{5, 1, 5, 0.9375}, Reference{6, 1, 6, 0.96875},
                                         Reference{8, 1, 8, 0.9921875}, Reference{9, 2, 8, 0.9609375},
                                         Reference{10, 2, 9, 0.978515625},
                                         Reference{20, 6, 15, 0.9586105346679688},
                                         Reference{30, 10, 21, 0.9572261}),
                         [](const auto& each) { return "of_" + std::to_string(each.param.count); });

TEST_P(MedianInterval, IsThePairOfOrderStatisticsOfTheBinomialDistribution) {
  const Interval interval = median_interval(first_numbers(GetParam().count));
  EXPECT_EQ(interval.low, GetParam().low);
  EXPECT_EQ(interval.high, GetParam().high);
  EXPECT_NEAR(interval.coverage, GetParam().coverage, 1e-6);
}

TEST(MedianIntervalTest, TheMedianOfAnEvenNumberOfValuesIsBetweenTheMiddleTwo) {
  EXPECT_EQ(median_interval({4, 1, 3, 2}).median, 2.5);
  EXPECT_EQ(median_interval({5, 1, 3}).median, 3);
}

TEST(MedianIntervalTest, NothingIsKnownOfNoValues) {
  const Interval interval = median_interval({});
  EXPECT_EQ(interval.median, 0);
  EXPECT_EQ(interval.coverage, 0);
  EXPECT_EQ(interval.relative_half_width(), 0);
}

TEST(MedianIntervalTest, AHigherConfidenceIsAWiderInterval) {
  const Interval usual = median_interval(first_numbers(30)), sure = median_interval(first_numbers(30), 0.99);
  EXPECT_LT(sure.low, usual.low);
  EXPECT_GT(sure.high, usual.high);
  EXPECT_GE(sure.coverage, 0.99);
}

TEST(MedianIntervalTest, TheNextNarrowerPairWouldNotReachTheConfidence) {
  for (std::size_t count = 6; count <= 200; ++count) {
    const Interval interval = median_interval(first_numbers(count));
    ASSERT_GE(interval.coverage, 0.95) << count;
    // What one more left out on each side would take away: twice P(exactly `skipped` + 1 fall below).
    const double skipped = interval.low - 1, n = static_cast<double>(count);
    const double next = 2 * std::exp(std::lgamma(n + 1) - std::lgamma(skipped + 2) -
                                     std::lgamma(n - skipped) - n * std::log(2.0));
    ASSERT_LT(interval.coverage - next, 0.95) << count;
  }
}

TEST(MedianIntervalTest, TheHalfWidthIsRelativeToTheMedian) {
  const Interval interval{.median = 100, .low = 98, .high = 104, .coverage = 0.95};
  EXPECT_DOUBLE_EQ(interval.relative_half_width(), 0.03);
}

TEST(MedianIntervalTest, CoversTheTrueMedianOfSkewedDataAsOftenAsItSays) {
  constexpr int draws = 4000;
  for (const std::size_t count : {6U, 10U, 15U, 30U}) {
    std::mt19937_64 random(count);
    std::lognormal_distribution<double> skewed(3.0, 1.5);
    const double true_median = std::exp(3.0);
    int covered = 0;
    for (int draw = 0; draw < draws; ++draw) {
      std::vector<double> sample(count);
      for (double& value : sample) value = skewed(random);
      const Interval interval = median_interval(sample);
      covered += interval.low <= true_median && true_median <= interval.high ? 1 : 0;
    }
    EXPECT_GE(static_cast<double>(covered) / draws, 0.94) << "of " << count;
  }
}

std::vector<double> near(std::initializer_list<double> centres, std::size_t of_each, double spread) {
  std::vector<double> values;
  std::mt19937 random(2);
  std::uniform_real_distribution<double> factor(1 - spread, 1 + spread);
  for (const double centre : centres) {
    for (std::size_t k = 0; k < of_each; ++k) values.push_back(centre * factor(random));
  }
  std::shuffle(values.begin(), values.end(), random);
  return values;
}

TEST(FindModes, TwoGroupsFarApartAreFoundWithTheirMedians) {
  const Modes modes = find_modes(near({100, 200}, 6, 0.03));
  ASSERT_TRUE(modes.two);
  EXPECT_NEAR(modes.lower, 100, 3);
  EXPECT_NEAR(modes.upper, 200, 6);
}

TEST(FindModes, TheSmallerGroupMayBeOnEitherSide) {
  EXPECT_TRUE(find_modes({100, 101, 102, 100, 101, 102, 103, 200, 202}).two);
  EXPECT_TRUE(find_modes({200, 201, 202, 200, 201, 202, 203, 100, 101}).two);
}

TEST(FindModes, OneGroupIsNotTwo) {
  EXPECT_FALSE(find_modes(near({100}, 12, 0.05)).two);
  EXPECT_FALSE(find_modes({100, 100, 100, 100, 100, 100}).two);
}

TEST(FindModes, ASingleOutlierIsNoGroup) {
  EXPECT_FALSE(find_modes({100, 101, 102, 103, 100, 101, 500}).two);
  EXPECT_FALSE(find_modes({100, 101, 102, 103, 100, 101, 20}).two);
}

TEST(FindModes, TwoOfMoreThanTenAreLessThanAFifthAndNoGroup) {
  std::vector<double> values = near({100}, 12, 0.01);
  values.push_back(200);
  values.push_back(201);
  EXPECT_FALSE(find_modes(values).two);
}

TEST(FindModes, AGapOfLessThanAQuarterIsNone) {
  EXPECT_FALSE(find_modes({100, 100.1, 100.2, 124, 124.1, 124.2}).two);
  EXPECT_TRUE(find_modes({100, 100.1, 100.2, 126, 126.1, 126.2}).two);
}

TEST(FindModes, AGapThatIsNoWiderThanTheGroupsIsNone) {
  EXPECT_FALSE(find_modes({100, 115, 130, 180, 200, 230}).two);
  EXPECT_FALSE(find_modes({100, 101, 102, 200, 260, 330}).two);
  EXPECT_FALSE(find_modes({100, 130, 165, 330, 333, 336}).two);
}

TEST(FindModes, TooFewValuesHaveNoModes) {
  EXPECT_FALSE(find_modes({}).two);
  EXPECT_FALSE(find_modes({100, 200, 300}).two);
  EXPECT_TRUE(find_modes({100, 100, 200, 200}).two);
}

TEST(JainIndex, IsOneForEqualSharesAndOneInNWhenOneHasAll) {
  const auto index = [](std::vector<double> shares) { return jain_index(shares); };
  EXPECT_DOUBLE_EQ(index({5, 5, 5, 5}), 1);
  EXPECT_DOUBLE_EQ(index({7, 0, 0, 0}), 0.25);
  EXPECT_DOUBLE_EQ(index({3, 1}), 0.8);
  EXPECT_DOUBLE_EQ(index({3e12, 1e12}), index({3, 1}));
  EXPECT_DOUBLE_EQ(index({0, 0}), 1);
  EXPECT_DOUBLE_EQ(index({}), 1);
}

}  // namespace
}  // namespace ipcmark
