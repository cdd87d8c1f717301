// What stands in a message, and the check of every message that arrives.
//
//   size >= 24   word 0: run 16 bits | producer 8 bits | sequence number 40 bits
//                word 1: time of sending in ticks, 0 when not taken
//                last word: word 0 xor tail_mask, so that a message made of two halves is seen
//   size  < 24   word 0: run 8 bits | sequence number 16 bits | time of sending in ticks modulo 2^40, 0 when
//   not taken
//                last word as above when size >= 16
// A word is 8 bytes in the byte order of the host. The smallest message is 8 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "harness/os/atomics.hpp"

namespace ipcmark {

enum class Status : std::uint8_t { ok, closed, too_big, truncated, stopped, error };

// What a timed call did. With Status::error, os_error is the errno or GetLastError().
struct [[nodiscard]] Io {
  std::size_t size = 0;  // bytes sent or received
  Status status = Status::ok;
  int os_error = 0;
};

inline constexpr std::size_t smallest_message = 8;
// Bytes from which on a stamp has the whole sequence number, and the producer.
inline constexpr std::size_t full_stamp = 24;

struct StampLayout {
  std::size_t size = 0;
  bool compact = false;
  bool tail = false;
  std::uint64_t base = 0;  // run and producer, in place

  static constexpr std::uint64_t tail_mask = 0xA5C3'96F0'5A3C'690FULL;
  static constexpr unsigned compact_shift = 40;
  static constexpr std::uint64_t time_mask = (1ULL << compact_shift) - 1;

  StampLayout() = default;
  StampLayout(std::size_t bytes, std::uint16_t run, std::uint8_t producer) noexcept
      : size(bytes),
        compact(bytes < full_stamp),
        tail(bytes >= 16),
        base(compact ? std::uint64_t{static_cast<std::uint8_t>(run)} << 56
                     : std::uint64_t{run} << 48 | std::uint64_t{producer} << 40) {}

  // The same for another producer, or for another class of this one's messages; not for a compact one.
  StampLayout of_lane(std::uint8_t lane) const noexcept {
    StampLayout other = *this;
    other.base = (base & ~(0xFFULL << compact_shift)) | std::uint64_t{lane} << compact_shift;
    return other;
  }

  // Word 0 of message `sequence`, without a time.
  std::uint64_t word(std::uint64_t sequence) const noexcept {
    return compact ? base | (sequence & 0xFFFF) << compact_shift : base | (sequence & time_mask);
  }
};

// Puts a stamp into a message. `time` is in ticks, 0 for none.
inline void stamp(const StampLayout& layout, std::byte* message, std::uint64_t sequence,
                  std::uint64_t time) noexcept {
  std::uint64_t head = layout.word(sequence);
  if (layout.compact) {
    if (time != 0) head |= (time & StampLayout::time_mask) | (time & StampLayout::time_mask ? 0 : 1);
  } else {
    std::memcpy(message + 8, &time, 8);
  }
  std::memcpy(message, &head, 8);
  if (layout.tail) {
    const std::uint64_t tail = head ^ StampLayout::tail_mask;
    std::memcpy(message + layout.size - 8, &tail, 8);
  }
}

// Stamps messages of 24 bytes and more, one after the other, as stamp() does: the next stamp is all it keeps.
class Stamper {
 public:
  Stamper(const StampLayout& layout, std::uint64_t first) noexcept
      : size_(layout.size), next_(layout.word(first)) {}
  [[gnu::always_inline]] void stamp(std::byte* message, std::uint64_t time) noexcept {
    const std::uint64_t head = next_++, tail = head ^ StampLayout::tail_mask;
    std::memcpy(message, &head, 8);
    std::memcpy(message + 8, &time, 8);
    std::memcpy(message + size_ - 8, &tail, 8);
  }

 private:
  std::size_t size_;
  std::uint64_t next_;
};

// What the messages of one producer looked like to one consumer. All zero is a pass.
struct Tally {
  std::uint64_t lost = 0;       // never came, though a later one did
  std::uint64_t repeated = 0;   // came again
  std::uint64_t reordered = 0;  // came after a later one
  std::uint64_t torn = 0;       // head and tail do not belong together, or the size is wrong
  std::uint64_t foreign = 0;    // of another run or producer
  bool clean() const noexcept { return lost == 0 && intact(); }
  bool intact() const noexcept {
    return (repeated | reordered | torn | foreign) == 0;
  }  // what came, came well
  Tally since(const Tally& earlier) const noexcept;
};

// Follows the sequence of one producer. A message in order costs two comparisons.
class Checker {
 public:
  Checker() = default;
  explicit Checker(const StampLayout& layout) noexcept : layout_(layout) {}

