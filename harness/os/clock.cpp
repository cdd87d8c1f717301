// What the clocks of every system share: their choice, calibration and names.
#include "harness/os/clock.hpp"

#include <chrono>
#include <cstdio>
#include <thread>

#include "harness/errors.hpp"

namespace ipcmark::os {
namespace {

// Both clocks read together: the pair whose reading was interrupted least, of several.
struct Pair {
  std::uint64_t counter = 0, ns = 0;
};
Pair read_both() noexcept {
  Pair best;
  std::uint64_t narrowest = ~std::uint64_t{0};
  for (int attempt = 0; attempt < 50; ++attempt) {
    const std::uint64_t before = read_counter();
    const std::uint64_t ns = read_monotonic();
    const std::uint64_t after = read_counter();
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    best = {before + (after - before) / 2, ns};
  }
  return best;
}

// 20 ms against a reading error of some 20 ns is one part in a million; of 100 ns, as on Windows, five.
double calibrate_counter() {
  const Pair first = read_both();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const Pair last = read_both();
  return static_cast<double>(last.ns - first.ns) / static_cast<double>(last.counter - first.counter);
}

}  // namespace

Clock choose_clock(std::string_view wanted) {
  if (wanted == "monotonic") return {.source = ClockSource::monotonic, .ns_per_tick = 1.0};
  if (wanted == "monotonic_coarse") return {.source = ClockSource::monotonic_coarse, .ns_per_tick = 1.0};
  if (wanted != "tsc" && wanted != "auto") {
    throw UsageError("unknown clock '" + std::string(wanted) +
                     "'; use auto, tsc, monotonic or monotonic_coarse");
  }
  if (counter_is_invariant()) return {.source = ClockSource::counter, .ns_per_tick = calibrate_counter()};
  if (wanted == "tsc")
    throw Unsupported("this CPU has no invariant time stamp counter; use --clock monotonic");
  return {.source = ClockSource::monotonic, .ns_per_tick = 1.0};
}

std::string_view clock_name(ClockSource source) noexcept {
  switch (source) {
    case ClockSource::counter: return "tsc";
    case ClockSource::monotonic: return "monotonic";
    case ClockSource::monotonic_coarse: return "monotonic_coarse";
  }
  return "unknown";
}

std::string utc_now() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto midnight = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss time(now - midnight);
  char text[96];
  const int size =
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int{day.year()},
                    unsigned{day.month()}, unsigned{day.day()}, static_cast<int>(time.hours().count()),
                    static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return {text, static_cast<std::size_t>(size)};
}

void busy_wait(double ns) noexcept {
  const std::uint64_t start = ticks();
  while (to_ns(static_cast<double>(ticks() - start)) < ns) cpu_relax();
}

}  // namespace ipcmark::os
