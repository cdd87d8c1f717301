// What the reports of a round say: whether every message came as it should, and how long it took.
#pragma once

#include <stdexcept>
#include <vector>

#include "harness/results/record.hpp"
#include "harness/run/control.hpp"
#include "suites/workloads/workload.hpp"

namespace ipcmark {

// A message was lost, repeated, reordered or torn, or a call failed. The trial has no figures.
struct LaunchFailure : std::runtime_error {
  explicit LaunchFailure(Failure what) : std::runtime_error(what.detail), failure(std::move(what)) {}
  Failure failure;
};

// All of `reports` are in the order of `players_of`.
struct Round {
  const Workload& workload;
  const std::vector<Player>& players;
  const std::vector<RoundReport>& reports;
  LoopPlan plan;
};

// Of a round that came to its end; lanes are compared with what was sent.
Tally tally_of(const Round&);
// Throws LaunchFailure unless all came to their end and every message came as it should. `may_miss`: messages
// may be missing.
void judge(const Round&, bool may_miss);
// Throws LaunchFailure unless the urgent message of two, which were sent before the first was received, came
// first.
void judge_overtaking(const Round&);

// From the first producer's first message until the last process has done its last.
double ticks_of(const Round&);
// What the processes of one side used together; peak memory is that of the largest.
ProcessUse use_of(const Round&, bool producers);
// Nothing where each side has one process.
std::optional<Fairness> fairness_of(const Round&);

}  // namespace ipcmark
