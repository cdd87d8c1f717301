// ipcmark verify: contracts, contention and faults, judged and written down.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "harness/os/host.hpp"
#include "harness/results/build_info.hpp"
#include "harness/results/environment.hpp"
#include "harness/run/session.hpp"
#include "suites/benchmark/units.hpp"
#include "suites/cli/program.hpp"
#include "suites/conformance/contention/perturb.hpp"
#include "suites/conformance/verify_report.hpp"

namespace ipcmark {
namespace {

bool matches_any(const std::vector<std::string>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches(pattern, name); });
}

// Without a selection of kinds all of them; --contract alone means contracts.
bool wanted_kind(const VerifyOptions& options, const Clause& clause) {
  const bool chosen = !options.clauses.empty() || options.contention || options.faults;
  if (!chosen) return true;
  if (options.contention && clause.kind == Kind::contention) return true;
  if (options.faults && clause.kind == Kind::fault) return true;
  return matches_any(options.clauses, clause.id) || matches_any(options.clauses, clause.title);
}

std::vector<Case> chosen_cases(const VerifyOptions& options) {
  std::vector<Case> cases;
  for (const Case& one : every_case()) {
    const bool here =
        options.mechanisms.empty() ||
        (one.mechanism != nullptr && matches_any(options.mechanisms, one.mechanism->traits.name));
    if (here && wanted_kind(options, *one.clause) && !(options.quick && one.clause->slow))
      cases.push_back(one);
  }
  if (!cases.empty()) return cases;
  throw UsageError(
      "nothing is chosen by these patterns; `ipcmark list contracts` shows the clauses, `ipcmark list` the "
      "mechanisms");
}

// A line that is rewritten on a terminal; elsewhere a line for each case that did not pass, for each
// hundredth, and for each round of a soak.
class Lines {
 public:
  Lines(std::size_t cases, bool quiet) : cases_(cases), quiet_(quiet), terminal_(os::is_terminal(2)) {}
  void begin_round(unsigned number, double seconds_left) {
    ended_ = 0;
    round_ = fmt::format("round {}, {} left, ", number, show_duration(seconds_left));
    if (!quiet_ && !terminal_) fmt::print(stderr, "{}{} failed\n", round_, failed_);
  }
  void operator()(const CaseResult& result) {
    ++ended_;
    const bool bad = fails_the_run(result.outcome);
    if (bad) ++failed_;
    if (quiet_) return;
    if (terminal_) fmt::print(stderr, "\r\x1b[K");
    if (bad) fmt::print(stderr, "{}: {} {}\n", name_of(result.outcome), result.of.name(), result.detail);
    const std::string now = fmt::format("{}{}/{} cases, {} failed", round_, ended_, cases_, failed_);
    if (terminal_) {
      const auto room = static_cast<std::size_t>(std::max(20, os::terminal_width() - 1));
      fmt::print(stderr, "{}", fmt::format("{} | {}", now, result.of.name()).substr(0, room));
      if (ended_ == cases_) fmt::print(stderr, "\r\x1b[K");
      std::fflush(stderr);
    } else if (round_.empty() && (ended_ % 100 == 0 || ended_ == cases_)) {
      fmt::print(stderr, "{}\n", now);
    }
  }

 private:
  std::size_t cases_, ended_ = 0, failed_ = 0;
  bool quiet_, terminal_;
  std::string round_;
};

void write(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.flush();
  if (!file) throw_errno(path + ": the file cannot be written; make room, or choose another --out");
}

}  // namespace

// In contention.cpp.
void print_smallest(const std::vector<CaseResult>&, const VerifySettings&);

int verify_command(const VerifyOptions& options) {
  if (!options.recheck.empty()) return recheck_command(options.recheck);
  if (!options.perturb.empty()) contention::perturbations_named(options.perturb);  // or says why not
  const std::vector<Case> cases = with_controls(chosen_cases(options));
  os::catch_termination();
  const Session session;  // removes what dead runs have left
  Verification verification;
  verification.command = options.command;
  verification.started = os::utc_now();
  verification.revision = build_info.revision;
  verification.environment = environment_record();
  VerifySettings& settings = verification.settings;
  settings.each.seed = options.seed ? *options.seed : std::random_device{}();
  settings.each.quick = options.quick;
  settings.each.keep = options.keep;
  settings.each.touch_clipboard = clipboard_may_be_touched;
  settings.each.producers = options.producers;
  settings.each.consumers = options.consumers;
  settings.each.messages = options.messages;
  settings.each.perturb = options.perturb;
  settings.each.out = options.out.empty() ? "results/verify-" + session.id() : options.out;
  settings.jobs = options.jobs != 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
  settings.patience = std::chrono::duration<double>(options.watchdog_s);
  const std::string& out = settings.each.out;
  std::filesystem::create_directories(out);
  std::filesystem::permissions(out, std::filesystem::perms::owner_all);

  // Each result as it comes, so that a crash loses none.
  std::ofstream journal(out + "/cases.jsonl", std::ios::trunc);
  Lines lines(cases.size(), options.quiet);
  const auto done = [&](const CaseResult& result) {
    journal << to_json(result).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
    lines(result);
  };
  if (options.soak_s > 0) {
    using Clock = std::chrono::steady_clock;
    const auto time = std::chrono::duration<double>(options.soak_s);
    settings.until = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
    auto soaked = soak(
        cases, settings,
        [&](unsigned round) {
          const double left = std::chrono::duration<double>(settings.until - Clock::now()).count();
          if (left > 0) lines.begin_round(round, left);
          return left > 0;
        },
        done);
    verification.results = std::move(soaked.results);
    verification.rounds = soaked.rounds;
  } else {
    verification.results = run_cases(cases, settings, done);
    apply_controls(verification.results);
  }
  verification.partial = verification.results.size() < cases.size();
  verification.finished = os::utc_now();
  write(out + "/verify.json",
        to_json(verification).dump(1, ' ', false, nlohmann::json::error_handler_t::replace));
  write(out + "/verify.xml", junit_of(verification));
  write(out + "/verify.tap", tap_of(verification));

  const auto& results = verification.results;
  if (!options.quiet) {
    fmt::print("{}", matrix_of(results));
    fmt::print("{}", guarantees_of(results));
    fmt::print("\n{}", remarks_on(results));
    if (verification.rounds != 0) fmt::print("{} rounds of ", verification.rounds);
    fmt::print("{} cases, seed {}: {}\nresult: {}/verify.json{}\n", results.size(), settings.each.seed,
               counts_of(results), out, verification.partial ? " (partial)" : "");
  }
  if (options.minimise) print_smallest(results, settings);
  if (os::termination_signal() != 0) return 128 + os::termination_signal();
  const bool failed = std::any_of(results.begin(), results.end(),
                                  [](const CaseResult& result) { return fails_the_run(result.outcome); });
  return failed ? exit_code::failure : exit_code::fine;
}

}  // namespace ipcmark
