// The smallest contention case that still fails in the same way, and histories judged again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "suites/conformance/contention/round.hpp"
#include "suites/conformance/verify.hpp"

namespace ipcmark::contention {

struct Smallest {
  CaseResult result;
  unsigned runs = 0;  // that were made on the way
};
// Runs a case that failed again and again, with fewer perturbations, processes and messages, for as long as
// it finds the same defects, or hangs as it did. `tried` hears of each result. Nothing when it does not fail
// again even as it was, or is no contention case that has found anything.
std::optional<Smallest> minimise(const CaseResult&, const VerifySettings&,
                                 const std::function<void(const CaseResult&)>& tried);

struct Rejudged {
  std::string folder;
  Round round;
  RoundOutcome outcome;
};
// Every saved round below a directory, in the order of their names. Throws UsageError when there is none, or
// one that cannot be read.
std::vector<Rejudged> rejudge(const std::string& directory);

}  // namespace ipcmark::contention
