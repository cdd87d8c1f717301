// Waiting: on a word of shared memory, and being told to stop.
#pragma once

#include <atomic>
#include <cstdint>

#include "cycles.hpp"

namespace ipcmark::os {

// Set when the parent asks this process to leave its loop. A blocking call then returns EINTR, and a spin
// sees it.
extern std::atomic<bool> stop_flag;
inline bool stop_requested() noexcept { return stop_flag.load(std::memory_order_relaxed); }

// Installs the handler of the stop signal (SIGUSR1 without SA_RESTART: signal(7), "Interruption of system
// calls").
void listen_for_stop();

// Blocks while *word == seen, between processes that share the memory: futex(2), FUTEX_WAIT without
// FUTEX_PRIVATE_FLAG. May return early (a signal, a spurious wake); the caller looks again.
void wait_on(const std::atomic<std::uint32_t>& word, std::uint32_t seen) noexcept;
void wake_one(const std::atomic<std::uint32_t>& word) noexcept;
void wake_all(const std::atomic<std::uint32_t>& word) noexcept;

// How long an adaptive wait spins before it blocks, in turns of a loop with one cpu_relax() each. About 50 us
// on a 2.5 GHz core where a pause takes 140 cycles, more than a wake-up across cores costs (30 us measured),
// so that a wait which ends soon never pays for one, and a long one pays at most twice.
inline constexpr unsigned adaptive_spins = 1000;

// Spins until ready() or until told to stop; true when ready.
template <class Ready>
bool spin_until(Ready ready) noexcept {
  while (!ready()) {
    if (stop_requested()) return false;
    cpu_relax();
  }
  return true;
}

// Spins a bounded time; true when ready.
template <class Ready>
bool spin_briefly(Ready ready) noexcept {
  for (unsigned turn = 0; turn < adaptive_spins; ++turn) {
    if (ready()) return true;
    cpu_relax();
  }
  return false;
}

}  // namespace ipcmark::os
