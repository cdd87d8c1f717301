// A lock-free ring between one producer and one consumer that publishes by a mark in each slot, after
// Giacomoni, Moseley and Vachharajani, "FastForward for efficient pipeline parallelism" (PPoPP 2008).
//
// The consumer polls the slot that comes next and never an index of the producer's, so that an index's line
// does not travel with every message. The producer looks at the consumer's count only when the ring seems
// full, and remembers it. The consumer tells of its count once for every eighth of the ring, and a producer
// that found the ring full waits until a quarter is free: the two then work on lines far apart; up to an
// eighth of the ring may thus be free without the producer's knowledge. A consumer that polls for the second
// time also fetches the first line of the payload, so that both lines travel at the same time: a round trip
// of 64 bytes takes 0.94 of what it takes without. Fetching at the first poll already would take the line
// away from a producer that is just writing to it, and a stream of 64 bytes would run at 0.9 of its rate. The
// copies are plain vector copies: word by word, 64 bytes fill the store buffer with eight stores instead of
// two, and the stream ran at 0.7 to 0.8. What did not help: fetching slots ahead on either side, longer
// pauses when the consumer is close behind, polling without a pause. `ipcmark_against_bare` compares it with
// two bare rings.
//
// The axis `batch` changes what a busy consumer does, and nothing of how a message is published: it is there
// for whoever looks. A consumer that has caught up and was busy until then waits for the announcement of a
// whole batch, which is one line that changes once for a batch, for a pause for each message of it, and only
// then looks at the slots again. So a message never waits for more than a batch, nor for a consumer that is
// idle. What did not help: fetching the slots of a batch ahead (0.75 of the rate), and counts instead of
// marks.
//
// A blocked side sleeps on a futex(2): the consumer on the mark, the producer on the consumer's count.
// Whoever publishes must then look for a sleeper, and that look must not overtake the publication: a full
// fence, which a spinning ring does without. A sleeper leaves the very number that it waits for, and not a
// flag: a flag that the other side clears late, for an earlier message, takes away the one just set, and both
// sleep for ever (seen here once in 80000 messages). A producer that found the ring full is woken when half
// of it is free, not for every slot.
//
// Nobody is told of a dead peer: the memory stays as it was.
#include <algorithm>
#include <utility>

#include "harness/loan.hpp"
#include "harness/os/wait.hpp"
#include "mechanisms/shm/segment.hpp"

namespace ipcmark {
namespace {

struct SpscSync {
  // Counts are of messages, modulo 2^32. The last two are what the sleeping side waits for.
  alignas(apart) os::Atomic<std::uint32_t> consumed = 0;
  alignas(apart) os::Atomic<std::uint32_t> announced = 0;         // produced, in whole batches
  alignas(apart) os::Atomic<std::uint32_t> wake_consumer_at = 0;  // produced
  alignas(apart) os::Atomic<std::uint32_t> wake_producer_at = 0;  // consumed
};

// Payloads of which one line more or less is much.
constexpr std::size_t worth_fetching = 512;

class ShmSpscEndpoint final : public LoanEndpoint {
 public:
  ShmSpscEndpoint(const Ticket& ticket, Role role, Wait wait)
      : LoanEndpoint(ticket),
        segment_(ticket),
        sync_(segment_.sync()),
        slots_(segment_.slots()),
        wait_(wait),
        batch_(static_cast<std::uint32_t>(std::bit_ceil(std::clamp<std::size_t>(ticket.batch, 1, 1U << 30)))),
        quarter_(std::max(slots_.depth() / 4, 1U)),
        told_every_(std::max(slots_.depth() / 8, 1U)),
        wakes_(wait != Wait::spin),
        unannounced_(batch_ == 1 ? ~0U : batch_ - 1),
        payload_(slots_.capacity()),
        stride_(slots_.stride()),
        mark_stride_(slots_.mark_stride()) {
    begin_stretch(role == Role::producer ? 0 : told_every_);
  }

  Slot<std::byte> loan(std::size_t size) noexcept override {
    if (size > payload_) [[unlikely]]
      return {.bytes = {}, .status = Status::too_big};
    if (here_ == stretch_end_) [[unlikely]] {
      if (!find_room()) return {.bytes = {}, .status = Status::stopped};
    }
    return {.bytes = {here_, size}};
  }

  void publish(std::size_t size) noexcept override {
    const std::uint32_t number = next_++;
    mark_here().store(Mark::make(next_, size), std::memory_order_release);
    advance();
    if ((next_ & unannounced_) == 0) [[unlikely]]
      sync_.announced.store(next_, std::memory_order_release);
    if (wakes_) wake_consumer(number);
  }

  Slot<const std::byte> borrow() noexcept override {
    std::uint64_t mark = mark_here().load(std::memory_order_acquire);
    if (Mark::number(mark) != next_ + 1) {
      mark = wait_for_message();
      if (Mark::number(mark) != next_ + 1) return {.bytes = {}, .status = Status::stopped};
    }
    return {.bytes = {here_, Mark::size(mark)}};
  }

  void release() noexcept override {
    ++next_;
    advance();
    if (here_ == stretch_end_) [[unlikely]]
      give_back();
  }

