// One launch of a trial: fresh processes, fresh kernel objects, warm-up, one measured round.
#pragma once

#include "harness/mechanism.hpp"
#include "harness/results/record.hpp"
#include "harness/run/cast.hpp"
#include "harness/run/sabotaged.hpp"
#include "harness/run/session.hpp"
#include "suites/workloads/verdict.hpp"

namespace ipcmark {

struct LaunchSettings {
  double duration_s = 0.1;  // of the measured round
  double warm_up_s = 0.01;
  ClockFacts clock;
  bool probe_noise = true;
  std::optional<Sabotage> sabotage = {};           // of the consumers: harness/run/sabotaged.hpp
  Cast::Patience patience = Cast::usual_patience;  // without progress, until a launch counts as hung
};

// Messages that fit into a channel whose depth can be chosen: as many as 64 KiB hold, like a pipe, but from
// 64 to 1024 of them; of large ones as many as 4 MiB hold, but at least 4. (Messages of 1 MiB move through a
// ring of 4 at 1.4 times the rate of one of 16: what was written is still in a cache.)
std::size_t depth_for(std::size_t size);

// Throws Unsupported when this host cannot; LaunchFailure; Interrupted.
Launch run_launch(const TrialKey&, const LaunchSettings&, Session&);
// The same with a workload that has no name, such as one with other numbers of producers and consumers.
Launch run_launch(const TrialKey&, const Workload&, const LaunchSettings&, Session&);

// Why a trial of this mechanism, workload, size and tuning cannot run here; empty when it can. Creates the
// links that a launch has, one where no workload is named, and drops them.
std::string why_unsupported(const TrialKey&, Session&);

}  // namespace ipcmark
