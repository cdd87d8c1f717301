// The floors under every figure, measured on the same processors: clock, system call, cache line, copy.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/measure/placement.hpp"
#include "harness/os/clock.hpp"
#include "harness/os/cpu.hpp"

namespace ipcmark {

struct ClockFacts {
  os::Clock clock;
  double cost_ns = 0;        // of one reading
  double resolution_ns = 0;  // the step by which it advances
  // Whether a duration is measured to 5 % by one reading at each end.
  bool fine_enough_for(double ns) const noexcept { return resolution_ns <= ns / 20; }
};
ClockFacts measure_clock(const os::Clock&);

struct CopySpeed {
  std::size_t size = 0;
  double bytes_per_s = 0;
};

// Two threads that wake each other by futex(2) and sleep meanwhile.
struct WakeUp {
  Placement placement = Placement::two_cores;
  double round_trip_ns = 0;
};

struct Floors {
  ClockFacts clock;
  double system_call_ns = 0;                       // getppid(2)
  std::optional<double> cache_line_round_trip_ns;  // a line to another core and one back; none with one core
  std::vector<WakeUp>
      wake_ups;  // where this host has such a place; none where only shared memory is waited on
  std::vector<CopySpeed> copy;  // one-way memcpy within one process, by size
};

// Takes about half a second.
Floors measure_floors(const ClockFacts&, const os::Topology&);

// The mean of a round trip of two cache lines, one for each way, between threads pinned to these processors.
double cache_line_round_trip(unsigned one, unsigned other, unsigned rounds);
// The same of two that sleep until they are woken. Where the system can wait on any word only.
double wake_up_round_trip(unsigned one, unsigned other, unsigned rounds);

}  // namespace ipcmark
