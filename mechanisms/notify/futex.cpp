// A counted semaphore on one 32-bit word of a shared segment, which waits by futex(2). It carries no payload.
//
// Wake-ups are counted in the upper 31 bits of the word: a send adds one, a receive takes one, none merges.
// The lowest bit says that somebody may be asleep, so that a send to a busy consumer makes no system call. A
// send clears it and wakes one; a consumer that has slept sets it again when it takes, since others may sleep
// still, and wakes the next one if something is left. FUTEX_WAKE itself counts nothing: without the count in
// the word, a wake before the wait would be lost. A send beyond 2^31 - 1 untaken wake-ups fails with
// EOVERFLOW, as sem_post(3) does. A dead peer is never noticed, and a consumer killed between its wake-up and
// its take leaves the other sleepers to a later send.
#include <atomic>
#include <cerrno>
#include <new>

#include "harness/mechanism.hpp"
#include "harness/os/host.hpp"
#include "harness/os/memory.hpp"
#include "harness/os/wait.hpp"

namespace ipcmark {
namespace {

using Word = std::atomic<std::uint32_t>;

constexpr std::uint32_t sleepers = 1, one = 2;
constexpr std::uint32_t full = ~std::uint32_t{0} - sleepers;

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
    std::uint32_t seen = word_.load(std::memory_order_relaxed);
    do {
      if (seen >= full) return {.status = Status::error, .os_error = EOVERFLOW};
    } while (!word_.compare_exchange_weak(seen, (seen + one) & ~sleepers, std::memory_order_release,
                                          std::memory_order_relaxed));
    if ((seen & sleepers) != 0) os::wake_one(word_);
    return {};
  }

  Io recv(std::span<std::byte>) noexcept override {
    const auto taken = [&] { return take(0) != nothing; };
    if (wait_ == Wait::spin) return {.status = os::spin_until(taken) ? Status::ok : Status::stopped};
    if (wait_ == Wait::adaptive ? spin_.until(taken) : taken()) return {};
    return sleep_and_take();
  }

 private:
  static constexpr std::uint32_t nothing = ~std::uint32_t{0};

  // Takes one wake-up if there is any, and sets the bits of `also`; returns what is left, or `nothing`.
  std::uint32_t take(std::uint32_t also) noexcept {
    std::uint32_t seen = word_.load(std::memory_order_relaxed);
    while (seen >= one) {
      const std::uint32_t left = (seen - one) | also;
      if (word_.compare_exchange_weak(seen, left, std::memory_order_acquire, std::memory_order_relaxed))
        return left;
    }
    return nothing;
  }

  Io sleep_and_take() noexcept {
    for (;;) {
      if (const std::uint32_t left = take(sleepers); left != nothing) {
        if (left >= one) os::wake_one(word_);
        return {};
      }
      if (os::stop_requested()) return {.status = Status::stopped};
      std::uint32_t none = 0;
      if (word_.compare_exchange_strong(none, sleepers, std::memory_order_relaxed) || none == sleepers)
        os::wait_on(word_, sleepers);
    }
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
               .many_consumers = true},
    .create = create_as<FutexLink>,
    .open = open_as<FutexEndpoint>,
    .loops = loops_of<FutexEndpoint>,
};

}  // namespace ipcmark