  Io send(std::span<const std::byte> message) noexcept override { return send_by_loan(*this, message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return recv_by_borrow(*this, buffer); }

 private:
  os::AtomicRef<std::uint64_t> mark_here() const noexcept {
    return os::AtomicRef<std::uint64_t>(*reinterpret_cast<std::uint64_t*>(mark_));
  }
  void advance() noexcept {
    here_ += stride_;
    mark_ += mark_stride_;
  }

  // Slots that lie one behind the other and need no look at the other side: all that happens to a message
  // within a stretch is a copy, a mark, and two additions.
  void begin_stretch(std::uint32_t slots) noexcept {
    const std::uint32_t at = next_ & (slots_.depth() - 1);
    here_ = slots_.payload(at);
    mark_ = reinterpret_cast<std::byte*>(slots_.mark_at(at));
    stretch_end_ = here_ + stride_ * std::min(slots, slots_.depth() - at);
  }

  [[gnu::noinline]] bool find_room() noexcept {
    if (next_ - consumed_ == slots_.depth() && !wait_for_room()) return false;
    begin_stretch(slots_.depth() - (next_ - consumed_));
    return true;
  }

  void wake_consumer(std::uint32_t number) noexcept {
    os::fence(std::memory_order_seq_cst);
    if (sync_.wake_consumer_at.load(std::memory_order_relaxed) == next_)
      os::wake_one(slots_.mark_word(number));
  }

  [[gnu::noinline]] void give_back() noexcept {
    sync_.consumed.store(next_, std::memory_order_release);
    begin_stretch(told_every_);
    if (!wakes_) return;
    os::fence(std::memory_order_seq_cst);
    if (sync_.wake_producer_at.load(std::memory_order_relaxed) == next_) os::wake_one(sync_.consumed);
  }

  bool room_at(std::uint32_t count) noexcept {
    consumed_ = sync_.consumed.load(std::memory_order_acquire);
    return static_cast<std::int32_t>(consumed_ - count) >= 0;
  }

  [[gnu::noinline]] bool wait_for_room() noexcept {
    const std::uint32_t some = next_ - slots_.depth() + quarter_;
    if (wait_ == Wait::spin) return os::spin_until([&] { return room_at(some); });
    if (wait_ == Wait::adaptive && spin_.until([&] { return room_at(some); })) return true;
    // Rounded down to a count that the consumer tells of.
    const std::uint32_t half = (next_ - slots_.depth() / 2) & ~(told_every_ - 1);
    while (!room_at(some)) {
      if (os::stop_requested()) return false;
      sync_.wake_producer_at.store(half, std::memory_order_relaxed);
      os::fence(std::memory_order_seq_cst);  // the look below must not overtake the flag
      if (room_at(half)) break;
      os::wait_on(sync_.consumed, consumed_);
    }
    return true;
  }

  // A consumer that took several messages since it last had to wait is busy: the producer is writing right
  // now, and each look at its next slot would take the line away from it. So it waits for news of a batch,
  // for as long as a batch may take, before it looks at the slots again.
  void leave_alone() noexcept {
    const bool busy = next_ - waited_at_ > 1;
    waited_at_ = next_;
    for (unsigned turn = 0; busy && turn < batch_; ++turn) {
      const std::uint32_t announced = sync_.announced.load(std::memory_order_acquire);
      if (static_cast<std::int32_t>(announced - next_) > 0) return;
      os::cpu_relax();
    }
  }

  // The mark that stands there once the message has come, and another one when told to stop.
  [[gnu::noinline]] std::uint64_t wait_for_message() noexcept {
    if (batch_ > 1) leave_alone();
    std::uint64_t mark = 0;
    bool first = true;
    const auto arrived = [&] {
      if (!std::exchange(first, false) && payload_ <= worth_fetching) os::prefetch(here_);
      mark = mark_here().load(std::memory_order_acquire);
      return Mark::number(mark) == next_ + 1;
    };
    if (wait_ == Wait::spin) {
      static_cast<void>(os::spin_until(arrived));
      return mark;
    }
    if (wait_ == Wait::adaptive && spin_.until(arrived)) return mark;
    while (!arrived()) {
      if (os::stop_requested()) break;
      sync_.wake_consumer_at.store(next_ + 1, std::memory_order_relaxed);
      os::fence(std::memory_order_seq_cst);
      if (arrived()) break;
      os::wait_on(slots_.mark_word(next_), Mark::number(mark));
    }
    return mark;
  }

  Segment<SpscSync> segment_;
  SpscSync& sync_;
  Slots slots_;
  Wait wait_;
  os::AdaptiveSpin spin_;
  std::uint32_t batch_;
  std::uint32_t quarter_, told_every_;  // of the depth: room that a producer waits for, and news of it
  std::uint32_t waited_at_ = 0;         // the number for which the consumer last had to wait
  std::uint32_t consumed_ = 0;          // the producer's latest look at the consumer's count
  bool wakes_;                          // the other side may sleep
  std::uint32_t unannounced_;           // bits of a count that are 0 when a batch is full
  std::uint32_t next_ = 0;              // the number of the message that this side handles next
  std::size_t payload_, stride_, mark_stride_;
  std::byte *here_ = nullptr, *mark_ = nullptr;  // its slot
  std::byte* stretch_end_ = nullptr;             // and where the stretch that it lies in ends
};

}  // namespace

extern constinit const Mechanism shm_spsc{
    .traits = {.name = "shm_spsc",
               .family = "shm",
               .summary = "lock-free ring in shared memory, one producer and one consumer",
               .manual = os::memory_and_wait_manual,
               .lifetime = segment_lifetime,
               .waits = every_wait,
               .axes = {.depth = true, .batch = true, .memory = has_kinds_of_memory, .access = true},
               .loans = true,
               .named = segment_has_name},
    .create = create_as<SegmentLink<SpscSync>>,
    .open = open_as<ShmSpscEndpoint>,
    .loops = loops_of<ShmSpscEndpoint>,
};

}  // namespace ipcmark
