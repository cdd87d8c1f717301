// Two alternatives that were measured in pairs, close in time: the logarithms of the pairs' ratios. No
// distribution is assumed (Dixon and Mood, "The statistical sign test", JASA 41, 1946).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "harness/measure/statistics.hpp"

namespace ipcmark {

// log(candidate / baseline), pair by pair, of as many as both have. A pair in which one of the two is not
// positive tells no ratio and is left out.
std::vector<double> log_ratios(std::span<const double> baseline, std::span<const double> candidate);

// How likely it is that so many of the values, or more, lie above `bound` when their median does not: exact.
// A value that equals the bound counts against it.
double p_of_above(std::span<const double> values, double bound) noexcept;
double p_of_below(std::span<const double> values, double bound) noexcept;

// The fewest values whose interval of the median can cover it with such a probability: 6 for 95 %.
std::size_t fewest_for(double coverage) noexcept;

// Which of several hypotheses are rejected when the chance that any of those that are true is rejected is to
// be at most `alpha` (Holm, "A simple sequentially rejective multiple test procedure", 1979).
std::vector<bool> holm(std::span<const double> p, double alpha);

enum class Verdict : std::uint8_t { inconclusive, unchanged, improved, regressed };
std::string_view name_of(Verdict) noexcept;

// What an interval of the median log ratio says: the whole of it beyond the margin on one side, or within the
// margin, or neither. `margin` is a share: 0.01 is one percent.
Verdict judge(const Interval& log_ratio, double margin, bool less_is_better) noexcept;

// How many pairs would make the interval narrow enough for a verdict, if it shrinks with the root of their
// number and its middle stays where it is; 0 where it lies on the margin itself, which no number settles.
std::size_t pairs_to_settle(const Interval& log_ratio, double margin, std::size_t pairs) noexcept;

}  // namespace ipcmark
