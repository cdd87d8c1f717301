// The check of messages of several lanes, where a consumer may get only some of them.
//
// A lane is what the producer's byte of a stamp names: the messages of one producer, or those of one class.
// Each has sequence numbers of its own. A consumer that shares a lane with others cannot know which messages
// the others had, so it keeps a fingerprint of those that it had itself. Whoever has all fingerprints adds
// them up and compares the sum with what was sent: every message once, or not. A lost message that a repeated
// one makes up for leaves the count as it was, and changes the sum of the mixed numbers.
//
// Stamps name a lane from 24 bytes on: harness/message.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "harness/message.hpp"

namespace ipcmark {

inline constexpr std::size_t most_lanes = 256;

// Sequence numbers [first, end) of a lane.
struct LaneRange {
  std::uint64_t first = 0, end = 0;
};

// What was seen of a lane. All sums are modulo 2^64.
struct LaneCount {
  std::uint64_t count = 0, sum = 0, mixed = 0;  // of the sequence numbers
  std::uint64_t repeated = 0;                   // of these: the same number as the one before
  std::uint64_t reordered = 0;                  // of these: came after a later one

  void add(std::uint64_t sequence) noexcept {
    ++count;
    sum += sequence;
    mixed += mix(sequence);
  }
  // Whether these are the same messages; in which order they came does not matter.
  bool same_messages(const LaneCount& other) const noexcept {
    return count == other.count && sum == other.sum && mixed == other.mixed;
  }
  LaneCount& operator+=(const LaneCount& other) noexcept;
  bool operator==(const LaneCount&) const = default;

 private:
  // The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
  static constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value = (value ^ value >> 30) * 0xBF58'476D'1CE4'E5B9ULL;
    value = (value ^ value >> 27) * 0x94D0'49BB'1331'11EBULL;
    return value ^ value >> 31;
  }
};

// What every message of a range, once and in order, looks like.
LaneCount count_of(LaneRange) noexcept;

// What all consumers together have seen of a lane, against what was sent. More cannot be known than that at
// least so many were lost and repeated.
Tally compare_lane(const LaneCount& sent, const LaneCount& seen) noexcept;

// Follows all lanes as one consumer sees them.
class LaneChecker {
 public:
  LaneChecker() = default;
  // `layout` is that of lane 0.
  LaneChecker(const StampLayout& layout, std::size_t lanes) : layout_(layout), lanes_(lanes) {}

  // What was seen of a message: its time of sending (0: none) and place. Of a bad one nothing is known.
  struct Seen {
    std::uint64_t time = 0, sequence = 0;
    std::size_t lane = most_lanes;
    bool last = false;  // of its lane in this round
  };

  std::size_t lanes() const noexcept { return lanes_.size(); }
  // A new round: counts begin anew, and the order goes on.
  void begin() noexcept {
    tally_ = {};
    for (Lane& lane : lanes_) lane.seen = {};
  }
  void expect_end(std::size_t lane, std::uint64_t end) noexcept { lanes_[lane].end = end; }

  Seen see(std::span<const std::byte> message) noexcept {
    std::uint64_t head = 0, time = 0, tail = 0;
    if (message.size() != layout_.size || message.size() < full_stamp) [[unlikely]] {
      ++tally_.torn;
      return {};
    }
    std::memcpy(&head, message.data(), 8);
    std::memcpy(&time, message.data() + 8, 8);
    std::memcpy(&tail, message.data() + message.size() - 8, 8);
    if ((head ^ StampLayout::tail_mask) != tail) [[unlikely]] {
      ++tally_.torn;
      return {};
    }
    // Of another run: beyond every lane.
    const std::uint64_t number = (head - layout_.base) >> StampLayout::compact_shift;
    if (number >= lanes_.size()) [[unlikely]] {
      ++tally_.foreign;
      return {};
    }
    Lane& lane = lanes_[number];
    const std::uint64_t sequence = head & StampLayout::time_mask;
    lane.seen.add(sequence);
    if (sequence >= lane.next) [[likely]] {
      lane.next = sequence + 1;
    } else {
      ++(sequence + 1 == lane.next ? lane.seen.repeated : lane.seen.reordered);
    }
    return {.time = time, .sequence = sequence, .lane = number, .last = sequence + 1 == lane.end};
  }

  std::uint64_t next(std::size_t lane) const noexcept { return lanes_[lane].next; }
  const LaneCount& seen(std::size_t lane) const noexcept { return lanes_[lane].seen; }
  // What was torn or foreign in this round, and belongs to no lane.
  const Tally& tally() const noexcept { return tally_; }

 private:
  struct Lane {
    std::uint64_t next = 0;  // one more than the highest number so far
    std::uint64_t end = 0;
    LaneCount seen;
  };
  StampLayout layout_;
  std::vector<Lane> lanes_;
  Tally tally_;
};

}  // namespace ipcmark
