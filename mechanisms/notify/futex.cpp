// A counted semaphore in one 64-bit word of a shared segment, which waits by futex(2) on its lower half. It
// carries no payload.
//
// Wake-ups are counted in bits 1 to 31: a send adds one, a receive takes one, none merges. The lowest bit
// says that somebody may be asleep, so that a send to a busy consumer makes no system call. FUTEX_WAKE itself
// counts nothing: without the count in the word, a wake before the wait would be lost. A send beyond 2^31 - 1
// untaken wake-ups fails with EOVERFLOW, as sem_post(3) does. A dead peer is never noticed.
//
// The bit stays until a send finds nobody to wake. Were it cleared by a send that wakes one, then nobody
// would be left to set it again for those who still sleep when that one is killed before it takes. It is
// cleared only if nothing has happened since the send: nobody slept then, and nobody goes to sleep while
// there is something to take. The upper half of the word counts all changes, to know that.
#include <atomic>
#include <bit>
#include <cerrno>
#include <new>

#include "harness/mechanism.hpp"
#include "harness/os/host.hpp"
#include "harness/os/memory.hpp"
#include "harness/os/wait.hpp"

namespace ipcmark {
namespace {

using Word = std::atomic<std::uint64_t>;

constexpr std::uint32_t sleepers = 1, one = 2;
constexpr std::uint32_t full = ~std::uint32_t{0} - sleepers;

constexpr std::uint32_t state_of(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word); }
constexpr std::uint64_t changed(std::uint64_t word, std::uint32_t state) noexcept {
  return ((word >> 32) + 1) << 32 | state;
}

class FutexLink final : public Link {
 public:
  explicit FutexLink(const Options& options) : name_(os::object_name(options.run, options.link)) {
    const os::Mapping memory = os::create_segment(name_, sizeof(Word));
    ::new (memory.data()) Word(0);
  }
  ~FutexLink() override { os::remove_segment(name_); }
  Ticket ticket(Role) override { return {.address = name_, .handles = {}}; }
  void handed_over() override { os::remove_segment(name_); }

 private:
  std::string name_;
};

class FutexEndpoint final : public Endpoint {
 public:
  FutexEndpoint(const Ticket& ticket, Role, Wait wait)
      : memory_(os::open_segment(ticket.address, sizeof(Word))),
        word_(*std::launder(reinterpret_cast<Word*>(memory_.data()))),
        wait_(wait) {}

  Io send(std::span<const std::byte>) noexcept override {
    std::uint64_t seen = word_.load(std::memory_order_relaxed), sent = 0;
    do {
      if (state_of(seen) >= full) return {.status = Status::error, .os_error = EOVERFLOW};
      sent = changed(seen, state_of(seen) + one);
    } while (!word_.compare_exchange_weak(seen, sent, std::memory_order_release, std::memory_order_relaxed));
    if ((sent & sleepers) != 0 && !os::wake_one(futex_word()))
      word_.compare_exchange_strong(sent, changed(sent, state_of(sent) & ~sleepers),
                                    std::memory_order_relaxed);
    return {};
  }

  Io recv(std::span<std::byte>) noexcept override {
    const auto taken = [&] { return take() != nothing; };
    if (wait_ == Wait::spin) return {.status = os::spin_until(taken) ? Status::ok : Status::stopped};
    if (wait_ == Wait::adaptive ? spin_.until(taken) : taken()) return {};
    return sleep_and_take();
  }

 private:
  static constexpr std::uint32_t nothing = ~std::uint32_t{0};

  // Takes one wake-up if there is any; returns the state after that, or `nothing`.
  std::uint32_t take() noexcept {
    std::uint64_t seen = word_.load(std::memory_order_relaxed);
    while (state_of(seen) >= one) {
      const std::uint32_t left = state_of(seen) - one;
      if (word_.compare_exchange_weak(seen, changed(seen, left), std::memory_order_acquire,
                                      std::memory_order_relaxed))
        return left;
    }
    return nothing;
  }

  Io sleep_and_take() noexcept {
    for (;;) {
      if (const std::uint32_t left = take(); left != nothing) {
        // Whoever was woken for what is left, or should have been, may be dead.
        if (left >= one) os::wake_one(futex_word());
        return {};
      }
      if (os::stop_requested()) return {.status = Status::stopped};
      std::uint64_t seen = word_.load(std::memory_order_relaxed);
      if (state_of(seen) == sleepers ||
          (state_of(seen) == 0 &&
           word_.compare_exchange_strong(seen, changed(seen, sleepers), std::memory_order_relaxed)))
        os::wait_on(futex_word(), sleepers);
    }
  }

  const std::atomic<std::uint32_t>& futex_word() const noexcept {
    static_assert(std::endian::native == std::endian::little);
    return *reinterpret_cast<const std::atomic<std::uint32_t>*>(&word_);
  }

  os::Mapping memory_;
  Word& word_;
  Wait wait_;
  os::AdaptiveSpin spin_;
};

}  // namespace

extern constinit const Mechanism futex{
    .traits = {.name = "futex",
               .family = "notify",
               .summary = "semaphore in one word of shared memory, waiting by futex",
               .manual = "futex(2)",
               .framing = Framing::signal,
               .lifetime = Lifetime::kernel,
               .waits = every_wait,
               .many_producers = true,
               .many_consumers = true,
               .survives_peer_kill = true,
               .named = true},
    .create = create_as<FutexLink>,
    .open = open_as<FutexEndpoint>,
    .loops = loops_of<FutexEndpoint>,
};

}  // namespace ipcmark
