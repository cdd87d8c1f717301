// Cycle counter and spin hint of x86-64 (Intel SDM vol. 3, 18.17 "Time-Stamp Counter").
#pragma once

#include <cpuid.h>
#include <x86intrin.h>

#include <cstdint>

namespace ipcmark::os {

// RDTSC may run ahead of earlier loads; LFENCE holds it back until they are done (SDM vol. 2, RDTSC).
inline std::uint64_t read_counter() noexcept {
  _mm_lfence();
  return __rdtsc();
}

// CPUID 80000007H, EDX bit 8: the counter runs at one rate in all power states.
inline bool counter_is_invariant() noexcept {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(0x80000007U, &a, &b, &c, &d) != 0 && (d & (1U << 8)) != 0;
}

inline void cpu_relax() noexcept { _mm_pause(); }

// Fetches the line at an address for reading, and waits for nothing.
inline void prefetch(const void* address) noexcept {
  _mm_prefetch(static_cast<const char*>(address), _MM_HINT_T0);
}

// What lies at an address is taken to be read, so that the compiler does not leave out what wrote it.
inline void keep(const void* address) noexcept { asm volatile("" : : "r"(address) : "memory"); }

}  // namespace ipcmark::os
