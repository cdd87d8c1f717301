// ipcmark run: plan, measure, keep, show.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>

#include "harness/results/build_info.hpp"
#include "harness/results/hgrm.hpp"
#include "suites/benchmark/runner.hpp"
#include "suites/benchmark/units.hpp"
#include "suites/cli/lock_host.hpp"
#include "suites/cli/program.hpp"

namespace ipcmark {
namespace {

// Not while another run measures: the usual figure then has to do.
double overhead_here(const Plan& plan, Session& session) {
  const auto [lock, holder] = os::HostLock::acquire();
  if (!lock) return usual_overhead_s;
  LaunchSettings settings;
  settings.clock = measure_clock(os::choose_clock("auto"));
  return measure_overhead(plan, settings, session);
}

void print_plan(const Plan& plan, const Effort& effort, double overhead_s) {
  for (const TrialKey& key : plan.trials) fmt::print("{}\n", label(key));
  for (const Skipped& one : plan.skipped) fmt::print("skipped {}: {}\n", label(one.key), one.reason);
  const Estimate time = estimate(plan, effort, overhead_s);
  const std::string launches = effort.min_launches == effort.max_launches
                                   ? fmt::format("{}", effort.min_launches)
                                   : fmt::format("{} to {}", effort.min_launches, effort.max_launches);
  const std::string least = show_duration(time.least_s), most = show_duration(time.most_s);
  fmt::print("\n{} trials, {} launches of {} each: {}\n", plan.trials.size(), launches,
             show_ns(effort.duration_s * 1e9), least == most ? "about " + least : least + " to " + most);
}

std::string file_safe(std::string name) {
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

Result new_result(const RunOptions& options, const Suite& suite, const Plan& plan, const Session& session) {
  Result result;
  result.run.id = session.id();
  result.run.command = options.command;
  result.run.suite = suite.name;
  result.run.started = os::utc_now();
  result.run.revision = build_info.revision;
  result.run.seed = options.seed ? *options.seed : std::random_device{}();
  result.run.duration_s = suite.effort.duration_s;
  result.run.warm_up_s = suite.effort.warm_up_s;
  result.run.min_launches = suite.effort.min_launches;
  result.run.max_launches = suite.effort.max_launches;
  result.run.target = suite.effort.target;
  result.run.budget_s = suite.effort.budget_s;
  result.run.touch_clipboard = clipboard_may_be_touched;
  for (const TrialKey& key : plan.trials) {
    result.trials.emplace_back();
    result.trials.back().key = key;
  }
  result.skipped = plan.skipped;
  return result;
}

Result resumed_result(const std::string& directory) {
  ResultStore::Journal journal = ResultStore::read_journal(directory);
  if (journal.run.revision != build_info.revision) {
    throw Mismatch(
        fmt::format("{} was measured by revision {}, this is {}: one result holds one build; measure anew",
                    directory, journal.run.revision, build_info.revision));
  }
  Result result;
  result.run = journal.run;
  result.trials = std::move(journal.trials);
  result.skipped = std::move(journal.skipped);
  return result;
}

Effort effort_of(const RunFacts& run) {
  return {.duration_s = run.duration_s,
          .warm_up_s = run.warm_up_s,
          .min_launches = run.min_launches,
          .max_launches = run.max_launches,
          .target = run.target,
          .budget_s = run.budget_s};
}

std::string directory_of(const RunOptions& options, const RunFacts& run) {
  if (!options.resume.empty()) return options.resume;
  return options.out.empty() ? "results/" + file_safe(run.suite) + "-" + run.id : options.out;
}

int tell(const Result& result, const std::string& directory, const RunOptions& options, Session& session) {
  const auto failed = std::count_if(result.trials.begin(), result.trials.end(),
                                    [](const Trial& t) { return t.failure.has_value(); });
  if (!options.quiet) {
    fmt::print("{}", table_of(result));
    fmt::print("\n{}", remarks_on(result));
    fmt::print("result: {}/result.json{}\n", directory, result.run.partial ? " (partial)" : "");
  }
  const auto left = session.sweep();
  for (const std::string& name : left)
    fmt::print(stderr, "ipcmark: {} was left behind, and is removed now\n", name);
  if (os::termination_signal() != 0) {
    fmt::print(stderr, "ipcmark: interrupted; go on with: ipcmark run --resume {}\n", directory);
    return 128 + os::termination_signal();
  }
  return failed > 0 || !left.empty() ? exit_code::failure : exit_code::fine;
}

}  // namespace

int run_command(const RunOptions& options) {
  const bool resumed = !options.resume.empty();
  Suite suite;
  if (!resumed) suite = apply(load_suite(options.suite), options.overrides);
  Session session;
  if (options.dry_run) {
    const Plan plan = make_plan(suite, session);
    print_plan(plan, suite.effort, overhead_here(plan, session));
    return exit_code::fine;
  }
  os::catch_termination();
  const os::HostLock lock = lock_host(options.wait_for_host);
  Result result = resumed ? resumed_result(options.resume)
                          : new_result(options, suite, make_plan(suite, session), session);
  clipboard_may_be_touched = result.run.touch_clipboard;  // also of one that goes on: it was allowed then
  const Effort effort = effort_of(result.run);
  const std::string directory = directory_of(options, result.run);
  ResultStore store(directory, resumed);
  const ClockFacts clock = measure_clock(os::choose_clock(options.clock));
  result.floors = measure_floors(clock, os::topology());
  os::clock_in_use = clock.clock;
  store.begin(result, environment_with_doctor());
  Plan plan;
  for (const Trial& trial : result.trials) plan.trials.push_back(trial.key);
  const Estimate time = estimate(plan, effort);
  Progress progress(result.trials.size(),
                    result.trials.size() * (effort.min_launches + effort.max_launches) / 2,
                    (time.least_s + time.most_s) / 2, options.quiet);
  LaunchSettings settings;
  settings.duration_s = effort.duration_s;
  settings.warm_up_s = effort.warm_up_s;
  settings.clock = clock;
  settings.patience = Cast::Patience(options.watchdog_s);
  Runner(result, effort, settings, session, store, progress).run();
  if (options.hgrm) write_hgrm(result, directory);
  const int code = tell(result, directory, options, session);
  if (!options.report || os::termination_signal() != 0) return code;
  const int reported = report_command({directory});
  return code != exit_code::fine ? code : reported;
}

}  // namespace ipcmark
