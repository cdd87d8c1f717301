// The lines of ipcmark_against_bare, which differ from system to system.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "suites/benchmark/bare_loops.hpp"
#include "suites/workloads/launch.hpp"

namespace ipcmark {

// One line of the table: a figure of ours over the same figure of a bare loop. `at_most` false: more is
// better. Nothing is wanted of a line that is only for comparing two yardsticks: 0.
struct Comparison {
  std::string name, figure;
  bool at_most;
  double wanted;
  std::function<double()> bare;
  std::function<double()> ours;
};

struct Bench {
  Session session;
  LaunchSettings settings;
  BarePlace same, two;

  Launch launch(const char* mechanism, const char* workload, std::size_t size, Wait wait,
                Placement placement) {
    const TrialKey key{.mechanism = mechanism,
                       .family = {},
                       .workload = workload,
                       .size = size,
                       .wait = wait,
                       .placement = placement};
    return run_launch(key, settings, session);
  }
  double p50(const char* mechanism) {
    return launch(mechanism, "ping_pong", 64, Wait::block, Placement::same_core).latency->p50;
  }
  double rate(std::size_t size) {
    return launch("shm_spsc", "stream", size, Wait::spin, Placement::two_cores).messages_per_s;
  }
};

// Of this system. In memory: those that take two cores.
std::vector<Comparison> kernel_comparisons(Bench&);
std::vector<Comparison> memory_comparisons(Bench&);

// The exit code of a process that these comparisons have started, where there is no fork; nothing for any
// other process.
std::optional<int> bare_child(int argc, char** argv);

}  // namespace ipcmark
