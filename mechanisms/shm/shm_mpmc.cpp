// A lock-free bounded ring for several producers and consumers, after Dmitry Vyukov, "Bounded MPMC queue"
// (1024cores.net).
//
// Each side has one count, of the numbers that it has given out. Whoever finds the slot of the next number in
// the state that it needs takes the number by one compare-exchange, works in the slot, and says so in the
// slot's mark. A fetch_add would save the repetition when two collide, but gives out a number before there is
// anything to do with it: a process killed while it merely waited would leave a hole for ever. Here a waiting
// process holds nothing.
//
// The mark says the lap of the ring and whether the slot is filled: twice the number of the lap's first
// message for an empty slot, one more for a filled one. A segment of zeroes is thus an empty ring of any
// depth; Vyukov's numbers have to be written first, and cannot tell a ring of one slot from a full one.
//
// Not wait-free, and not safe from kills: a producer killed between taking its number and publishing it, or a
// consumer between that and the release, leaves a slot that nobody may pass. Consumers stop there at once,
// producers when they come round. With loan or borrow this lasts as long as the caller takes.
//
// Consumers that find nothing sleep on the slot that comes next, all on the same one, and all are woken for
// it (sleep_on_mark.hpp). A producer that finds the ring full waits for the slot half a ring further on, so
// that it is woken once for half a ring and not for every slot; where that is free already, and a slower
// consumer still has the nearer one, for the nearer one. Either way it waits for a slot that is sure to
// change.
#include "harness/loan.hpp"
#include "mechanisms/shm/sleep_on_mark.hpp"

namespace ipcmark {
namespace {

struct MpmcSync {
  // Numbers taken, modulo 2^32.
  alignas(apart) os::Atomic<std::uint32_t> by_producers = 0;
  alignas(apart) os::Atomic<std::uint32_t> by_consumers = 0;
};

class ShmMpmcEndpoint final : public LoanEndpoint {
 public:
  ShmMpmcEndpoint(const Ticket& ticket, Role, Wait wait)
      : LoanEndpoint(ticket),
        segment_(ticket),
        sync_(segment_.sync()),
        slots_(segment_.slots()),
        wait_(wait) {}

  Slot<std::byte> loan(std::size_t size) noexcept override {
    if (size > slots_.capacity()) [[unlikely]]
      return {.bytes = {}, .status = Status::too_big};
    std::uint64_t mark = 0;
    if (!take(sync_.by_producers, 0, slots_.depth() / 2, loaned_, mark)) [[unlikely]]
      return {.bytes = {}, .status = Status::stopped};
    return {.bytes = {slots_.payload(loaned_), size}};
  }

  void publish(std::size_t size) noexcept override {
    change_mark(slots_, loaned_, Mark::make(empty(loaned_) + filled, size), wait_);
  }

  Slot<const std::byte> borrow() noexcept override {
    std::uint64_t mark = 0;
    if (!take(sync_.by_consumers, filled, 0, borrowed_, mark)) [[unlikely]]
      return {.bytes = {}, .status = Status::stopped};
    return {.bytes = {slots_.payload(borrowed_), Mark::size(mark)}};
  }

  void release() noexcept override {
    change_mark(slots_, borrowed_, Mark::make(empty(borrowed_ + slots_.depth()), 0), wait_);
  }

  Io send(std::span<const std::byte> message) noexcept override { return send_by_loan(*this, message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return recv_by_borrow(*this, buffer); }

 private:
  static constexpr std::uint32_t filled = 1;
  std::uint32_t empty(std::uint32_t number) const noexcept { return 2 * (number & ~(slots_.depth() - 1)); }

  // Takes the next number of a side once its slot is in `state`; false when told to stop.
  bool take(os::Atomic<std::uint32_t>& taken, std::uint32_t state, std::uint32_t ahead, std::uint32_t& number,
            std::uint64_t& mark) noexcept {
    for (bool told = false;;) {
      number = taken.load(std::memory_order_relaxed);
      // Acquire: what the other side did in the slot is over before this side touches it. The counts order
      // nothing but themselves, so they are relaxed; only whoever moves a count may touch the slot.
      mark = slots_.mark(number).load(std::memory_order_acquire);
      if (Mark::number(mark) == empty(number) + state) [[likely]] {
        if (taken.compare_exchange_weak(number, number + 1, std::memory_order_relaxed)) [[likely]]
          return true;
      } else if (taken.load(std::memory_order_relaxed) == number) {
        // Nobody had taken the number after the mark was read (acquire again), so the mark is of the past.
        if (told) return false;
        told = os::stop_requested();  // and one look more: what came before is still taken
        if (!told) wait_for(number, mark, ahead);
      }
    }
  }

  [[gnu::noinline]] void wait_for(std::uint32_t number, std::uint64_t mark, std::uint32_t ahead) noexcept {
    if (ahead != 0) {
      const std::uint64_t further = slots_.mark(number + ahead).load(std::memory_order_relaxed);
      if ((Mark::number(further) & filled) != 0)
        return wait_on_mark(slots_, number + ahead, further, wait_, spin_);
    }
    wait_on_mark(slots_, number, mark, wait_, spin_);
  }

  Segment<MpmcSync> segment_;
  MpmcSync& sync_;
  Slots slots_;
  Wait wait_;
  os::AdaptiveSpin spin_;
  std::uint32_t loaned_ = 0, borrowed_ = 0;  // numbers of the messages that this endpoint has in hand
};

}  // namespace

extern constinit const Mechanism shm_mpmc{
    .traits = {.name = "shm_mpmc",
               .family = "shm",
               .summary = "lock-free ring in shared memory, several producers and consumers",
               .manual = os::memory_and_wait_manual,
               .lifetime = segment_lifetime,
               .waits = every_wait,
               .axes = {.depth = true, .memory = has_kinds_of_memory, .access = true},
               .many_producers = true,
               .many_consumers = true,
               .loans = true,
               .named = segment_has_name},
    .create = create_as<SegmentLink<MpmcSync>>,
    .open = open_as<ShmMpmcEndpoint>,
    .loops = loops_of<ShmMpmcEndpoint>,
};

}  // namespace ipcmark
