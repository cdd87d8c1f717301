// What a run yields. Times are nanoseconds, rates are per second, sizes are bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/histogram.hpp"
#include "harness/measure/floors.hpp"
#include "harness/measure/noise.hpp"
#include "harness/measure/statistics.hpp"
#include "harness/mechanism.hpp"
#include "harness/message.hpp"
#include "harness/os/process.hpp"

namespace ipcmark {

struct TrialKey {
  std::string mechanism, family, workload;
  std::size_t size = 0;  // of a message; 0 for a signal
  Wait wait = Wait::block;
  Placement placement = Placement::two_cores;
  Tuning tuning = {};
  bool operator==(const TrialKey&) const = default;
};
// "shm_spsc/ping_pong/64/spin/two_cores": the trial's name everywhere.
std::string label(const TrialKey&);
// "shm_spsc", or "shm_spsc[depth=256]" where it is not as usual.
std::string variant(const TrialKey&);

// A distribution of durations, in nanoseconds. Bins are those of Histogram, scaled from ticks.
struct Latency {
  double mean = 0, p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0;
  std::uint64_t count = 0, overflow = 0;
  struct Bin {
    double upper_edge = 0;  // ns, inclusive
    std::uint64_t count = 0;
  };
  std::vector<Bin> bins;  // ascending, without empty ones
};
Latency latency_of(const Histogram&, double ns_per_tick);

// What the processes of one side of a launch used during the measured round, nearly always one; peak memory
// is that of the largest.
struct ProcessUse {
  os::Usage usage;
  std::optional<std::uint64_t> proportional_bytes;
  std::optional<std::uint64_t> open_handles;  // that the endpoints hold; of the process with the most
  std::optional<os::HardwareCounters::Reading> counters;
  std::string counters_unavailable;  // why there are none
  bool counters_include_kernel = true;
};

// Jain's index (harness/measure/statistics.hpp) of the producers' rates and of the consumers' shares.
struct Fairness {
  double producers = 1, consumers = 1;
};

struct Launch {
  std::uint64_t messages = 0, bytes = 0;
  double seconds = 0;
  std::optional<Latency> latency;  // none where a message carries no time: a signal that goes one way
  double messages_per_s = 0, bytes_per_s = 0;
  Tally verified;
  std::optional<Fairness> fairness;  // where a side has several processes
  std::optional<double> overtaken;   // ordinary messages that an urgent one overtook, on average
  ProcessUse producer, consumer;
  double set_up_ns = 0;  // from the creation of the link until every child was ready
  Noise noise;
  std::string started;  // UTC
};

struct Failure {
  std::string kind;  // "verification", "hang", "crash", "error"
  std::string detail;
  Tally verified;
};

struct Trial {
  TrialKey key;
  std::vector<Launch> launches;
  std::optional<Failure> failure;  // then there are no launches: a trial that failed has no figures
  std::string stopped_by;          // "precision", "budget", "launches", "interrupted", "failure"
  std::vector<std::string> notes;
};

struct Skipped {
  TrialKey key;
  std::string reason;
};

// Name and value of every statistic of a trial, over its launches.
struct Statistic {
  std::string name;
  Interval interval;
};
std::vector<Statistic> summarise(const Trial&);
// The value of one of them for one launch; nothing where that has none.
std::optional<double> value_of(const Launch&, std::string_view statistic);

// What people must know to read the figures: two modes, contaminated launches, a clock too coarse.
std::vector<std::string> notes_on(const Trial&, const ClockFacts&);

struct RunFacts {
  std::string id, command, suite, started, finished, revision;
  bool partial = true, touch_clipboard = false;
  std::uint64_t seed = 0;
  std::string interrupted_by;
  double duration_s = 0, warm_up_s = 0, target = 0, budget_s = 0;
  unsigned min_launches = 0, max_launches = 0;
};

struct Result {
  RunFacts run;
  Floors floors;
  std::vector<Trial> trials;
  std::vector<Skipped> skipped;
};

}  // namespace ipcmark
