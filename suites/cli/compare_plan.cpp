// Which sides and which trials a comparison has.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "harness/os/process.hpp"
#include "harness/results/environment.hpp"
#include "harness/run/session.hpp"
#include "suites/benchmark/units.hpp"
#include "suites/cli/compare_options.hpp"
#include "suites/cli/program.hpp"
#include "suites/compare/revision.hpp"
#include "suites/compare/stable_environment.hpp"
#include "suites/compare/stored.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Names = std::vector<std::string>;

// A side, and the result that it is where it was measured before.
struct Given {
  Side side;
  Json result = nullptr;
  bool stored() const { return !result.is_null(); }
};
struct Chosen {
  std::vector<Given> sides;
  std::string suite;
};

bool is_suite(const std::string& word) {
  return word.ends_with(".toml") || std::any_of(built_in_suites().begin(), built_in_suites().end(),
                                                [&](const SuiteText& suite) { return suite.name == word; });
}

bool same_content(const std::string& a, const std::string& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  if (fs::file_size(a, error) != fs::file_size(b, error)) return false;
  std::ifstream one(a, std::ios::binary), other(b, std::ios::binary);
  return std::equal(std::istreambuf_iterator<char>(one), {}, std::istreambuf_iterator<char>(other));
}

Given program_side(const std::string& name, const std::string& path) {
  return {.side = {.name = name, .program = fs::absolute(path).string(), .mechanism = {}}};
}

Given side_of(const std::string& word) {
  std::error_code error;
  if (fs::is_directory(word, error) || word.ends_with(".json")) {
    Json result = read_result(word);
    return {.side = {.name = word, .program = {}, .mechanism = {}}, .result = std::move(result)};
  }
  if (mechanism_named(word) != nullptr)
    return {.side = {.name = word, .program = os::executable_path(), .mechanism = word}};
  if (fs::is_regular_file(word, error)) return program_side(word, word);
  Names known;
  for (const Mechanism* mechanism : mechanisms()) known.emplace_back(mechanism->traits.name);
  const std::string near = suggestion(word, known);
  throw UsageError(fmt::format("'{}' is no mechanism, no program, no result and no suite{}", word,
                               near.empty() ? "" : "; " + near));
}

// The baseline that an option names; nothing where none does.
std::optional<Given> named_baseline(const CompareOptions& options) {
  const int given = int{!options.baseline_bin.empty()} + int{!options.baseline_rev.empty()} +
                    int{!options.baseline.empty()};
  if (given > 1) throw UsageError("one baseline is enough: --baseline, --baseline-bin or --baseline-rev");
  if (!options.baseline_bin.empty()) return program_side(options.baseline_bin, options.baseline_bin);
  if (!options.baseline_rev.empty())
    return program_side("revision " + options.baseline_rev,
                        build_revision(options.baseline_rev, options.quiet));
  if (options.baseline.empty()) return std::nullopt;
  // Read first: GCC 12 destroys the members before one that throws twice.
  Json result = Baselines(options.store).load(options.baseline);
  return Given{.side = {.name = "baseline " + options.baseline, .program = {}, .mechanism = {}},
               .result = std::move(result)};
}

void check_kinds(const std::vector<Given>& sides) {
  if (sides.size() < 2)
    throw UsageError(
        "nothing to compare with; name two mechanisms, two builds of ipcmark or two results, or give a "
        "baseline");
  const Given& first = sides.front();
  for (const Given& one : sides) {
    if (one.side.mechanism.empty() == first.side.mechanism.empty() &&
        (one.stored() || !one.side.program.empty()))
      continue;
    throw UsageError(
        "mechanisms are compared with mechanisms, programs with programs, and results with results");
  }
  const bool some_stored =
      std::any_of(sides.begin(), sides.end(), [](const Given& one) { return one.stored(); });
  if (some_stored && !first.stored())
    throw UsageError("the baseline comes first: a stored result cannot be the candidate of a program");
}

