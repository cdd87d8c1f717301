// A suite: which trials, and how much effort for each. The ready ones are the TOML files beside this, built
// into the program; a file of the same form may be given in their place.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/results/record.hpp"
#include "harness/run/session.hpp"

namespace ipcmark {

struct Effort {
  double duration_s = 0.1;  // of the measured round of a launch
  double warm_up_s = 0.01;
  unsigned min_launches = 6;  // the fewest that can give an interval of 95 %
  unsigned max_launches = 30;
  double target =
      0.02;  // launches are added until the interval of the median is within this, relative to the median
  double budget_s = 10;  // or until a trial has taken this long
};

// The values of one axis of harness/tuning.hpp; 0 is the usual.
struct AxisValues {
  const Axis* axis = nullptr;
  std::vector<std::size_t> values;
};

// A block of trials: every combination of what is listed. Entries are names or patterns. A mechanism that
// does not have an axis is taken once, as usual.
struct Selection {
  std::vector<std::string> mechanisms{"*"}, workloads{"*"}, waits{"*"}, placements{"two_cores"};
  std::vector<std::size_t> sizes{64};
  std::vector<AxisValues> options = {};
};

struct Suite {
  std::string name, summary;
  Effort effort;
  std::vector<Selection> selections;
};

// What was typed to narrow or change a suite.
struct Overrides {
  std::vector<std::string> mechanisms, workloads, waits,
      placements;                   // the first three narrow, the last replaces
  std::vector<std::size_t> sizes;   // replaces
  std::vector<AxisValues> options;  // replaces
  std::optional<double> duration_s, budget_s, target;
  std::optional<unsigned> launches;
};

struct SuiteText {
  std::string_view name, toml;
};
std::span<const SuiteText> built_in_suites();  // generated from suites/benchmark/*.toml

// By name, or by the path of a TOML file; without a name everything, at 64 bytes. Throws UsageError.
Suite load_suite(const std::string& name);
Suite parse_suite(std::string_view toml, const std::string& source);
Suite apply(Suite, const Overrides&);

// Throws UsageError for an unknown name.
const Axis& axis_named(const std::string& name);
// "256", "1MiB", "usual", or one of the axis' names. Throws UsageError.
std::size_t parse_value(const Axis&, const std::string& text);
// "depth=16,256" "buffer=1MiB" "memory=memfd", or all in one list. Throws UsageError.
std::vector<AxisValues> parse_options(const std::vector<std::string>& typed);

struct Plan {
  std::vector<TrialKey> trials;
  std::vector<Skipped> skipped;
};

// Every trial of a suite, without repetition, and those that cannot run here with the reason. Throws
// UsageError for an unknown name, an impossible size, or when nothing remains.
Plan make_plan(const Suite&, Session&);

// How long a plan takes, seconds: the least (every trial precise at once) and the most.
struct Estimate {
  double least_s = 0, most_s = 0;
};
// `overhead_s` is what a launch takes beyond its measured round and its warm-up: runner.hpp measures it.
inline constexpr double usual_overhead_s = 0.012;
Estimate estimate(const Plan&, const Effort&, double overhead_s = usual_overhead_s);

}  // namespace ipcmark
