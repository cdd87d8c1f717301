// The clock of every timed section: ticks of the invariant time stamp counter where the CPU has one, else
// nanoseconds of CLOCK_MONOTONIC; Windows: of QueryPerformanceCounter. One clock for all processes of a host,
// so that a time stamp taken by a producer may be subtracted by its consumer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cycles.hpp"

namespace ipcmark::os {

enum class ClockSource : std::uint8_t { counter, monotonic, monotonic_coarse };

struct Clock {
  ClockSource source = ClockSource::monotonic;
  double ns_per_tick = 1.0;
};

// The clock in force in this process. A child is told its parent's, so that both use one calibration.
inline Clock clock_in_use;

// ns; clock_gettime(2), CLOCK_MONOTONIC. Windows: QueryPerformanceCounter, usually in steps of 100 ns.
std::uint64_t read_monotonic() noexcept;
// ns; the tick of the kernel, 1 to 10 ms: clock_gettime(2). Windows: GetTickCount64, up to 16 ms.
std::uint64_t read_monotonic_coarse() noexcept;

// Now, in ticks. Ordered after the loads before it, so that a receive is over when its time is taken.
inline std::uint64_t ticks() noexcept {
  if (clock_in_use.source == ClockSource::counter) [[likely]]
    return read_counter();
  return clock_in_use.source == ClockSource::monotonic ? read_monotonic() : read_monotonic_coarse();
}

inline double to_ns(double tick_count) noexcept { return tick_count * clock_in_use.ns_per_tick; }

// Chooses and calibrates. `wanted` is "auto", "tsc", "monotonic" or "monotonic_coarse"; throws Unsupported
// when this CPU has no invariant counter and "tsc" was asked for. Takes about 20 ms when it calibrates.
Clock choose_clock(std::string_view wanted);

std::string_view clock_name(ClockSource) noexcept;  // "tsc", "monotonic", "monotonic_coarse"

// "2026-11-20T23:17:05Z" of the wall clock.
std::string utc_now();

// Busy until `ns` have passed by the clock in use.
void busy_wait(double ns) noexcept;

}  // namespace ipcmark::os
