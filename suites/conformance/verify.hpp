// Running cases, each in a process of its own under a watchdog, and what came of them.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/os/process.hpp"
#include "suites/conformance/clause.hpp"

namespace ipcmark {

struct CaseResult {
  Case of;
  Outcome outcome = Outcome::broken_setup;
  std::string detail;
  nlohmann::json facts = nlohmann::json::object();
  double seconds = 0;
  CaseSettings how = {};                           // as it was run
  std::optional<std::string> broke_at_first = {};  // why its first set-up broke, where this is of the second
  std::map<Outcome, unsigned> outcomes = {};  // of a soak: how often it ended how; this is the worst of them
};

struct VerifySettings {
  CaseSettings each;  // `out` is the directory of the whole verification; each case gets one of its own in it
  unsigned jobs = 1;  // cases at a time
  std::chrono::duration<double> patience{30};  // after which a case is a hang
  std::chrono::steady_clock::time_point until =
      std::chrono::steady_clock::time_point::max();  // no case begins
  // A case whose set-up broke, which judges nothing, is run once more; its detail tells of the first time.
  bool second_set_up = os::starts_may_fail();
};

// Runs the cases, several at a time, those that must be alone at the end. `done` hears of each as it ends.
// Stops early when a termination signal comes, or `until` has passed; what has not begun then has no result.
std::vector<CaseResult> run_cases(const std::vector<Case>&, const VerifySettings&,
                                  const std::function<void(const CaseResult&)>& done);

// A soak: the same cases again and again for as long as `another` says so of the next round, counted from 1.
// Every round has the next seed, another order, and a directory of its own. Each case has one result: that of
// its worst outcome, with its seed.
struct Soaked {
  std::vector<CaseResult> results;
  unsigned rounds = 0;
};
Soaked soak(const std::vector<Case>&, const VerifySettings&, const std::function<bool(unsigned)>& another,
            const std::function<void(const CaseResult&)>& done);

// The same cases, and the controls of their clauses.
std::vector<Case> with_controls(std::vector<Case>);
// Makes every pass inconclusive whose control did not pass.
void apply_controls(std::vector<CaseResult>&);

// {id, mechanism, outcome, title, detail, seconds, seed, facts}, with documented, observed and asserted where
// they differ, and of a soak with outcomes: {"pass": 31, "hang": 1}.
nlohmann::json to_json(const CaseResult&);

}  // namespace ipcmark
