// What is compared, with what, and what came out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/measure/paired.hpp"
#include "harness/results/record.hpp"
#include "suites/workloads/workload.hpp"

namespace ipcmark {

// One of the things compared; the first of them is the baseline.
struct Side {
  std::string name;        // as people are shown it
  std::string program;     // makes its launches; empty for a stored result
  std::string mechanism;   // instead of the trial's own, where mechanisms are compared
  bool sabotaged = false;  // made worse on purpose by CompareSettings::inject
};

// A statistic of a launch that is judged: those of harness/results/record.hpp.
struct Judged {
  std::string statistic;
  double margin = 0.01;  // a share: what is within it counts as no change
  bool less_is_better = true;
};

// A statistic's usual margin: 1 % for p50, rates and CPU per message, 5 % for p99 and for peak memory.
double usual_margin(std::string_view statistic) noexcept;
bool less_is_better(std::string_view statistic) noexcept;
// What is judged of a workload where nothing is chosen: what it is for, its p99 if that is a time, CPU per
// message and peak memory. (The latency of a message of a saturated stream is how long its queue was.)
std::vector<Judged> usual_statistics(const Workload&);

// How the candidate is made worse on purpose: slower by a share of what a message takes, or by a time. None:
// not at all.
struct Injection {
  double share = 0, ns = 0;
  bool dies = false;  // or it is killed in the middle of a launch
  bool any() const noexcept { return share > 0 || ns > 0 || dies; }
};

struct CompareSettings {
  // After so many pairs there is a look; each may be the last. The chance of a wrong verdict is `alpha` over
  // all looks, an equal part of it for each, so that the intervals shown are of 1 - alpha / looks.
  std::vector<unsigned> looks{10, 20, 30};
  double alpha = 0.05;
  // The second batch: so many pairs, and the chance that any alarm is confirmed which is none.
  unsigned confirm_pairs = 30;
  double confirm_alpha = 0.01;
  // For a gate: a trial goes on after a look only while it may be a regression, which is while at least half
  // of its pairs are worse by more than the margin; and improvements are not confirmed.
  bool only_regressions = false;
  double budget_s = 0;  // of the first batch; 0: none
  double duration_s = 0.03, warm_up_s = 0.005, watchdog_s = 10;
  std::uint64_t seed = 0;
  Injection inject;
};

// One statistic of a candidate against the baseline's.
struct Change {
  Judged of;
  double baseline = 0, candidate = 0;  // medians over the launches
  Interval log_ratio;                  // of candidate to baseline; of the second batch where there was one
  std::size_t pairs = 0;
  Verdict verdict = Verdict::inconclusive;
  bool confirmed = false;  // by the second batch
  std::string why;         // what speaks against an alarm, or keeps a verdict open
  std::size_t pairs_to_settle = 0;
};

struct CellFailure {
  std::size_t side = 0;
  Failure failure;
};

// One trial, for all sides.
struct Cell {
  TrialKey key;
  std::vector<Judged> judged;
  // values[side][statistic][pair]; a launch that does not have a statistic has no number there.
  using Values = std::vector<std::vector<std::vector<double>>>;
  Values first, second;  // the batches; in the second the baseline comes once more, as the last side
  // Launches of a side that were made before, stored[side][statistic][launch]; an empty side is measured now.
  Values stored = {};
  std::vector<std::vector<Change>> changes;  // by candidate: side 1 is the first
  std::optional<CellFailure> failure;        // then nothing of it is judged
  std::optional<std::size_t> lacking;        // a side that does not have this trial at all
  std::string reason;                        // why it is lacking
  bool live = true;
};

// "+5.2 % [+4.1, +6.0]", or "20.3x [19.8, 21.1]".
std::string change_text(const Interval& log_ratio);

// Room for the values of so many sides.
Cell::Values no_values(std::size_t sides, std::size_t statistics);

// The verdicts of the first batch, each with intervals of `coverage`.
void judge_first(Cell&, double coverage);
// Whether more pairs are worth their time: some verdict is open, and for a gate may become a regression.
bool goes_on(const Cell&, bool only_regressions);

// The verdicts of the second batch on every alarm of the first, in all cells at once, since they are one
// family.
void confirm(std::vector<Cell>&, const CompareSettings&);
bool has_alarm(const Cell&, bool only_regressions);

// How stored launches are dealt out, so that the second batch is of others than the first: a third of them
// for the first batch, one for the second, and one that is set against the second as the baseline once more.
// Of fewer than 18 launches all go into the first, and nothing can be confirmed.
struct Deal {
  std::size_t each = SIZE_MAX;  // pairs of a batch
  bool second = true;           // there is a second one
};
Deal deal_of(const Cell&) noexcept;

// Of a whole comparison.
struct Compared {
  std::vector<Side> sides;
  std::vector<Cell> cells;
  CompareSettings settings;
  std::string command, started, finished, interrupted_by;
  bool interleaved = true;   // false: results that were measured at different times
  bool identical = false;    // both programs are the same, byte for byte
  bool out_of_time = false;  // the budget ended the first batch
  std::vector<std::string> banners;
};

// An alarm between two that are the same program is none, and its change says so.
void count_as_unchanged(Compared&);

}  // namespace ipcmark