Chosen choose(const CompareOptions& options) {
  Chosen chosen;
  if (auto baseline = named_baseline(options)) {
    chosen.sides.push_back(std::move(*baseline));
    chosen.sides.push_back(options.candidate_bin.empty()
                               ? program_side("this build", os::executable_path())
                               : program_side(options.candidate_bin, options.candidate_bin));
  } else if (!options.candidate_bin.empty()) {
    throw UsageError("--candidate-bin needs a baseline");
  }
  for (const std::string& word : options.words) {
    if (is_suite(word)) {
      if (!chosen.suite.empty()) throw UsageError(fmt::format("two suites: {} and {}", chosen.suite, word));
      chosen.suite = word;
    } else {
      chosen.sides.push_back(side_of(word));
    }
  }
  check_kinds(chosen.sides);
  return chosen;
}

// The trials of a suite; where mechanisms are compared those that all of them can take part in, under the
// first one's name.
std::vector<TrialKey> trials_of(const std::vector<Given>& sides, const Suite& suite) {
  Session session;
  if (sides.front().side.mechanism.empty()) return make_plan(suite, session).trials;
  const auto without_mechanism = [](TrialKey key) {
    key.mechanism = key.family = {};
    return label(key);
  };
  std::vector<TrialKey> common;
  for (std::size_t k = 0; k < sides.size(); ++k) {
    Overrides only;
    only.mechanisms = {sides[k].side.mechanism};
    const std::vector<TrialKey> trials = make_plan(apply(suite, only), session).trials;
    if (k == 0) {
      common = trials;
      continue;
    }
    std::set<std::string> here;
    for (const TrialKey& key : trials) here.insert(without_mechanism(key));
    std::erase_if(common, [&](const TrialKey& key) { return !here.contains(without_mechanism(key)); });
  }
  if (common.empty()) throw UsageError("these mechanisms have no trial in common; see ipcmark list --json");
  return common;
}

// The trials of all the results, those of the baseline first; where a suite is chosen only those that it has.
std::vector<TrialKey> stored_trials(const std::vector<Given>& sides) {
  std::vector<TrialKey> all;
  std::set<std::string> seen;
  for (const Given& one : sides) {
    if (!one.stored()) continue;
    for (TrialKey& key : trials_in(one.result)) {
      if (seen.insert(label(key)).second) all.push_back(std::move(key));
    }
  }
  return all;
}

// Results are compared only when they are of one machine and one kind of build.
void check_environment(const std::vector<Given>& sides, const CompareOptions& options, Compared& compared) {
  const Json& baseline = sides.front().result;
  for (std::size_t k = 1; k < sides.size(); ++k) {
    const auto differences = sides[k].stored()
                                 ? result_differences(baseline, sides[k].result)
                                 : environment_differences(baseline.at("environment"), environment_record());
    if (differences.empty()) continue;
    const std::string text = text_of(differences);
    if (!options.allow_mismatch)
      throw Mismatch(
          fmt::format("{} was not measured in the same environment as {}:\n{}measure the baseline anew here, "
                      "or say --allow-mismatch",
                      sides.front().side.name, sides[k].side.name, text));
    compared.banners.push_back(fmt::format("MISMATCH of {} and {}: differences may come from\n{}",
                                           sides.front().side.name, sides[k].side.name, text));
  }
  compared.banners.push_back(
      "measured at different times: a difference may be of the machine; programs measured in turn do not "
      "have that doubt");
}

std::vector<unsigned> looks_of(const CompareOptions& options) {
  if (!options.looks.empty()) return options.looks;
  std::vector<unsigned> looks;
  for (unsigned k = 1; k <= options.number_of_looks; ++k) {
    const unsigned look = options.pairs * k / options.number_of_looks;
    if (look >= 6) looks.push_back(look);
  }
  return looks;
}

