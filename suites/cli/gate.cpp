// ipcmark compare and ipcmark gate: measure, judge, tell.
#include "suites/cli/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "suites/cli/lock_host.hpp"
#include "suites/cli/program.hpp"
#include "suites/compare/compare_store.hpp"
#include "suites/compare/compared_report.hpp"
#include "suites/compare/gate_report.hpp"

namespace ipcmark {
namespace {

// The usual gate ends within five minutes when nothing has changed.
constexpr double gate_launch_s = 0.003;
constexpr const char* gate_within = "4m";
const std::vector<unsigned> gate_looks{8, 18, 30};

int exit_code_of(const Compared& compared, const CompareOptions& options, bool strict) {
  if (os::termination_signal() != 0) return 128 + os::termination_signal();
  const Tallied counts = tally(compared);
  if (counts.failed > 0) return exit_code::failure;
  if (counts.regressed > 0) return exit_code::regression;
  if (strict && counts.lacking > 0) return exit_code::mismatch;
  if (counts.inconclusive > 0 && options.fail_inconclusive) return exit_code::inconclusive;
  return exit_code::fine;
}

bool nothing_can_differ(const Compared& compared, const CompareOptions& options) {
  if (!compared.identical || options.force) return false;
  if (!options.quiet)
    fmt::print("unchanged: {} and {} are the same program, byte for byte; --force measures all the same\n",
               compared.sides.front().name, compared.sides.back().name);
  return true;
}

void write(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::trunc);
  out << text << std::flush;
  if (!out) throw UsageError("cannot write " + file);
}

// Measures, judges and keeps; shows the table.
std::string carry_out(Compared& compared, const CompareOptions& options) {
  const os::HostLock lock = lock_host(options.wait_for_host);
  const nlohmann::json environment = environment_with_doctor();
  std::string directory = options.out;
  if (directory.empty()) directory = "results/compare-" + Session().id();
  CompareStore store(directory, options.quiet);
  Comparer comparer(compared, store);
  store.begin(compared, environment);
  comparer.run();
  // Whatever was found in a program that is the same, the machine has done it.
  if (compared.identical) count_as_unchanged(compared);
  store.finish(compared, environment);
  if (!options.quiet) {
    fmt::print("{}", table_of(compared, options.all));
    fmt::print("comparison: {}/comparison.json{}\n", directory,
               compared.interrupted_by.empty() ? "" : " (partial)");
  }
  return directory;
}

void tell_ci(const Compared& compared, const GateOptions& options, const std::string& directory, int code) {
  const std::string junit = junit_of(compared), markdown = markdown_of(compared),
                    json = brief_of(compared, code).dump(1) + "\n";
  write(directory + "/junit.xml", junit);
  write(directory + "/summary.md", markdown);
  write(directory + "/gate.json", json);
  if (!options.junit.empty()) write(options.junit, junit);
  if (!options.markdown.empty()) write(options.markdown, markdown);
  if (!options.json.empty()) write(options.json, json);
  if (options.github) fmt::print("{}", annotations_of(compared));
}

}  // namespace

int compare_command(const CompareOptions& options) {
  os::catch_termination();
  Compared compared = plan_of(options);
  if (nothing_can_differ(compared, options)) return exit_code::fine;
  carry_out(compared, options);
  return exit_code_of(compared, options, false);
}

int gate_command(const GateOptions& typed) {
  os::catch_termination();
  GateOptions options = typed;
  CompareOptions& comparing = options.compare;
  if (comparing.words.empty() && comparing.baseline.empty()) comparing.words = {"quick"};
  comparing.only_regressions = true;
  if (comparing.selection.duration.empty()) comparing.longest_launch_s = gate_launch_s;
  if (comparing.within.empty()) comparing.within = gate_within;
  if (comparing.pairs == gate_looks.back() && comparing.number_of_looks == 3) comparing.looks = gate_looks;
  Compared compared = plan_of(comparing);
  if (nothing_can_differ(compared, comparing)) return exit_code::fine;
  const std::string directory = carry_out(compared, comparing);
  const int code = exit_code_of(compared, comparing, options.strict);
  tell_ci(compared, options, directory, code);
  return code;
}

}  // namespace ipcmark
