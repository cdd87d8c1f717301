// A log-linear histogram of durations. Values below 256 have a bin each; above, every power of two is cut
// into 128 bins, so that a bin is at most 1/128 of its value wide and its middle is at most 0.4 % away from
// any value in it. Recording is a count of leading zeroes, a shift and an increment. Values of 2^40 and more
// are counted as overflow.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ipcmark {

class Histogram {
 public:
  static constexpr unsigned linear_bits = 8, octave_bits = 7, value_bits = 40;
  static constexpr std::size_t bin_count =
      (1U << linear_bits) + (value_bits - linear_bits) * (1U << octave_bits);

  static constexpr std::size_t bin_of(std::uint64_t value) noexcept {
    if (value < (1U << linear_bits)) return static_cast<std::size_t>(value);
    const auto octave = static_cast<unsigned>(std::bit_width(value)) - 1;  // 8 or more
    const auto within = static_cast<std::size_t>(value >> (octave - octave_bits)) & ((1U << octave_bits) - 1);
    return (1U << linear_bits) + (octave - linear_bits) * (std::size_t{1} << octave_bits) + within;
  }
  // The smallest value of a bin; that of the bin after the last is 2^40.
  static constexpr std::uint64_t lower_edge(std::size_t bin) noexcept {
    if (bin < (1U << linear_bits)) return bin;
    const std::size_t above = bin - (1U << linear_bits);
    const auto octave = static_cast<unsigned>(above >> octave_bits) + linear_bits;
    const std::uint64_t within = above & ((1U << octave_bits) - 1);
    return ((std::uint64_t{1} << octave_bits) + within) << (octave - octave_bits);
  }
  static constexpr double middle(std::size_t bin) noexcept {
    return (static_cast<double>(lower_edge(bin)) + static_cast<double>(lower_edge(bin + 1) - 1)) / 2;
  }

  void record(std::uint64_t value) noexcept {
    ++count_;
    sum_ += value;
    max_ = std::max(max_, value);
    if (value < (std::uint64_t{1} << value_bits)) [[likely]] {
      ++bins_[bin_of(value)];
    } else {
      ++overflow_;
    }
  }
  void merge(const Histogram& other) noexcept;
  void clear() noexcept { *this = Histogram(); }

  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t overflow() const noexcept { return overflow_; }
  std::uint64_t max() const noexcept { return max_; }  // exact
  double mean() const noexcept;                        // exact; 0 when empty
  // The value that a share of all values does not exceed, 0 < share <= 1; the middle of its bin, but never
  // above max().
  double quantile(double share) const noexcept;
  std::uint64_t in_bin(std::size_t bin) const noexcept { return bins_[bin]; }

  // For what was read back from another process.
  void add(std::size_t bin, std::uint64_t times) noexcept;
  void set_extremes(std::uint64_t sum, std::uint64_t max, std::uint64_t overflow) noexcept;
  std::uint64_t sum() const noexcept { return sum_; }

 private:
  // The counters come first, on the line beside whatever the owner touches for every message.
  std::uint64_t count_ = 0, sum_ = 0, max_ = 0, overflow_ = 0;
  std::array<std::uint64_t, bin_count> bins_{};
};

}  // namespace ipcmark
