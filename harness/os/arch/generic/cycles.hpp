// Processors without a counter that this program knows how to trust: the clock falls back to CLOCK_MONOTONIC.
#pragma once

#include <atomic>
#include <cstdint>

namespace ipcmark::os {

inline std::uint64_t read_counter() noexcept { return 0; }
inline bool counter_is_invariant() noexcept { return false; }
inline void cpu_relax() noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }

}  // namespace ipcmark::os
