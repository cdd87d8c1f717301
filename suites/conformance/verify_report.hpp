// What people and other programs get of a verification.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "suites/conformance/verify.hpp"

namespace ipcmark {

struct Verification {
  std::vector<CaseResult> results;
  VerifySettings settings;
  std::string command, started, finished, revision;
  bool partial = false;  // interrupted
  unsigned rounds = 0;   // of a soak
  nlohmann::json environment;
};

// Sections in the order of their first case, and what came of their cases.
std::vector<std::pair<std::string, std::vector<const CaseResult*>>> by_section(
    const std::vector<CaseResult>&);

// verify.json: {schema, run, seed, clauses, contention, faults, guarantees, environment}.
nlohmann::json to_json(const Verification&);
// JUnit's XML: a test suite for each section of the catalogue, a test case for each case.
std::string junit_of(const Verification&);
// The Test Anything Protocol, version 14 (testanything.org).
std::string tap_of(const Verification&);

// For a terminal, in verify_text.cpp.

// The matrix: mechanisms by clauses, then facilities in one line each.
std::string matrix_of(const std::vector<CaseResult>&);
// What each mechanism guarantees, as measured, in a table for a terminal; empty when nothing was measured.
std::string guarantees_of(const std::vector<CaseResult>&);
// One line for each case that did not pass, and for those that fail the run the command that repeats it.
std::string remarks_on(const std::vector<CaseResult>&);
// The command that repeats a case.
std::string again(const CaseResult&);
// "412 pass, 3 unsupported"
std::string counts_of(const std::vector<CaseResult>&);

}  // namespace ipcmark
