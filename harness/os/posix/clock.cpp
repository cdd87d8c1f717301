#include "harness/os/clock.hpp"

#include <ctime>

#include "harness/errors.hpp"

namespace ipcmark::os {
namespace {

std::uint64_t read(clockid_t id) noexcept {
  timespec now{};
  ::clock_gettime(id, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

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

// 20 ms against a reading error of some 20 ns is one part in a million.
double calibrate_counter() {
  const Pair first = read_both();
  const timespec pause{.tv_sec = 0, .tv_nsec = 20'000'000};
  ::nanosleep(&pause, nullptr);
  const Pair last = read_both();
  return static_cast<double>(last.ns - first.ns) / static_cast<double>(last.counter - first.counter);
}

}  // namespace

std::uint64_t read_monotonic() noexcept { return read(CLOCK_MONOTONIC); }
std::uint64_t read_monotonic_coarse() noexcept { return read(CLOCK_MONOTONIC_COARSE); }

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
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, size};
}

void busy_wait(double ns) noexcept {
  const std::uint64_t start = ticks();
  while (to_ns(static_cast<double>(ticks() - start)) < ns) cpu_relax();
}

}  // namespace ipcmark::os
