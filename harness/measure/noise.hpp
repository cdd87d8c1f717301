// A short look at the host around the measured round of a launch: did somebody else use the machine
// meanwhile?
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/measure/placement.hpp"
#include "harness/os/process.hpp"

namespace ipcmark {

// A contaminated launch is marked and stays in the record: it is neither dropped nor hidden in an average.
struct Noise {
  double wake_up_ns = 0;                  // worst delay of four timed sleeps, two before and two after
  std::optional<double> stolen_ns;        // taken by the hypervisor, all processors together
  std::optional<double> cpu_pressure_ns;  // in which some task of the host waited for a processor
  os::Usage::MaybeCount involuntary_switches = 0;  // of the cast's processes, during the measured round
  bool contaminated = false;
  std::vector<std::string> reasons;
};

class NoiseProbe {
 public:
  NoiseProbe();  // takes the first half
  // The second half and the verdict. `seconds` is what the measured round took.
  Noise finish(Placement placement, bool spins, os::Usage::MaybeCount involuntary_switches, double seconds);

 private:
  double wake_up_ns_;
  std::optional<std::uint64_t> stolen_, pressure_us_;
};

}  // namespace ipcmark
