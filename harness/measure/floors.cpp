#include "harness/measure/floors.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <numeric>
#include <thread>

#include "harness/measure/statistics.hpp"
#include "harness/os/process.hpp"
#include "harness/os/wait.hpp"
#include "shared_memory.hpp"

namespace ipcmark {
namespace {

// The median over repetitions of the mean time of one call, in ns.
template <class Call>
double cost_of(Call call, int calls, int repetitions = 7) {
  std::vector<double> means;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const std::uint64_t start = os::ticks();
    for (int k = 0; k < calls; ++k) call();
    means.push_back(os::to_ns(static_cast<double>(os::ticks() - start)) / calls);
  }
  return median_interval(means).median;
}

// The step of a clock. Where most readings in a row are equal, it stands still longer than a reading takes,
// and its step is the usual distance between two that differ. Else it moves faster than it can be read, and
// what all distances are multiples of is its step.
double step_ns() {
  constexpr int readings = 20000;
  std::vector<std::uint64_t> steps;
  steps.reserve(readings);
  int taken = 0;
  std::uint64_t common = 0;
  const std::uint64_t begun = os::read_monotonic();
  std::uint64_t last = os::ticks();
  for (; taken < readings || (steps.size() < 5 && os::read_monotonic() - begun < 100'000'000); ++taken) {
    const std::uint64_t step = os::ticks() - last;
    if (step == 0) continue;
    if (steps.size() < readings) steps.push_back(step);
    common = std::gcd(common, step);
    last += step;
  }
  if (steps.empty()) return 100e6;  // not one step in 100 ms
  if (steps.size() * 2 > static_cast<std::size_t>(taken)) return os::to_ns(static_cast<double>(common));
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return os::to_ns(static_cast<double>(*middle));
}

CopySpeed copy_speed(std::size_t size) {
  std::vector<char> from(size, 'x'), to(size, 'y');
  const int calls = static_cast<int>(std::clamp<std::size_t>((std::size_t{4} << 20) / size, 1, 20000));
  const double ns = cost_of(
      [&] {
        std::memcpy(to.data(), from.data(), size);
        os::keep(to.data());
      },
      calls);
  return {.size = size, .bytes_per_s = static_cast<double>(size) / ns * 1e9};
}

}  // namespace

ClockFacts measure_clock(const os::Clock& clock) {
  os::clock_in_use = clock;
  ClockFacts facts;
  facts.clock = clock;
  facts.cost_ns = cost_of([] { static_cast<void>(os::ticks()); }, 20000);
  // With a coarse clock its own steps are too few to time it by: then by the fine one.
  if (clock.source == os::ClockSource::monotonic_coarse) {
    os::clock_in_use = {.source = os::ClockSource::monotonic, .ns_per_tick = 1.0};
    facts.cost_ns = cost_of([] { static_cast<void>(os::read_monotonic_coarse()); }, 20000);
    os::clock_in_use = clock;
  }
  facts.resolution_ns = step_ns();
  return facts;
}

double cache_line_round_trip(unsigned one, unsigned other, unsigned rounds) {
  struct alignas(128) Line {
    std::atomic<unsigned> value = 0;
  } there, back;
  std::thread echo([&] {
    os::pin_to(other);
    for (unsigned k = 1; k <= rounds; ++k) {
      while (there.value.load(std::memory_order_acquire) != k) os::cpu_relax();
      back.value.store(k, std::memory_order_release);
    }
  });
  double ns = 0;
  std::thread ask([&] {
    os::pin_to(one);
    const std::uint64_t start = os::ticks();
    for (unsigned k = 1; k <= rounds; ++k) {
      there.value.store(k, std::memory_order_release);
      while (back.value.load(std::memory_order_acquire) != k) os::cpu_relax();
    }
    ns = os::to_ns(static_cast<double>(os::ticks() - start)) / rounds;
  });
  ask.join();
  echo.join();
  return ns;
}

double wake_up_round_trip(unsigned one, unsigned other, unsigned rounds) {
  struct alignas(128) Bell {
    os::Atomic<std::uint32_t> rung = 0;
    void ring(std::uint32_t turn) {
      rung.store(turn, std::memory_order_seq_cst);
      os::wake_one(rung);
    }
    void wait_for(std::uint32_t turn) {
      for (std::uint32_t seen; (seen = rung.load(std::memory_order_acquire)) != turn;)
        os::wait_on(rung, seen);
    }
  } there, back;
  std::thread echo([&] {
    os::pin_to(other);
    for (unsigned k = 1; k <= rounds; ++k) {
      there.wait_for(k);
      back.ring(k);
    }
  });
  double ns = 0;
  std::thread ask([&] {
    os::pin_to(one);
    const std::uint64_t start = os::ticks();
    for (unsigned k = 1; k <= rounds; ++k) {
      there.ring(k);
      back.wait_for(k);
    }
    ns = os::to_ns(static_cast<double>(os::ticks() - start)) / rounds;
  });
  ask.join();
  echo.join();
  return ns;
}

namespace {

std::vector<WakeUp> measure_wake_ups(const os::Topology& host) {
  std::vector<WakeUp> found;
  if (!os::waits_on_any_word) return found;
  std::string reason;
  for (const Placement placement : every_placement) {
    const auto pair = place(placement, 2, host, reason);
    if (!pair || pair->empty()) continue;
    std::vector<double> trips;
    for (int k = 0; k < 5; ++k) trips.push_back(wake_up_round_trip((*pair)[0], (*pair)[1], 200));
    found.push_back({.placement = placement, .round_trip_ns = median_interval(trips).median});
  }
  return found;
}

}  // namespace

Floors measure_floors(const ClockFacts& clock, const os::Topology& host) {
  const os::Clock in_use = os::clock_in_use;
  os::clock_in_use =
      clock.clock.source == os::ClockSource::monotonic_coarse ? os::choose_clock("monotonic") : clock.clock;
  Floors floors;
  floors.clock = clock;
  floors.system_call_ns = cost_of(os::cheapest_system_call, 20000);
  std::string reason;
  if (const auto pair = place(Placement::two_cores, 2, host, reason)) {
    std::vector<double> trips;
    for (int k = 0; k < 5; ++k) trips.push_back(cache_line_round_trip((*pair)[0], (*pair)[1], 20000));
    floors.cache_line_round_trip_ns = median_interval(trips).median;
  }
  floors.wake_ups = measure_wake_ups(host);
  for (std::size_t size = 8; size <= (std::size_t{4} << 20); size *= 8)
    floors.copy.push_back(copy_speed(size));
  floors.copy.push_back(copy_speed(std::size_t{4} << 20));
  os::clock_in_use = in_use;
  return floors;
}

}  // namespace ipcmark
