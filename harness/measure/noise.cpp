#include "harness/measure/noise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "harness/os/clock.hpp"
#include "harness/os/host.hpp"

namespace ipcmark {
namespace {

// A timed sleep of 20 us costs the kernel's timer slack (50 us by default) and a wake-up; a millisecond more
// means that this process did not get a processor although it was due.
constexpr double late_ns = 1e6;
// More switches than this per second, on a processor of its own, mean a neighbour.
constexpr double switches_per_second = 200;
constexpr double pressure_share = 0.10;

double worst_wake_up() {
  constexpr auto nap = std::chrono::microseconds(20);
  double worst = 0;
  for (int k = 0; k < 2; ++k) {
    const auto start = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(nap);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start - nap;
    worst = std::max(worst, took.count());
  }
  return worst;
}

std::optional<double> difference(std::optional<std::uint64_t> before, std::optional<std::uint64_t> after,
                                 double unit) {
  if (!before || !after || *after < *before) return std::nullopt;
  return static_cast<double>(*after - *before) * unit;
}

}  // namespace

NoiseProbe::NoiseProbe()
    : wake_up_ns_(worst_wake_up()), stolen_(os::stolen_ns()), pressure_us_(os::cpu_pressure_us()) {}

Noise NoiseProbe::finish(Placement placement, bool spins, os::Usage::MaybeCount involuntary_switches,
                         double seconds) {
  Noise noise;
  noise.stolen_ns = difference(stolen_, os::stolen_ns(), 1.0);
  noise.cpu_pressure_ns = difference(pressure_us_, os::cpu_pressure_us(), 1000.0);
  noise.wake_up_ns = std::max(wake_up_ns_, worst_wake_up());
  noise.involuntary_switches = involuntary_switches;

  auto& reasons = noise.reasons;
  if (noise.wake_up_ns > late_ns)
    reasons.push_back(fmt::format("a wake-up was {:.1f} ms late", noise.wake_up_ns / 1e6));
  if (noise.stolen_ns.value_or(0) > 0) {
    reasons.push_back(fmt::format("the hypervisor took {:.0f} ms", *noise.stolen_ns / 1e6));
  }
  // Processes that share a processor push each other off it: only elsewhere is that a sign of a neighbour.
  const bool alone = placement != Placement::same_core && placement != Placement::unpinned;
  if (alone && spins &&
      static_cast<double>(involuntary_switches.value_or(0)) > std::max(20.0, switches_per_second * seconds)) {
    reasons.push_back(fmt::format("{} involuntary switches", *involuntary_switches));
  }
  if (alone && noise.cpu_pressure_ns.value_or(0) > pressure_share * seconds * 1e9 + late_ns) {
    reasons.push_back(
        fmt::format("some task waited {:.1f} ms for a processor", *noise.cpu_pressure_ns / 1e6));
  }
  noise.contaminated = !reasons.empty();
  return noise;
}

}  // namespace ipcmark
