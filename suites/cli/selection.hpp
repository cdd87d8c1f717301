// The options by which trials are chosen, which several commands have.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "suites/benchmark/suite.hpp"

namespace ipcmark {

// What was typed, before it is understood.
struct TypedSelection {
  std::vector<std::string> mechanisms, workloads, sizes, waits, placements, options;
  std::string duration, budget, watchdog;
};

void add_selection(CLI::App& command, TypedSelection&);
// Throws UsageError.
void understand(const TypedSelection&, Overrides&);

// Lists are comma separated, so that a suite's name may follow one.
void add_list(CLI::App& command, const std::string& names, std::vector<std::string>& into,
              const std::string& help);

// The user's consent to have a clipboard changed.
void add_consent(CLI::App& command);

}  // namespace ipcmark
