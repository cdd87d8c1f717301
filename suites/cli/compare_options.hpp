// What is typed for a comparison, and what it means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "suites/cli/selection.hpp"
#include "suites/compare/comparison.hpp"

namespace ipcmark {

struct CompareOptions {
  std::vector<std::string> words;  // what is compared, and perhaps a suite
  std::string baseline_bin, baseline_rev, candidate_bin;
  TypedSelection selection;
  std::vector<std::string> margins, statistics;
  std::string inject, within, out;
  std::string baseline, store;  // a stored baseline's name, and where they are kept
  unsigned pairs = 30, number_of_looks = 3;
  std::optional<unsigned> confirm_pairs;   // else as many as `pairs`
  std::vector<unsigned> looks;             // after so many pairs each; else at equal distances
  std::optional<double> longest_launch_s;  // a suite's launches are cut to this
  bool only_regressions = false;
  double alpha = 0.05;
  std::optional<std::uint64_t> seed;
  bool allow_mismatch = false, force = false, all = false, quiet = false, wait_for_host = false,
       fail_inconclusive = false;
  std::string command;
};

void add_sides(CLI::App&, CompareOptions&);   // what is compared, for `compare`
void add_builds(CLI::App&, CompareOptions&);  // the builds that are compared
void add_judging(CLI::App&, CompareOptions&);
void add_measuring(CLI::App&, CompareOptions&);

// "5%", "0.05". Throws UsageError.
double parse_share(const std::string& text);
// "5%", "50ns", "crash", or nothing. Throws UsageError.
Injection parse_injection(const std::string& text);
// What is judged of a trial. Throws UsageError.
std::vector<Judged> judged_of(const TrialKey&, const CompareOptions&);

// Sides, trials and settings; nothing is measured yet. Throws UsageError, Unsupported, Mismatch.
Compared plan_of(const CompareOptions&);

}  // namespace ipcmark
