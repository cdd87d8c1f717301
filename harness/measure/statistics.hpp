// The statistics of few launches: no distribution is assumed.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace ipcmark {

// The median of a sample, and the exact order-statistic interval of the median of what it was drawn from: the
// narrowest symmetric pair of order statistics that covers it with at least the wanted probability (Maricq et
// al., OSDI 2018; David and Nagaraja, "Order Statistics", 7.1). With fewer than 6 values no pair reaches 95
// %, and the interval is the whole range; `coverage` is the true one in any case.
struct Interval {
  double median = 0, low = 0, high = 0;
  double coverage = 0;
  // Half of the width, relative to the median: 0.02 is "within 2 %".
  double relative_half_width() const noexcept { return median == 0 ? 0 : (high - low) / 2 / median; }
};
Interval median_interval(std::vector<double> values, double wanted = 0.95);

// Whether the values of several launches fall into two groups, far apart against their own spread: at least
// two (and a fifth of all) on either side of a gap of more than 25 %, which is three times as wide as either
// group.
struct Modes {
  bool two = false;
  double lower = 0, upper = 0;  // medians of the groups
};
Modes find_modes(std::vector<double> values);

// How evenly something is shared out: 1 when all have the same, 1/n when one of n has it all, 1 of nobody
// (Jain, Chiu, Hawe: A quantitative measure of fairness and discrimination, DEC TR-301, 1984).
double jain_index(std::span<const double> shares);

}  // namespace ipcmark