  // Looks at a received message; returns its time of sending in ticks of the low bits that it carries, or 0.
  std::uint64_t see(std::span<const std::byte> message) noexcept {
    std::uint64_t head = 0;
    if (message.size() != layout_.size) [[unlikely]]
      return see_wrong_size(message);
    std::memcpy(&head, message.data(), 8);
    std::uint64_t time = 0;
    if (layout_.compact) {
      time = head & StampLayout::time_mask;
    } else {
      std::memcpy(&time, message.data() + 8, 8);
    }
    if (layout_.tail) {
      std::uint64_t tail = 0;
      std::memcpy(&tail, message.data() + layout_.size - 8, 8);
      if ((head ^ StampLayout::tail_mask) != tail) [[unlikely]]
        return see_torn(head, tail);
    }
    if (identity(head) == layout_.word(next_)) [[likely]] {
      ++next_;
      return time;
    }
    see_out_of_order(head);
    return time;
  }
  // A mechanism without payload: a wake-up has no number, only a count.
  void count_one() noexcept { ++next_; }

  std::uint64_t next() const noexcept { return next_; }  // the sequence number expected next
  const Tally& tally() const noexcept { return tally_; }
  const StampLayout& layout() const noexcept { return layout_; }
  // The producer will send nothing more up to `end`: what has not come is lost.
  void close_at(std::uint64_t end) noexcept;

 private:
  std::uint64_t see_wrong_size(std::span<const std::byte> message) noexcept;
  std::uint64_t see_torn(std::uint64_t head, std::uint64_t tail) noexcept;
  std::uint64_t identity(std::uint64_t head) const noexcept {  // a stamp without its time
    return layout_.compact ? head & ~StampLayout::time_mask : head;
  }
  void see_out_of_order(std::uint64_t head) noexcept;
  std::uint64_t sequence_of(std::uint64_t head) const noexcept;

  struct Gap {
    std::uint64_t from, to;
  };
  StampLayout layout_;
  std::uint64_t next_ = 0;
  Tally tally_;
  std::vector<Gap> gaps_;  // sequence numbers that were skipped and have not come since
  friend class Follower;
};

// A Checker at work in a loop, for messages of 24 bytes and more. The stamp that is due is all that it keeps,
// in a scalar of the loop's own, so that a message in order costs a dozen instructions and no store: a core
// looks some 200 instructions ahead, and the fewer of them belong to a message, the more messages of a ring
// in shared memory are on their way at the same time. The stream through one ran at half of its rate before.
class Follower {
 public:
  explicit Follower(Checker& checker) noexcept
      : checker_(checker),
        size_(checker.layout_.size),
        base_(checker.layout_.base),
        due_(base_ | checker.next_) {}
  ~Follower() { checker_.next_ = next(); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // As Checker::see.
  [[gnu::always_inline]] std::uint64_t see(std::span<const std::byte> message) noexcept {
    std::uint64_t head = 0, time = 0, tail = 0;
    if (message.size() != size_) [[unlikely]]
      return see_odd(message);
    std::memcpy(&head, message.data(), 8);
    std::memcpy(&tail, message.data() + size_ - 8, 8);
    if (head != due_ || (head ^ StampLayout::tail_mask) != tail) [[unlikely]]
      return see_odd(message);
    ++due_;
    std::memcpy(&time, message.data() + 8, 8);
    return time;
  }
  std::uint64_t next() const noexcept { return due_ - base_; }

 private:
  [[gnu::noinline, gnu::cold]] std::uint64_t see_odd(std::span<const std::byte> message) noexcept {
    checker_.next_ = next();
    const std::uint64_t time = checker_.see(message);
    due_ = base_ | checker_.next_;
    return time;
  }

  Checker& checker_;
  const std::size_t size_;
  const std::uint64_t base_;
  std::uint64_t due_;
};

}  // namespace ipcmark
