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

// How long the adaptive waits of one endpoint spin before they block, in turns of a loop with one cpu_relax()
// each. 1000 turns are about 50 us on a 2.5 GHz core where a pause takes 140 cycles, more than a wake-up
// across cores costs (30 us measured), so that a wait which ends soon never pays for one. Where waits turn
// out to be longer than that and a wake-up, spinning was in vain, and the next one spins half as long, down
// to a few turns: an idle consumer then costs what a blocking one does. The first wait that ends soon brings
// all turns back. After Karlin, Li, Manasse and Owicki, "Empirical studies of competitive spinning for a
// shared-memory multiprocessor" (SOSP 1991).
class AdaptiveSpin {
 public:
  static constexpr unsigned most = 1000, fewest = 8;
  static constexpr std::uint64_t turn_ns = 50, soon_ns = 100'000;

  // Spins a bounded time; true when ready. After false the caller blocks.
  template <class Ready>
  bool until(Ready ready) noexcept {
    for (unsigned left = turns(); left > 0; --left) {
      if (ready()) {
        turns_ = most;
        return true;
      }
      cpu_relax();
    }
    gave_up();
    return false;
  }

  // The same for a caller with a loop of its own: the turns of its next wait, and that they were in vain. How
  // long a wait was is known when the next one begins.
  unsigned turns() noexcept {
    if (gave_up_at_ != 0) {
      const std::uint64_t waited = read_monotonic() - gave_up_at_ + turns_ * turn_ns;
      turns_ = waited < soon_ns ? most : turns_ / 2 > fewest ? turns_ / 2 : fewest;
      gave_up_at_ = 0;
    }
    return turns_;
  }
  void gave_up() noexcept { gave_up_at_ = read_monotonic(); }

 private:
  unsigned turns_ = most;
  std::uint64_t gave_up_at_ = 0;  // 0: the latest wait ended in time
};

}  // namespace ipcmark::os
