// Single cases of this program, for tests.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "suites/conformance/verify.hpp"

namespace ipcmark {

// Of a mechanism, or of none.
inline Case case_of(std::string_view clause, std::string_view mechanism = {}) {
  for (const Case& one : every_case()) {
    const std::string_view its = one.mechanism != nullptr ? one.mechanism->traits.name : std::string_view();
    if (one.clause->id == clause && (mechanism.empty() || its == mechanism)) return one;
  }
  throw std::logic_error("no case " + std::string(clause) + " of " + std::string(mechanism));
}

inline CaseResult result_of(const Case& one, const VerifySettings& settings = {}) {
  return run_cases({one}, settings, [](const CaseResult&) {}).at(0);
}

}  // namespace ipcmark
