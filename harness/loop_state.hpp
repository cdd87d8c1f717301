// What a timed loop is given and what it leaves: its plan, its state, and the table of a mechanism's loops.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "harness/histogram.hpp"
#include "harness/lanes.hpp"
#include "harness/message.hpp"
#include "harness/os/clock.hpp"

namespace ipcmark {

inline constexpr std::chrono::milliseconds idle_interval{1};

struct LoopPlan {
  std::uint64_t first = 0, end = 0;  // sequence numbers [first, end)
  std::uint64_t sample_stride = 1;   // a power of two
};

// Memory of messages that begins on a line of its own: one of 64 bytes touches one line and not two.
class MessageBuffer {
 public:
  MessageBuffer() = default;
  MessageBuffer(std::size_t size, std::byte fill) : bytes_(size + line, fill), size_(size) {}
  std::span<std::byte> bytes() noexcept {
    void* first = bytes_.data();
    std::size_t room = bytes_.size();
    return {static_cast<std::byte*>(size_ == 0 ? first : std::align(line, size_, first, room)), size_};
  }

 private:
  static constexpr std::size_t line = 64;
  std::vector<std::byte> bytes_;
  std::size_t size_ = 0;
};

// What a process keeps across the rounds of a launch. What is touched for every message stands together at
// the front: on one core the lines of both processes and of the kernel's path compete for the first-level
// cache.
struct LoopState {
  alignas(64) StampLayout layout;
  Checker checker;
  std::uint64_t sent = 0;  // messages of the latest round
  std::uint64_t received = 0;
  bool payload = true;                 // false: Framing::signal, which has a count and no bytes
  bool may_miss = false;               // the consumer cannot count on the last message
  Io failed;                           // the call that ended the round early
  Histogram latency;                   // ticks
  std::uint64_t begun = 0, ended = 0;  // ticks of the latest round
  MessageBuffer outgoing;              // the producer's own memory
  MessageBuffer incoming;              // the consumer's
  LaneChecker lanes;                   // in place of the checker, where a consumer gets several lanes
  double interval = 0;                 // ticks from one message that is due to the next, where they are offered
  std::uint64_t overtaken = 0;         // ordinary messages that were sent before an urgent one and came later
};

template <class Base>
struct Loops {
  using Loop = void (*)(Base& out, Base& in, const LoopPlan&, LoopState&);
  Loop ping = nullptr, echo = nullptr, produce = nullptr, trickle = nullptr, offer = nullptr,
       consume = nullptr, share = nullptr;
  Loop urge = nullptr, attend = nullptr;  // null for endpoints without priorities
};

namespace loops {

inline void begin(LoopState& state) noexcept {
  state.sent = state.received = 0;
  state.failed = {};
  state.latency.clear();
  state.overtaken = 0;
  state.begun = os::ticks();
}

}  // namespace loops
}  // namespace ipcmark
