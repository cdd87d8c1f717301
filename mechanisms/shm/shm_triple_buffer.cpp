// The latest value in shared memory, wait-free on both sides: three buffers between one producer and one
// consumer.
//
// The producer writes into its own buffer and exchanges it for the one in the middle; the consumer exchanges
// its own for the one in the middle when that is fresh. Each side thus always has a whole buffer that the
// other cannot touch, nobody ever waits for the other or tries again, and no copy can be torn. A value that
// is replaced before the consumer came is gone. A borrowed value stays as it is for as long as the consumer
// likes, which a sequence lock cannot offer: it costs three times the memory, and one consumer only.
//
// The middle is one word: the buffer's number, whether it is fresh, and whether the consumer sleeps. The
// exchange is acquire and release on both sides: what the giver wrote, or has finished reading, is over
// before the taker touches the buffer. A sleeper sets its bit in the word that it saw and sleeps on that
// word, so that the exchange that ends the sleep also hands over the bit (see sleep_on_mark.hpp).
//
// A killed process leaves the other with two good buffers and the word, whatever it was at, and the living
// side goes on. Which buffer was its own is lost with it: neither side may be opened a second time.
#include "harness/loan.hpp"
#include "harness/os/wait.hpp"
#include "mechanisms/shm/segment.hpp"

namespace ipcmark {
namespace {

constexpr std::uint32_t buffer_bits = 3, fresh = 4, sleeps = 8;

struct TripleSync {
  alignas(apart) os::Atomic<std::uint32_t> middle = 1;
};

template <class Described>  // Options or Ticket
Described of_three_slots(Described described) {
  described.depth = 3;
  return described;
}

class ShmTripleBufferLink final : public SegmentLink<TripleSync> {
 public:
  explicit ShmTripleBufferLink(const Options& options) : SegmentLink(of_three_slots(options)) {}
};

class ShmTripleBufferEndpoint final : public LoanEndpoint {
 public:
  ShmTripleBufferEndpoint(const Ticket& ticket, Role role, Wait wait)
      : LoanEndpoint(ticket),
        segment_(of_three_slots(ticket)),
        middle_(segment_.sync().middle),
        slots_(segment_.slots()),
        wait_(wait),
        own_(role == Role::producer ? 0 : 2) {}

  Slot<std::byte> loan(std::size_t size) noexcept override {
    if (size > slots_.capacity()) [[unlikely]]
      return {.bytes = {}, .status = Status::too_big};
    return {.bytes = {slots_.payload(own_), size}};
  }
  void publish(std::size_t size) noexcept override {
    slots_.mark(own_).store(Mark::make(0, size), std::memory_order_relaxed);
    const std::uint32_t before = middle_.exchange(own_ | fresh, std::memory_order_acq_rel);
    own_ = before & buffer_bits;
    if ((before & sleeps) != 0) [[unlikely]]
      os::wake_one(middle_);
  }

  Slot<const std::byte> borrow() noexcept override {
    if (!is_fresh() && !wait_for_fresh()) [[unlikely]]
      return {.bytes = {}, .status = Status::stopped};
    own_ = middle_.exchange(own_, std::memory_order_acq_rel) & buffer_bits;
    return {.bytes = {slots_.payload(own_), Mark::size(slots_.mark(own_).load(std::memory_order_relaxed))}};
  }
  void release() noexcept override {}  // the buffer is given back for the next fresh one

  Io send(std::span<const std::byte> message) noexcept override { return send_by_loan(*this, message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return recv_by_borrow(*this, buffer); }

 private:
  // Relaxed: the exchange that follows takes the buffer, and only this side ever makes it less fresh.
  bool is_fresh() const noexcept { return (middle_.load(std::memory_order_relaxed) & fresh) != 0; }

  bool wait_for_fresh() noexcept {
    if (wait_ == Wait::spin) return os::spin_until([&] { return is_fresh(); });
    if (wait_ == Wait::adaptive && spin_.until([&] { return is_fresh(); })) return true;
    for (;;) {
      std::uint32_t seen = middle_.load(std::memory_order_relaxed);
      if ((seen & fresh) != 0) return true;
      if (os::stop_requested()) return false;
      if ((seen & sleeps) != 0 ||
          middle_.compare_exchange_strong(seen, seen | sleeps, std::memory_order_relaxed))
        os::wait_on(middle_, seen | sleeps);
    }
  }

  Segment<TripleSync> segment_;
  os::Atomic<std::uint32_t>& middle_;
  Slots slots_;
  Wait wait_;
  os::AdaptiveSpin spin_;
  std::uint32_t own_;  // the number of this side's buffer
};

}  // namespace

extern constinit const Mechanism shm_triple_buffer{
    .traits = {.name = "shm_triple_buffer",
               .family = "shm",
               .summary = "latest value in shared memory, wait-free: three buffers that change hands",
               .manual = os::memory_and_wait_manual,
               .delivery = Delivery::latest,
               .lifetime = segment_lifetime,
               .waits = every_wait,
               .axes = {.memory = has_kinds_of_memory, .access = true},
               .loans = true,
               .survives_peer_kill = true,
               .named = segment_has_name},
    .create = create_as<ShmTripleBufferLink>,
    .open = open_as<ShmTripleBufferEndpoint>,
    .loops = loops_of<ShmTripleBufferEndpoint>,
};

}  // namespace ipcmark
