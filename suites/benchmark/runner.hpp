// Measures a plan: launches of all trials interleaved, until each is precise enough or its budget is spent.
#pragma once

#include <functional>
#include <random>

#include "harness/results/store.hpp"
#include "suites/benchmark/progress.hpp"
#include "suites/benchmark/suite.hpp"
#include "suites/workloads/launch.hpp"

namespace ipcmark {

// Rounds: in each, every trial that is not finished gets one launch, in an order drawn anew from the seed, so
// that a drift of the machine hits all trials alike (Mytkowicz et al., ASPLOS 2009; DESIGN 5.3).
class Runner {
 public:
  Runner(Result& result, const Effort& effort, LaunchSettings settings, Session& session, ResultStore& store,
         Progress& progress);

  // Returns when every trial is finished or a termination signal has come; the result says which.
  void run();

 private:
  struct Work {
    Trial* trial;
    double spent_s = 0;
    bool finished = false;
  };
  void measure(Work& work);
  void settle(Work& work);
  void fail(Work& work, const Failure& failure);
  void finish_all(const std::string& interrupted_by);

  Result& result_;
  Effort effort_;
  LaunchSettings settings_;
  Session& session_;
  ResultStore& store_;
  Progress& progress_;
  std::vector<Work> work_;
};

// What a launch takes on this host beyond its measured round and its warm-up, in seconds: starting and ending
// processes, set-up, the noise probes. The mean of a few short launches from all over the plan.
double measure_overhead(const Plan&, LaunchSettings, Session&);

// The statistic whose precision decides: the median round trip where one is timed, else the rate.
Interval primary_interval(const Trial&);

}  // namespace ipcmark
