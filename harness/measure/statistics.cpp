#include "harness/measure/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace ipcmark {
namespace {

double median_of_sorted(std::span<const double> sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

// P(exactly k of n fall below the median).
double binomial_half(std::size_t n, std::size_t k) {
  const auto count = static_cast<double>(n), below = static_cast<double>(k);
  return std::exp(std::lgamma(count + 1) - std::lgamma(below + 1) - std::lgamma(count - below + 1) -
                  count * std::log(2.0));
}

}  // namespace

Interval median_interval(std::vector<double> values, double wanted) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  // [x_(k+1), x_(n-k)], counted from 1, misses the median when at most k values lie on one side of it.
  std::size_t skipped = 0;
  double missed = 2 * binomial_half(n, 0);
  while (2 * (skipped + 1) < n) {
    const double next = missed + 2 * binomial_half(n, skipped + 1);
    if (1 - next < wanted) break;
    missed = next;
    ++skipped;
  }
  return {.median = median_of_sorted(values),
          .low = values[skipped],
          .high = values[n - 1 - skipped],
          .coverage = std::max(0.0, 1 - missed)};
}

Modes find_modes(std::vector<double> values) {
  constexpr double least_gap = 1.25, least_contrast = 3;
  std::sort(values.begin(), values.end());
  if (values.size() < 4 || values.front() <= 0) return {};
  const std::size_t least = std::max<std::size_t>(2, (values.size() + 4) / 5);
  std::size_t split = 0;
  double widest = 0;
  for (std::size_t k = least; k + least <= values.size(); ++k) {
    if (const double gap = std::log(values[k] / values[k - 1]); gap > widest) {
      widest = gap;
      split = k;
    }
  }
  if (split == 0 || widest < std::log(least_gap)) return {};
  const std::span all(values);
  const double lower_spread = std::log(values[split - 1] / values.front());
  const double upper_spread = std::log(values.back() / values[split]);
  if (widest < least_contrast * std::max(lower_spread, upper_spread)) return {};
  return {.two = true,
          .lower = median_of_sorted(all.first(split)),
          .upper = median_of_sorted(all.subspan(split))};
}

double jain_index(std::span<const double> shares) {
  double sum = 0, squares = 0;
  for (const double share : shares) {
    sum += share;
    squares += share * share;
  }
  if (squares == 0) return 1;
  return std::min(1.0, sum * sum / (static_cast<double>(shares.size()) * squares));  // 1 also when rounded
}

}  // namespace ipcmark
