#include "suites/conformance/verify_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "suites/xml_text.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;

constexpr int schema_version = 1;

std::string section_of(std::string_view id) { return std::string(id.substr(0, id.find('-'))); }

}  // namespace

std::vector<std::pair<std::string, std::vector<const CaseResult*>>> by_section(
    const std::vector<CaseResult>& results) {
  std::vector<std::pair<std::string, std::vector<const CaseResult*>>> sections;
  for (const CaseResult& result : results) {
    const std::string section = section_of(result.of.clause->id);
    auto found = std::find_if(sections.begin(), sections.end(),
                              [&](const auto& known) { return known.first == section; });
    if (found == sections.end()) found = sections.insert(sections.end(), {section, {}});
    found->second.push_back(&result);
  }
  for (auto& [name, members] : sections) {
    std::stable_sort(members.begin(), members.end(), [](const CaseResult* a, const CaseResult* b) {
      return a->of.clause->id < b->of.clause->id;
    });
  }
  return sections;
}

Json to_json(const Verification& verification) {
  Json json{{"schema", schema_version},
            {"run",
             {{"command", verification.command},
              {"started", verification.started},
              {"finished", verification.finished},
              {"revision", verification.revision},
              {"partial", verification.partial},
              {"quick", verification.settings.each.quick},
              {"touch_clipboard", verification.settings.each.touch_clipboard},
              {"rounds", verification.rounds}}},
            {"seed", verification.settings.each.seed},
            {"clauses", Json::array()},
            {"contention", Json::array()},
            {"faults", Json::array()},
            {"guarantees", Json::array()},
            {"environment", verification.environment}};
  constexpr const char* arrays[]{"clauses", "contention", "faults", "guarantees"};
  for (const CaseResult& result : verification.results)
    json[arrays[static_cast<std::size_t>(result.of.clause->kind)]].push_back(to_json(result));
  return json;
}

std::string junit_of(const Verification& verification) {
  std::string suites;
  std::size_t all_failures = 0;
  for (const auto& [section, results] : by_section(verification.results)) {
    std::string cases;
    std::size_t failures = 0, skipped = 0;
    double seconds = 0;
    for (const CaseResult* result : results) {
      const std::string name = result->of.name();
      seconds += result->seconds;
      cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">", section,
                           xml_text(name), result->seconds);
      if (fails_the_run(result->outcome)) {
        ++failures;
        cases += fmt::format("<failure type=\"{}\" message=\"{}\"/>", name_of(result->outcome),
                             xml_text(result->detail));
      } else if (result->outcome != Outcome::pass) {
        ++skipped;
        cases +=
            fmt::format("<skipped message=\"{}: {}\"/>", name_of(result->outcome), xml_text(result->detail));
      }
      cases += "</testcase>\n";
    }
    suites += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n{}"
        "  </testsuite>\n",
        section, results.size(), failures, skipped, seconds, cases);
    all_failures += failures;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ipcmark verify\" tests=\"{}\" "
      "failures=\"{}\">\n{}</testsuites>\n",
      verification.results.size(), all_failures, suites);
}

std::string tap_of(const Verification& verification) {
  std::string text = fmt::format("TAP version 14\n1..{}\n", verification.results.size());
  std::size_t number = 0;
  for (const CaseResult& result : verification.results) {
    std::string detail = result.detail;
    std::replace(detail.begin(), detail.end(), '\n', ' ');
    std::replace(detail.begin(), detail.end(), '#', ' ');
    std::string directive;
    switch (result.outcome) {
      case Outcome::unsupported:
      case Outcome::inconclusive:
        directive = fmt::format(" # SKIP {}: {}", name_of(result.outcome), detail);
        break;
      case Outcome::expected_deviation: directive = " # TODO " + detail; break;
      default: break;
    }
    const bool ok = !fails_the_run(result.outcome) && result.outcome != Outcome::expected_deviation;
    text += fmt::format("{} {} - {}{}\n", ok ? "ok" : "not ok", ++number, result.of.name(), directive);
    if (fails_the_run(result.outcome))
      text += fmt::format("  ---\n  outcome: {}\n  detail: {}\n  ...\n", name_of(result.outcome),
                          Json(detail).dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return text;
}

}  // namespace ipcmark
