// What ipcmark verify does beside running cases of contention: --recheck and --minimise.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "suites/cli/program.hpp"
#include "suites/conformance/contention/minimise.hpp"
#include "suites/conformance/verify_report.hpp"

namespace ipcmark {

int recheck_command(const std::string& directory) {
  const auto all = contention::rejudge(directory);
  std::size_t bad = 0;
  for (const auto& [folder, round, outcome] : all) {
    const bool good = outcome.good();
    if (!good) ++bad;
    fmt::print("{:<5} {}/{}, seed {}: {} of {} messages{}\n      {}\n", good ? "pass" : "fail", round.clause,
               round.mechanism, round.seed, outcome.judgement.received, outcome.judgement.acknowledged,
               good ? "" : ": " + outcome.text(), folder);
  }
  fmt::print("{} rounds, {} failed\n", all.size(), bad);
  return bad == 0 ? exit_code::fine : exit_code::failure;
}

void print_smallest(const std::vector<CaseResult>& results, const VerifySettings& settings) {
  for (const CaseResult& result : results) {
    const bool failed = result.outcome == Outcome::fail || result.outcome == Outcome::hang;
    if (!failed || result.of.clause->kind != Kind::contention) continue;
    const auto smallest = contention::minimise(result, settings, [](const CaseResult& tried) {
      fmt::print(stderr, "  {} {}\n", name_of(tried.outcome),
                 tried.facts.value("shape", nlohmann::json()).dump());
    });
    if (!smallest) {
      fmt::print("{} did not fail in the same way again; its histories are kept\n", result.of.name());
      continue;
    }
    fmt::print("smallest that fails so, after {} runs: {}\n{:<18} {}\n", smallest->runs,
               smallest->result.detail, "  again:", again(smallest->result));
  }
}

}  // namespace ipcmark
