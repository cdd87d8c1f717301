#include "harness/histogram.hpp"

#include <cmath>

namespace ipcmark {

void Histogram::merge(const Histogram& other) noexcept {
  for (std::size_t bin = 0; bin < bin_count; ++bin) bins_[bin] += other.bins_[bin];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
  overflow_ += other.overflow_;
}

double Histogram::mean() const noexcept {
  return count_ == 0 ? 0.0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

double Histogram::quantile(double share) const noexcept {
  if (count_ == 0) return 0.0;
  const double wanted = std::ceil(share * static_cast<double>(count_));
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, count_);
  std::uint64_t seen = 0;
  for (std::size_t bin = 0; bin < bin_count; ++bin) {
    seen += bins_[bin];
    if (seen >= rank) return std::min(middle(bin), static_cast<double>(max_));
  }
  return static_cast<double>(max_);
}

void Histogram::add(std::size_t bin, std::uint64_t times) noexcept {
  bins_[bin] += times;
  count_ += times;
}

void Histogram::set_extremes(std::uint64_t sum, std::uint64_t max, std::uint64_t overflow) noexcept {
  sum_ = sum;
  max_ = max;
  count_ += overflow - overflow_;
  overflow_ = overflow;
}

}  // namespace ipcmark
