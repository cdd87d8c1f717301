#include "harness/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ipcmark {
namespace {

constexpr std::uint64_t range = std::uint64_t{1} << Histogram::value_bits;

// Durations spread evenly over all orders of magnitude, 1 to 2^40.
std::vector<std::uint64_t> log_uniform_values(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(0, Histogram::value_bits);
  std::vector<std::uint64_t> values(count);
  for (auto& value : values) value = static_cast<std::uint64_t>(std::exp2(exponent(random)));
  return values;
}

Histogram histogram_of(const std::vector<std::uint64_t>& values) {
  Histogram histogram;
  for (const std::uint64_t value : values) histogram.record(value);
  return histogram;
}

// The smallest value that at least this share of all values does not exceed.
double exact_quantile(std::vector<std::uint64_t> values, double share) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return static_cast<double>(values[std::max<std::size_t>(rank, 1) - 1]);
}

TEST(Histogram, BinsCoverTheRangeWithoutGapAndWithoutOverlap) {
  EXPECT_EQ(Histogram::lower_edge(0), 0U);
  EXPECT_EQ(Histogram::lower_edge(Histogram::bin_count), range);
  for (std::size_t bin = 0; bin < Histogram::bin_count; ++bin) {
    const std::uint64_t first = Histogram::lower_edge(bin), last = Histogram::lower_edge(bin + 1) - 1;
    ASSERT_LE(first, last);
    ASSERT_EQ(Histogram::bin_of(first), bin);
    ASSERT_EQ(Histogram::bin_of(last), bin);
  }
}

TEST(Histogram, TheMiddleOfABinIsWithinHalfAPercentOfEveryValueInIt) {
  for (std::size_t bin = 1; bin < Histogram::bin_count; ++bin) {
    const auto first = static_cast<double>(Histogram::lower_edge(bin));
    const auto last = static_cast<double>(Histogram::lower_edge(bin + 1) - 1);
    const double middle = Histogram::middle(bin);
    ASSERT_LE(middle - first, 0.005 * first) << "bin " << bin;
    ASSERT_LE(last - middle, 0.005 * last) << "bin " << bin;
  }
}

TEST(Histogram, AQuantileIsWithinOnePercentOfTheExactOne) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto values = log_uniform_values(20'000, seed);
    const Histogram histogram = histogram_of(values);
    for (const double share : {0.0001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
      const double exact = exact_quantile(values, share);
      EXPECT_NEAR(histogram.quantile(share), exact, 0.01 * exact) << "share " << share << ", seed " << seed;
    }
  }
}

TEST(Histogram, AQuantileOfSmallValuesIsExact) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 200; ++value) histogram.record(value);
  EXPECT_EQ(histogram.quantile(0.5), 100);
  EXPECT_EQ(histogram.quantile(0.5001), 101);
  EXPECT_EQ(histogram.quantile(0.995), 199);
  EXPECT_EQ(histogram.quantile(1), 200);
  EXPECT_EQ(histogram.quantile(1e-9), 1);
}

TEST(Histogram, NoQuantileIsAboveTheMaximum) {
  Histogram histogram;
  histogram.record(1'000'000);
  for (const double share : {0.01, 0.5, 1.0}) EXPECT_EQ(histogram.quantile(share), 1'000'000);
}

TEST(Histogram, MergingEqualsRecordingEverythingInOne) {
  const auto some = log_uniform_values(3000, 4), others = log_uniform_values(5000, 5);
  Histogram merged = histogram_of(some), all = histogram_of(some);
  Histogram other = histogram_of(others);
  other.record(range + 7);
  merged.merge(other);
  for (const std::uint64_t value : others) all.record(value);
  all.record(range + 7);

  EXPECT_EQ(merged.count(), all.count());
  EXPECT_EQ(merged.sum(), all.sum());
  EXPECT_EQ(merged.max(), all.max());
  EXPECT_EQ(merged.overflow(), all.overflow());
  for (std::size_t bin = 0; bin < Histogram::bin_count; ++bin) ASSERT_EQ(merged.in_bin(bin), all.in_bin(bin));
}

TEST(Histogram, AValueBeyondTheRangeIsCountedAsOverflowAndNotLost) {
  Histogram histogram;
  histogram.record(range - 1);
  EXPECT_EQ(histogram.overflow(), 0U);
  histogram.record(range);
  histogram.record(3 * range);
  EXPECT_EQ(histogram.overflow(), 2U);
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_EQ(histogram.max(), 3 * range);
  EXPECT_EQ(histogram.quantile(0.9), static_cast<double>(3 * range));
}

TEST(Histogram, TheMaximumAndTheMeanAreExact) {
  const auto values = log_uniform_values(10'000, 6);
  const Histogram histogram = histogram_of(values);
  std::uint64_t sum = 0;
  for (const std::uint64_t value : values) sum += value;
  EXPECT_EQ(histogram.max(), *std::max_element(values.begin(), values.end()));
  EXPECT_DOUBLE_EQ(histogram.mean(), static_cast<double>(sum) / static_cast<double>(values.size()));
}

TEST(Histogram, AnEmptyOneHasOnlyZeroes) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.max(), 0U);
  EXPECT_EQ(histogram.mean(), 0.0);
  EXPECT_EQ(histogram.quantile(0.5), 0.0);
}

TEST(Histogram, ClearingForgetsEverything) {
  Histogram histogram;
  histogram.record(5);
  histogram.record(range);
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.sum(), 0U);
  EXPECT_EQ(histogram.max(), 0U);
  EXPECT_EQ(histogram.overflow(), 0U);
  EXPECT_EQ(histogram.in_bin(5), 0U);
}

TEST(Histogram, OneThatIsPutTogetherFromItsBinsIsTheSame) {
  Histogram original = histogram_of(log_uniform_values(1000, 7));
  original.record(range);
  Histogram copy;
  for (std::size_t bin = 0; bin < Histogram::bin_count; ++bin) {
    if (original.in_bin(bin) != 0) copy.add(bin, original.in_bin(bin));
  }
  copy.set_extremes(original.sum(), original.max(), original.overflow());
  EXPECT_EQ(copy.count(), original.count());
  EXPECT_EQ(copy.mean(), original.mean());
  EXPECT_EQ(copy.overflow(), original.overflow());
  for (const double share : {0.01, 0.5, 0.99, 1.0}) EXPECT_EQ(copy.quantile(share), original.quantile(share));
}

}  // namespace
}  // namespace ipcmark
