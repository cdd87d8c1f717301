// What a gate writes for the machines and people of a CI.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "suites/compare/comparison.hpp"

namespace ipcmark {

// JUnit XML: a suite for each workload, a case for each figure; a regression is a failure, a trial that
// failed an error, an open verdict is skipped with its reason.
std::string junit_of(const Compared&);

// Below `limit` bytes, since GitHub takes 64 KiB in a comment and 1 MiB in a summary; says what was cut.
std::string markdown_of(const Compared&, std::size_t limit = 60000);

// Workflow commands of GitHub Actions, at most 10 of a kind, as many as are shown for a step:
// docs.github.com, "Workflow commands for GitHub Actions".
std::string annotations_of(const Compared&);

// {schema, verdict, exit_code, counts, regressions: [...]}: what a script asks first.
nlohmann::json brief_of(const Compared&, int exit_code);

}  // namespace ipcmark
