#include "harness/message.hpp"

#include <algorithm>

namespace ipcmark {

Tally Tally::since(const Tally& earlier) const noexcept {
  return {.lost = lost - earlier.lost,
          .repeated = repeated - earlier.repeated,
          .reordered = reordered - earlier.reordered,
          .torn = torn - earlier.torn,
          .foreign = foreign - earlier.foreign};
}

std::uint64_t Checker::see_wrong_size(std::span<const std::byte> message) noexcept {
  ++tally_.torn;
  if (message.size() >= smallest_message) {
    std::uint64_t head = 0;
    std::memcpy(&head, message.data(), 8);
    if (sequence_of(head) == next_) ++next_;
  }
  return 0;
}

// Which message a torn one was cannot be known. When one of its halves is what was due, it is taken as that,
// so that one torn message is not counted as a lost and a repeated one as well.
std::uint64_t Checker::see_torn(std::uint64_t head, std::uint64_t tail) noexcept {
  ++tally_.torn;
  const std::uint64_t due = layout_.word(next_);
  if (identity(head) == due || identity(tail ^ StampLayout::tail_mask) == due) ++next_;
  return 0;
}

// The full number of a stamp; a compact one is taken as the nearest to what is expected, but never as one
// before the first.
std::uint64_t Checker::sequence_of(std::uint64_t head) const noexcept {
  if (!layout_.compact) return head & StampLayout::time_mask;
  const auto low = static_cast<std::uint16_t>(head >> StampLayout::compact_shift);
  const auto ahead = static_cast<std::uint16_t>(low - static_cast<std::uint16_t>(next_));
  const std::uint64_t behind = 0x10000U - ahead;
  return ahead >= 0x8000U && behind <= next_ ? next_ - behind : next_ + ahead;
}

void Checker::see_out_of_order(std::uint64_t head) noexcept {
  const std::uint64_t sequence = sequence_of(head);
  if (identity(head) != layout_.word(sequence)) {
    ++tally_.foreign;
    return;
  }
  if (sequence > next_) {
    gaps_.push_back({next_, sequence});
    tally_.lost += sequence - next_;
    next_ = sequence + 1;
    return;
  }
  const auto gap = std::find_if(gaps_.begin(), gaps_.end(),
                                [&](const Gap& g) { return sequence >= g.from && sequence < g.to; });
  if (gap == gaps_.end()) {
    ++tally_.repeated;
    return;
  }
  ++tally_.reordered;
  --tally_.lost;
  const Gap rest{sequence + 1, gap->to};
  gap->to = sequence;
  if (gap->from == gap->to) gaps_.erase(gap);
  if (rest.from < rest.to) gaps_.push_back(rest);
}

void Checker::close_at(std::uint64_t end) noexcept {
  if (next_ >= end) return;
  tally_.lost += end - next_;
  next_ = end;
}

}  // namespace ipcmark
