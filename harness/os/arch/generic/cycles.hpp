// Processors without a counter that this program knows how to trust: the clock falls back to CLOCK_MONOTONIC.
#pragma once

#include <atomic>
#include <cstdint>

namespace ipcmark::os {

inline std::uint64_t read_counter() noexcept { return 0; }
inline bool counter_is_invariant() noexcept { return false; }
inline void cpu_relax() noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }
inline void prefetch(const void*) noexcept {}
// What lies at an address is taken to be read, so that the compiler does not leave out what wrote it.
inline void keep(const void* address) noexcept { asm volatile("" : : "r"(address) : "memory"); }

}  // namespace ipcmark::os
