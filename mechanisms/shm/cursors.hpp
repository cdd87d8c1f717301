// The cursors of the consumers of a ring who each see every message.
//
// A consumer may come at any time. It begins at the oldest message that the producer keeps, shows its cursor,
// and looks whether the producer still keeps that message; the producer says what it keeps, and looks at the
// cursors once more. A full fence stands between the two steps of both, so that at least one of them sees the
// other. The producer goes by the lower of its two looks: cursors move on in between, and the first look is
// what the newcomer was told.
#pragma once

#include <algorithm>

#include "harness/os/wait.hpp"
#include "mechanisms/shm/segment.hpp"

namespace ipcmark {

enum CursorState : std::uint32_t { nobodys, taken, counts };

struct Cursor {
  alignas(apart) os::Atomic<std::uint32_t> state = nobodys;
  os::Atomic<std::uint32_t> consumed = 0;  // messages, modulo 2^32; told once for an eighth of the ring
};

struct BroadcastSync {
  Cursor cursors[16];
  alignas(apart) os::Atomic<std::uint32_t> kept_from = 0;  // the oldest message that a newcomer may have
  alignas(apart) os::Atomic<std::uint32_t> wake_producer_at = 0;  // the count that it sleeps for
  alignas(apart) os::Atomic<std::uint32_t> events = 0;
};

// A consumer's place among the others.
class ConsumersPlace {
 public:
  explicit ConsumersPlace(BroadcastSync& sync) : sync_(sync), cursor_(claim(sync)) {
    std::uint32_t from = sync_.kept_from.load(std::memory_order_relaxed), still = from;
    do {
      from = still;
      cursor_.consumed.store(from, std::memory_order_relaxed);
      cursor_.state.store(counts, std::memory_order_release);
      os::fence(std::memory_order_seq_cst);
      still = sync_.kept_from.load(std::memory_order_relaxed);
    } while (still != from);
    first_ = from;
    ring();
  }
  ~ConsumersPlace() {
    cursor_.state.store(nobodys, std::memory_order_release);
    ring();
  }
  ConsumersPlace(const ConsumersPlace&) = delete;
  ConsumersPlace& operator=(const ConsumersPlace&) = delete;

  std::uint32_t first() const noexcept { return first_; }
  void tell(std::uint32_t consumed, Wait wait) noexcept {
    cursor_.consumed.store(consumed, std::memory_order_release);  // the slots before are read
    if (wait == Wait::spin) return;
    os::fence(std::memory_order_seq_cst);  // the look must not overtake the count
    if (sync_.wake_producer_at.load(std::memory_order_relaxed) == consumed) ring();
  }

 private:
  static Cursor& claim(BroadcastSync& sync) {
    for (Cursor& cursor : sync.cursors) {
      std::uint32_t expected = nobodys;
      if (cursor.state.compare_exchange_strong(expected, taken, std::memory_order_acquire)) return cursor;
    }
    throw Unsupported("all 16 cursors of this ring are taken; use fewer consumers");
  }
  void ring() noexcept {
    sync_.events.fetch_add(1, std::memory_order_release);
    os::wake_one(sync_.events);
  }

  BroadcastSync& sync_;
  Cursor& cursor_;
  std::uint32_t first_ = 0;
};

// The producer's look at the cursors; its next message is `next`. Returns the count that the slowest consumer
// has told of, or `latest`, which this returned before, while there is none. Acquire: the slots before it
// have been read, and may be written again.
inline std::uint32_t slowest_consumer(BroadcastSync& sync, std::uint32_t next,
                                      std::uint32_t latest) noexcept {
  const auto behind = [&] {
    std::uint32_t most = 0;
    bool anybody = false;
    for (const Cursor& cursor : sync.cursors) {
      if (cursor.state.load(std::memory_order_acquire) != counts) continue;
      most = std::max(most, next - cursor.consumed.load(std::memory_order_acquire));
      anybody = true;
    }
    return anybody ? most : next - latest;
  };
  const std::uint32_t first = behind();
  // What is kept never grows again: a newcomer may have shown a cursor that comes too late, and would take
  // this for consent.
  if (first >= next - sync.kept_from.load(std::memory_order_relaxed)) return next - first;
  sync.kept_from.store(next - first, std::memory_order_relaxed);
  os::fence(std::memory_order_seq_cst);
  return next - std::max(first, behind());
}

}  // namespace ipcmark
