// A comparison for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "suites/compare/comparison.hpp"

namespace ipcmark {

inline constexpr int comparison_schema = 1;

// comparison.json: suites/compare/README.md says what is in it.
nlohmann::json to_json(const Compared&);

struct Tallied {
  std::size_t regressed = 0, improved = 0, unchanged = 0, inconclusive = 0, failed = 0, lacking = 0;
};
// Verdicts by statistic and trial; trials that failed, and those that a side does not have.
Tallied tally(const Compared&);

// A median with its unit: "60.1 us", "1.2 M/s", "3.1 MiB".
std::string value_text(std::string_view statistic, double value);
// "p50", "messages/s", "CPU/message": short titles of statistics.
std::string_view title_of(std::string_view statistic) noexcept;
// What is the matter with an open verdict, and what would settle it; empty for a settled one.
std::string remark_on(const Change&, const Compared&);

// The table, within 110 columns. Without `all` only what is not unchanged, and of what is open only what may
// be a difference; the rest is counted.
std::string table_of(const Compared&, bool all);

}  // namespace ipcmark
