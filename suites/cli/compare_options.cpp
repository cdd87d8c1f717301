#include "suites/cli/compare_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "suites/benchmark/units.hpp"

namespace ipcmark {
namespace {

void check_statistics(const std::vector<std::string>& names) {
  static const std::vector<std::string> known{"p50",
                                              "p90",
                                              "p99",
                                              "p999",
                                              "max",
                                              "mean",
                                              "bytes_per_s",
                                              "messages_per_s",
                                              "cpu_ns_per_message",
                                              "peak_rss_bytes"};
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = suggestion(name, known);
    throw UsageError(fmt::format("no statistic named '{}'; {}", name,
                                 near.empty() ? fmt::format("there are: {}", fmt::join(known, ", ")) : near));
  }
}

}  // namespace

double parse_share(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const std::string unit(end);
  if (end == text.c_str() || (unit != "%" && !unit.empty()) || value <= 0 || (unit.empty() && value >= 1))
    throw UsageError(fmt::format("'{}' is no share; write 5% or 0.05", text));
  return unit == "%" ? value / 100 : value;
}

Injection parse_injection(const std::string& text) {
  if (text.empty()) return {};
  if (text == "crash") return {.share = 0, .ns = 0, .dies = true};
  if (text.ends_with("s")) return {.share = 0, .ns = 1e9 * parse_duration(text), .dies = false};
  return {.share = parse_share(text), .ns = 0, .dies = false};
}

std::vector<Judged> judged_of(const TrialKey& key, const CompareOptions& options) {
  std::vector<Judged> judged;
  check_statistics(split_list(options.statistics));
  for (const std::string& name : split_list(options.statistics))
    judged.push_back(
        {.statistic = name, .margin = usual_margin(name), .less_is_better = less_is_better(name)});
  if (judged.empty()) judged = usual_statistics(*workload_named(key.workload));
  for (const std::string& text : split_list(options.margins)) {
    const std::size_t sign = text.find('=');
    const double margin = parse_share(sign == std::string::npos ? text : text.substr(sign + 1));
    for (Judged& one : judged) {
      if (sign == std::string::npos || one.statistic == text.substr(0, sign)) one.margin = margin;
    }
  }
  return judged;
}

void add_sides(CLI::App& app, CompareOptions& options) {
  app.add_option("what", options.words,
                 "two or more mechanisms, programs (paths of other builds of ipcmark) or results (their "
                 "directories), the "
                 "baseline first; and a suite: quick, standard, full, load, or a TOML file")
      ->type_name("WHAT");
}

void add_builds(CLI::App& app, CompareOptions& options) {
  app.add_option("--baseline-bin", options.baseline_bin,
                 "the baseline is this build of ipcmark; the candidate is the one that runs now");
  app.add_option(
      "--baseline-rev", options.baseline_rev,
      "the baseline is this revision of the source tree around the current folder, which is built for it");
  app.add_option("--candidate-bin", options.candidate_bin, "the candidate is this build of ipcmark");
}

void add_judging(CLI::App& app, CompareOptions& options) {
  add_list(app, "--statistic", options.statistics,
           "which figures are judged: p50, p99, messages_per_s, cpu_ns_per_message, peak_rss_bytes ...; "
           "default: what "
           "a workload is for, its tail, CPU and memory");
  add_list(
      app, "--margin", options.margins,
      "what counts as no change: p99=10%, or one for all: 2%; default 1 % for p50, rates and CPU, else 5 %");
  app.add_option("--pairs,-n", options.pairs,
                 "most pairs of launches of a trial, and pairs of a second batch that confirms an alarm")
      ->check(CLI::Range(6, 100000))
      ->capture_default_str();
  app.add_option("--looks", options.number_of_looks,
                 "a trial may end early at so many looks, at equal distances; 1: all its pairs are measured")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  app.add_option("--confirm-pairs", options.confirm_pairs,
                 "another number of pairs for the second batch; of fewer than 7 none could confirm at 1 %")
      ->check(CLI::Range(7, 100000));
  app.add_option("--alpha", options.alpha, "chance of a wrong verdict of a figure, over all looks")
      ->check(CLI::Range(0.0001, 0.5))
      ->capture_default_str();
  app.add_flag("--allow-mismatch", options.allow_mismatch,
               "compare results although they come from different machines or builds, with a banner");
  app.add_flag("--fail-inconclusive", options.fail_inconclusive, "exit code 5 when a verdict is open");
}

void add_measuring(CLI::App& app, CompareOptions& options) {
  app.add_option("--duration,-d", options.selection.duration, "measured time of a launch: 30ms");
  app.add_option("--watchdog", options.selection.watchdog,
                 "time without progress after which a launch counts as hung: 10s");
  app.add_option("--within", options.within, "the first batch ends after so long, with what it has: 4m");
  app.add_option("--seed", options.seed, "of the order of launches; recorded");
  app.add_option("--inject", options.inject,
                 "make the candidate's consumer worse on purpose: slower by a share of a message's time, or "
                 "by a time, or "
                 "dead: 5%, 50ns, crash; both sides then go through the same wrapper");
  app.add_flag("--force", options.force, "measure although both sides are the same program");
  app.add_option("--out,-o", options.out, "directory of the comparison; default results/compare-<time>");
  app.add_flag("--all", options.all, "show every figure, also those that are unchanged");
  app.add_flag("--wait-for-host", options.wait_for_host, "wait until another run on this host is over");
  app.add_flag("--quiet,-q", options.quiet, "no progress and no table, only errors");
  add_consent(app);
}

}  // namespace ipcmark
