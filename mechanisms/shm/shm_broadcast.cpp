// A ring in shared memory with one producer, of which every consumer sees every message: shm_spsc with a
// cursor for each consumer, up to 16.
//
// A slow consumer blocks the producer, and with it all the others: nothing is dropped. A consumer that is
// killed never moves its cursor again, and the producer halts a ring later, for ever. One whose endpoint is
// closed gives its cursor up. A consumer may come at any time (cursors.hpp); while there is none, the
// producer fills the ring and waits for one.
//
// As in shm_spsc a consumer polls the mark of the slot that comes next, tells of its cursor once for every
// eighth of the ring, and the producer looks at the cursors only when the ring seems full, which is every
// quarter of it: consumers cost it 16 reads then, and no read or write for a message.
//
// Consumers that sleep all sleep on the same slot, and are all woken (sleep_on_mark.hpp). The producer leaves
// the count that it waits for, as in shm_spsc, and sleeps on a counter of events: a consumer that comes to
// this count, one that comes, and one that leaves advance it.
#include <algorithm>

#include "harness/loan.hpp"
#include "mechanisms/shm/cursors.hpp"
#include "mechanisms/shm/sleep_on_mark.hpp"

namespace ipcmark {
namespace {

class ShmBroadcastEndpoint final : public LoanEndpoint {
 public:
  ShmBroadcastEndpoint(const Ticket& ticket, Role role, Wait wait)
      : LoanEndpoint(ticket),
        segment_(ticket),
        sync_(segment_.sync()),
        slots_(segment_.slots()),
        wait_(wait),
        quarter_(std::max(slots_.depth() / 4, 1U)),
        told_every_(std::max(slots_.depth() / 8, 1U)) {
    if (role == Role::consumer) next_ = place_.emplace(sync_).first();
  }

  Slot<std::byte> loan(std::size_t size) noexcept override {
    if (size > slots_.capacity()) [[unlikely]]
      return {.bytes = {}, .status = Status::too_big};
    if (next_ - consumed_ >= slots_.depth()) [[unlikely]] {
      if (!wait_for_room()) return {.bytes = {}, .status = Status::stopped};
    }
    return {.bytes = {slots_.payload(next_), size}};
  }
  void publish(std::size_t size) noexcept override {
    const std::uint32_t number = next_++;
    change_mark(slots_, number, Mark::make(next_, size), wait_);
  }

  Slot<const std::byte> borrow() noexcept override {
    for (;;) {
      const std::uint64_t mark = slots_.mark(next_).load(std::memory_order_acquire);
      if (Mark::number(mark) == next_ + 1) [[likely]]
        return {.bytes = {slots_.payload(next_), Mark::size(mark)}};
      if (os::stop_requested()) return {.bytes = {}, .status = Status::stopped};
      wait_on_mark(slots_, next_, mark, wait_, spin_);
    }
  }
  void release() noexcept override {
    if ((++next_ & (told_every_ - 1)) == 0) place_->tell(next_, wait_);
  }

  Io send(std::span<const std::byte> message) noexcept override { return send_by_loan(*this, message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return recv_by_borrow(*this, buffer); }

 private:
  bool room_at(std::uint32_t count) noexcept {
    consumed_ = slowest_consumer(sync_, next_, consumed_);
    return static_cast<std::int32_t>(consumed_ - count) >= 0;
  }

  [[gnu::noinline]] bool wait_for_room() noexcept {
    const std::uint32_t some = next_ - slots_.depth() + quarter_;
    if (wait_ == Wait::spin) return os::spin_until([&] { return room_at(some); });
    if (wait_ == Wait::adaptive && spin_.until([&] { return room_at(some); })) return true;
    // Rounded down to a count that consumers tell of.
    const std::uint32_t half = (next_ - slots_.depth() / 2) & ~(told_every_ - 1);
    while (!room_at(some)) {
      if (os::stop_requested()) return false;
      const std::uint32_t events = sync_.events.load(std::memory_order_acquire);
      sync_.wake_producer_at.store(half, std::memory_order_relaxed);
      os::fence(std::memory_order_seq_cst);  // the look must not overtake the count
      if (room_at(half)) break;
      os::wait_on(sync_.events, events);
    }
    return true;
  }

  Segment<BroadcastSync> segment_;
  BroadcastSync& sync_;
  Slots slots_;
  Wait wait_;
  os::AdaptiveSpin spin_;
  std::uint32_t next_ = 0;               // the number of the message that this side handles next
  std::uint32_t consumed_ = 0;           // the producer's latest look at the slowest consumer
  std::uint32_t quarter_, told_every_;   // of the depth
  std::optional<ConsumersPlace> place_;  // the consumer's
};

}  // namespace

// Its consumers do not share the messages, so that many_consumers would be a false promise.
extern constinit const Mechanism shm_broadcast{
    .traits = {.name = "shm_broadcast",
               .family = "shm",
               .summary = "ring in shared memory, each consumer sees all; the slowest blocks the producer",
               .manual = os::memory_and_wait_manual,
               .lifetime = segment_lifetime,
               .waits = every_wait,
               .axes = {.depth = true, .memory = has_kinds_of_memory, .access = true},
               .broadcasts = true,
               .loans = true,
               .named = segment_has_name},
    .create = create_as<SegmentLink<BroadcastSync>>,
    .open = open_as<ShmBroadcastEndpoint>,
    .loops = loops_of<ShmBroadcastEndpoint>,
};

}  // namespace ipcmark
