// How bare loops time their round trips.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "harness/os/clock.hpp"
#include "suites/benchmark/bare_loops.hpp"

namespace ipcmark {

// Times every trip, after a tenth of them for warming up.
template <class Trip>
BareTrips time_trips(std::uint64_t trips, Trip trip) {
  const std::uint64_t warm = trips / 10;
  std::vector<std::uint32_t> samples(trips, 0);
  for (std::uint64_t k = 0; k < warm; ++k) trip(k);
  const std::uint64_t start = os::ticks();
  std::uint64_t last = start;
  for (std::uint64_t k = 0; k < trips; ++k) {
    trip(warm + k);
    const std::uint64_t now = os::ticks();
    samples[k] = static_cast<std::uint32_t>(now - last);
    last = now;
  }
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(trips / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return {.bulk_mean = os::to_ns(static_cast<double>(last - start)) / static_cast<double>(trips),
          .p50 = os::to_ns(*middle)};
}

inline std::uint64_t all_of(std::uint64_t trips) { return trips + trips / 10; }

inline void must(bool moved) {
  if (!moved) std::abort();
}

}  // namespace ipcmark
