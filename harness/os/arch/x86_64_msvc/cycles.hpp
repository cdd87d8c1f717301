// The same as ../x86_64, in the words of Microsoft's compiler: "Compiler intrinsics".
#pragma once

#include <immintrin.h>
#include <intrin.h>

#include <cstdint>

namespace ipcmark::os {

inline std::uint64_t read_counter() noexcept {
  _mm_lfence();
  return __rdtsc();
}

inline bool counter_is_invariant() noexcept {
  int registers[4]{};
  __cpuid(registers, static_cast<int>(0x80000000U));
  if (static_cast<unsigned>(registers[0]) < 0x80000007U) return false;
  __cpuid(registers, static_cast<int>(0x80000007U));
  return (static_cast<unsigned>(registers[3]) & (1U << 8)) != 0;
}

inline void cpu_relax() noexcept { _mm_pause(); }

inline void prefetch(const void* address) noexcept {
  _mm_prefetch(static_cast<const char*>(address), _MM_HINT_T0);
}

// A store that is not left out, and a fence for the compiler, which has to take it that the address is known.
inline void keep(const void* address) noexcept {
  static const void* volatile known;
  known = address;
  _ReadWriteBarrier();
}

}  // namespace ipcmark::os
