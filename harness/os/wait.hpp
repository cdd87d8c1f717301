// Waiting: on a word of shared memory, and being told to stop.
#pragma once

#include <atomic>
#include <cstdint>

#include "cycles.hpp"
#include "harness/os/atomics.hpp"
#include "harness/os/clock.hpp"

namespace ipcmark::os {

// Set when the parent asks this process to leave its loop. A blocking call then returns EINTR, and a spin
// sees it. Windows: ReadFile and its like fail with ERROR_OPERATION_ABORTED, alertable waits return
// WAIT_IO_COMPLETION; a wait that is not alertable sees nothing.
extern std::atomic<bool> stop_flag;
inline bool stop_requested() noexcept { return stop_flag.load(std::memory_order_relaxed); }

// Installs the handler of the stop signal (SIGUSR1 without SA_RESTART: signal(7), "Interruption of system
// calls"). Windows has no signals: there a thread waits for an event that bears this process's number in its
// name, and then does to the calling thread what a signal would, by CancelSynchronousIo and QueueUserAPC.
void listen_for_stop();

// Blocks while *word == seen, between processes that share the memory: futex(2), FUTEX_WAIT without
// FUTEX_PRIVATE_FLAG. May return early (a signal, a spurious wake); the caller looks again. Windows: of words
// in what open_shared_memory() has mapped, by an event object for each sleeper (os/win32/sleepers.hpp), where
// to wake one is to wake all.
void wait_on(const Atomic<std::uint32_t>& word, std::uint32_t seen) noexcept;
bool wake_one(const Atomic<std::uint32_t>& word) noexcept;  // false: nobody slept
void wake_all(const Atomic<std::uint32_t>& word) noexcept;

// Spins until ready() or until told to stop; true when ready. Once told, it looks for some 50 us more: what
// was there before is still taken, although the look before the flag did not see it.
template <class Ready>
bool spin_until(Ready ready) noexcept {
  for (unsigned last_looks = 1000; !ready(); cpu_relax()) {
    if (stop_requested() && last_looks-- == 0) return false;
  }
  return true;
}

// How long the adaptive waits of one endpoint spin before they block: at most 250 us, which is longer than it
// takes to wake a process on another core and to hear from it, 30 us on a quiet host and 80 us and more where
// a hypervisor stops processors. Two that find each other asleep would otherwise go on waking each other for
// ever, though either would be answered soon if it did not sleep. The time is read from the clock, since a
// pause takes 40 cycles on one processor and 140 on another, but not before some turns, which are all that a
// busy pair needs.
//
// Where waits turn out to be longer than that, spinning was in vain, and the next one spins half as long,
// down to those first turns: an idle consumer then costs what a blocking one does. The first wait that ends
// while it spins brings the whole time back. So does one that was short although it blocked, but only now and
// then: on one core nobody answers as long as the other spins. After Karlin, Li, Manasse and Owicki,
// "Empirical studies of competitive spinning for a shared-memory multiprocessor" (SOSP 1991).
class AdaptiveSpin {
 public:
  static constexpr std::uint64_t longest_ns = 250'000, shortest_ns = 2'000;
  static constexpr unsigned untimed_turns = 16, rests = 64;

  // Spins a bounded time; true when ready. After false the caller blocks.
  template <class Ready>
  bool until(Ready ready) noexcept {
    begin();
    do {
      if (ready()) {
        came();
        return true;
      }
    } while (turn());
    return false;
  }

  // The same for a caller with a loop of its own: one wait begins, makes turns until there are no more, and
  // may end by what it waits for.
  void begin() noexcept {
    turns_ = 0;
    if (!gave_up_) return;
    gave_up_ = false;
    if (rests_ == 0 && read_monotonic() - timed_from_ < longest_ns) {
      time_ns_ = longest_ns;
      rests_ = rests;
      return;
    }
    time_ns_ = time_ns_ / 2 < shortest_ns ? 0 : time_ns_ / 2;
    if (rests_ > 0) --rests_;
  }
  bool turn() noexcept {
    if (++turns_ % untimed_turns == 0 && is_over()) return false;
    cpu_relax();
    return true;
  }
  void came() noexcept {
    time_ns_ = longest_ns;
    rests_ = 0;
  }

 private:
  [[gnu::noinline]] bool is_over() noexcept {
    const std::uint64_t now = read_monotonic();
    if (turns_ == untimed_turns) timed_from_ = now;
    return gave_up_ = now - timed_from_ >= time_ns_;
  }

  std::uint64_t time_ns_ = longest_ns, timed_from_ = 0;
  unsigned turns_ = 0, rests_ = 0;
  bool gave_up_ = false;  // in the latest wait
};

}  // namespace ipcmark::os
