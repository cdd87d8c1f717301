// The one layout of every mechanism over shared memory: a block of synchronisation, then a ring of slots.
//
//   messages below 1 KiB   [ Sync, padded to whole lines ][ slot 0 ][ slot 1 ] ...
//                          slot: [ payload, max_message rounded up to 8 bytes ][ mark, 8 bytes ]
//   larger ones            [ Sync ][ payload 0 ][ payload 1 ] ... [ mark 0 ][ mark 1 ] ..., all in whole
//   lines
//
// A mark holds the length of the message (upper half, but for its highest bit: sleep_on_mark.hpp) and, where
// the ring publishes by it, the number of the message plus one (lower half). It stands behind a small payload
// and slots are packed, so that a message of 64 bytes touches two lines at most and one and an eighth on
// average: with the mark in front, a polling consumer would take the first line away while the producer still
// writes to it. Behind a payload of 4 KiB the marks kept the payloads from lying at multiples of 4 KiB, and
// the stream of shm_spsc ran at 0.86 of its rate. The depth is a power of two. Nothing in it is a pointer.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <new>
#include <string>

#include "harness/mechanism.hpp"
#include "harness/os/atomics.hpp"
#include "harness/os/host.hpp"
#include "harness/os/memory.hpp"
#include "shared_memory.hpp"

namespace ipcmark {

// Of whatever is in the usual shared memory of this system, and whether it could be in another.
inline constexpr Lifetime segment_lifetime = os::memory_outlives_all ? Lifetime::kernel : Lifetime::handles;
inline constexpr bool segment_has_name = os::memory_outlives_all;
inline constexpr bool has_kinds_of_memory = os::memory_has_kinds;

// Two lines: the second is fetched along with the first by the adjacent-line prefetcher (Intel optimisation
// manual).
inline constexpr std::size_t apart = 128;

struct Mark {
  static constexpr std::uint64_t slept_on = 1ULL << 63;  // somebody sleeps until the mark changes
  static constexpr std::uint64_t make(std::uint32_t number, std::size_t size) noexcept {
    return std::uint64_t{size} << 32 | number;
  }
  static constexpr std::uint32_t number(std::uint64_t mark) noexcept {
    return static_cast<std::uint32_t>(mark);
  }
  static constexpr std::size_t size(std::uint64_t mark) noexcept {
    return static_cast<std::size_t>((mark & ~slept_on) >> 32);
  }
};

class Slots {
 public:
  Slots(std::byte* first, std::size_t max_message, std::size_t depth) noexcept
      : first_(first),
        payload_(payload_bytes(max_message)),
        stride_(payload_ + (small(max_message) ? mark_bytes : 0)),
        mark_stride_(small(max_message) ? stride_ : line),
        mask_(static_cast<std::uint32_t>(std::bit_ceil(depth)) - 1),
        first_mark_(first_ + (small(max_message) ? payload_ : stride_ * (std::size_t{mask_} + 1))) {}

  static std::size_t bytes(std::size_t max_message, std::size_t depth) noexcept {
    return (payload_bytes(max_message) + (small(max_message) ? mark_bytes : line)) * std::bit_ceil(depth);
  }
  static constexpr std::size_t round_up(std::size_t value, std::size_t unit) noexcept {
    return (value + unit - 1) / unit * unit;
  }

  std::uint32_t depth() const noexcept { return mask_ + 1; }
  std::size_t capacity() const noexcept { return payload_; }
  // From one slot to the next; marks lie elsewhere than payloads, or not.
  std::size_t stride() const noexcept { return stride_; }
  std::size_t mark_stride() const noexcept { return mark_stride_; }
  std::byte* payload(std::uint32_t number) const noexcept {
    return first_ + std::size_t{number & mask_} * stride();
  }
  std::uint64_t* mark_at(std::uint32_t number) const noexcept {
    return reinterpret_cast<std::uint64_t*>(first_mark_ + std::size_t{number & mask_} * mark_stride_);
  }
  os::AtomicRef<std::uint64_t> mark(std::uint32_t number) const noexcept {
    return os::AtomicRef<std::uint64_t>(*mark_at(number));
  }
  // The lower half of a mark, for waiting on: futexes are 32 bits wide.
  const os::Atomic<std::uint32_t>& mark_word(std::uint32_t number) const noexcept {
    static_assert(std::endian::native == std::endian::little);
    return *reinterpret_cast<const os::Atomic<std::uint32_t>*>(mark_at(number));
  }

 private:
  static constexpr std::size_t mark_bytes = sizeof(std::uint64_t), line = 64;
  static constexpr bool small(std::size_t max_message) noexcept { return max_message < 1024; }
  static constexpr std::size_t payload_bytes(std::size_t max_message) noexcept {
    return round_up(max_message, small(max_message) ? 8 : line);
  }

  std::byte* first_;
  std::size_t payload_, stride_, mark_stride_;
  std::uint32_t mask_;
  std::byte* first_mark_;
};

template <class Sync, class Described>  // Options or Ticket
std::size_t segment_bytes(const Described& described) {
  return Slots::round_up(sizeof(Sync), apart) + Slots::bytes(described.max_message, described.depth);
}

// A segment that holds a Sync and its slots, as the parent sees it. Sync is constructed here, once.
template <class Sync>
class SegmentLink : public Link {
 public:
  explicit SegmentLink(const Options& options)
      : memory_(os::create_shared_memory(options.memory, options.run, options.link,
                                         segment_bytes<Sync>(options))) {
    ::new (memory_->data()) Sync();
  }
  Ticket ticket(Role) override { return {.address = memory_->address(), .handles = memory_->handles()}; }
  void handed_over() override { memory_->handed_over(); }

 protected:
  Sync& sync() const noexcept { return *std::launder(reinterpret_cast<Sync*>(memory_->data())); }

 private:
  std::unique_ptr<os::SharedMemory> memory_;
};

// The same segment as a child sees it.
template <class Sync>
class Segment {
 public:
  explicit Segment(const Ticket& ticket)
      : memory_(os::open_shared_memory(ticket.memory, ticket.address, ticket.handles,
                                       segment_bytes<Sync>(ticket))),
        slots_(memory_.data() + Slots::round_up(sizeof(Sync), apart), ticket.max_message, ticket.depth) {}

  Sync& sync() const noexcept { return *std::launder(reinterpret_cast<Sync*>(memory_.data())); }
  const Slots& slots() const noexcept { return slots_; }

 private:
  os::Mapping memory_;
  Slots slots_;
};

}  // namespace ipcmark
