#include "harness/measure/paired.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ipcmark {
namespace {

// P(at least k heads of n fair coins).
double at_least(std::size_t n, std::size_t k) noexcept {
  const auto count = static_cast<double>(n);
  double sum = 0;
  for (std::size_t heads = k; heads <= n; ++heads) {
    const auto some = static_cast<double>(heads);
    sum += std::exp(std::lgamma(count + 1) - std::lgamma(some + 1) - std::lgamma(count - some + 1) -
                    count * std::log(2.0));
  }
  return std::min(1.0, sum);
}

}  // namespace

std::vector<double> log_ratios(std::span<const double> baseline, std::span<const double> candidate) {
  std::vector<double> ratios;
  for (std::size_t k = 0; k < std::min(baseline.size(), candidate.size()); ++k) {
    if (baseline[k] > 0 && candidate[k] > 0) ratios.push_back(std::log(candidate[k] / baseline[k]));
  }
  return ratios;
}

double p_of_above(std::span<const double> values, double bound) noexcept {
  const auto above = std::count_if(values.begin(), values.end(), [&](double value) { return value > bound; });
  return at_least(values.size(), static_cast<std::size_t>(above));
}

double p_of_below(std::span<const double> values, double bound) noexcept {
  const auto below = std::count_if(values.begin(), values.end(), [&](double value) { return value < bound; });
  return at_least(values.size(), static_cast<std::size_t>(below));
}

std::size_t fewest_for(double coverage) noexcept {
  // The whole range of n values misses the median with probability 2^(1-n).
  return static_cast<std::size_t>(std::ceil(1 - std::log2(1 - coverage) - 1e-9));
}

std::vector<bool> holm(std::span<const double> p, double alpha) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<bool> rejected(p.size(), false);
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (p[order[k]] > alpha / static_cast<double>(p.size() - k)) break;
    rejected[order[k]] = true;
  }
  return rejected;
}

std::string_view name_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::unchanged: return "unchanged";
    case Verdict::improved: return "improved";
    case Verdict::regressed: return "regressed";
    case Verdict::inconclusive: break;
  }
  return "inconclusive";
}

Verdict judge(const Interval& log_ratio, double margin, bool less_is_better) noexcept {
  const double more = std::log1p(margin), less = std::log1p(-margin);
  if (log_ratio.low > more) return less_is_better ? Verdict::regressed : Verdict::improved;
  if (log_ratio.high < less) return less_is_better ? Verdict::improved : Verdict::regressed;
  if (log_ratio.low >= less && log_ratio.high <= more) return Verdict::unchanged;
  return Verdict::inconclusive;
}

std::size_t pairs_to_settle(const Interval& log_ratio, double margin, std::size_t pairs) noexcept {
  const double half = (log_ratio.high - log_ratio.low) / 2;
  const double distance = std::abs(std::abs(log_ratio.median) - std::log1p(margin));
  if (distance <= 0) return 0;
  const double factor = half / distance;
  const double wanted = std::ceil(static_cast<double>(pairs) * std::max(1.0, factor * factor));
  return wanted > 1e6 ? 0 : static_cast<std::size_t>(wanted) + 1;
}

}  // namespace ipcmark