CompareSettings settings_of(const CompareOptions& options, const Effort& effort) {
  CompareSettings settings;
  settings.looks = looks_of(options);
  settings.confirm_pairs = options.confirm_pairs.value_or(options.pairs);
  settings.alpha = options.alpha;
  settings.only_regressions = options.only_regressions;
  settings.duration_s = effort.duration_s;
  settings.warm_up_s = effort.warm_up_s;
  if (!options.selection.watchdog.empty()) settings.watchdog_s = parse_duration(options.selection.watchdog);
  if (!options.within.empty()) settings.budget_s = parse_duration(options.within);
  settings.seed = options.seed ? *options.seed : std::random_device{}();
  settings.inject = parse_injection(options.inject);
  return settings;
}

Suite suite_of(const std::string& name, const CompareOptions& options) {
  Overrides overrides;
  understand(options.selection, overrides);
  Suite suite = load_suite(name);
  if (name.empty()) {
    suite.effort.duration_s = 0.03;
    suite.effort.warm_up_s = 0.005;
  }
  if (options.longest_launch_s && suite.effort.duration_s > *options.longest_launch_s) {
    suite.effort.warm_up_s *= *options.longest_launch_s / suite.effort.duration_s;
    suite.effort.duration_s = *options.longest_launch_s;
  }
  return apply(suite, overrides);
}

// Against a stored baseline launches are as long as its own, and there is one look, at all of its share.
void follow_stored(const std::vector<Given>& sides, Compared& compared) {
  const Json& effort = sides.front().result.at("run").at("effort");
  compared.interleaved = false;
  compared.settings.duration_s = effort.at("duration_s");
  compared.settings.warm_up_s = effort.at("warm_up_s");
  compared.settings.looks = {1U << 20};
  compared.settings.confirm_pairs = 1U << 20;
  for (std::size_t k = 0; k < sides.size(); ++k) {
    if (sides[k].stored()) add_stored(compared, k, sides[k].result);
  }
}

void narrow(std::vector<TrialKey>& trials, const std::vector<TrialKey>& chosen) {
  std::erase_if(trials, [&](const TrialKey& key) {
    return std::find(chosen.begin(), chosen.end(), key) == chosen.end();
  });
  for (const TrialKey& key : chosen) {
    if (std::find(trials.begin(), trials.end(), key) == trials.end()) trials.push_back(key);
  }
}

bool selects(const TypedSelection& typed) {
  return !typed.mechanisms.empty() || !typed.workloads.empty() || !typed.sizes.empty() ||
         !typed.waits.empty() || !typed.placements.empty() || !typed.options.empty();
}

}  // namespace

Compared plan_of(const CompareOptions& options) {
  const Chosen chosen = choose(options);
  const Suite suite = suite_of(chosen.suite, options);
  const bool stored = chosen.sides.front().stored();
  Compared compared;
  compared.command = options.command;
  compared.settings = settings_of(options, suite.effort);
  for (const Given& one : chosen.sides) compared.sides.push_back(one.side);
  for (std::size_t k = 1; k < compared.sides.size(); ++k)
    compared.sides[k].sabotaged = compared.settings.inject.any();
  std::vector<TrialKey> trials = stored ? stored_trials(chosen.sides) : trials_of(chosen.sides, suite);
  if (stored) check_environment(chosen.sides, options, compared);
  if (stored && (!chosen.suite.empty() || selects(options.selection)))
    narrow(trials, trials_of(chosen.sides, suite));
  for (TrialKey& key : trials) {
    compared.cells.emplace_back();
    compared.cells.back().judged = judged_of(key, options);
    compared.cells.back().key = std::move(key);
  }
  if (stored) follow_stored(chosen.sides, compared);
  const Side& baseline = compared.sides.front();
  compared.identical =
      !stored && !compared.settings.inject.any() &&
      std::all_of(compared.sides.begin() + 1, compared.sides.end(), [&](const Side& side) {
        return side.mechanism == baseline.mechanism && same_content(side.program, baseline.program);
      });
  return compared;
}

}  // namespace ipcmark
