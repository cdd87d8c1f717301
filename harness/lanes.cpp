#include "harness/lanes.hpp"

#include <algorithm>

namespace ipcmark {

LaneCount& LaneCount::operator+=(const LaneCount& other) noexcept {
  count += other.count;
  sum += other.sum;
  mixed += other.mixed;
  repeated += other.repeated;
  reordered += other.reordered;
  return *this;
}

LaneCount count_of(LaneRange range) noexcept {
  LaneCount all;
  for (std::uint64_t sequence = range.first; sequence < range.end; ++sequence) all.add(sequence);
  return all;
}

Tally compare_lane(const LaneCount& sent, const LaneCount& seen) noexcept {
  const std::uint64_t too_many = seen.count > sent.count ? seen.count - sent.count : 0;
  Tally tally;
  tally.reordered = seen.reordered;
  tally.repeated = std::max(seen.repeated, too_many);
  tally.lost = sent.count + tally.repeated - seen.count;
  // As many as were sent, each consumer content with its own, and yet not the same.
  if (tally.lost == 0 && tally.repeated == 0 && !seen.same_messages(sent)) tally.lost = tally.repeated = 1;
  return tally;
}

}  // namespace ipcmark
