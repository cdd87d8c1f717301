#include "suites/cli/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "harness/os/host.hpp"
#include "harness/results/environment.hpp"

namespace ipcmark {
namespace {

using nlohmann::json;

constexpr std::size_t widest = 100, narrowest = 40, indent = 9;  // columns; the indent is that of "warning  "

// Words at blanks; a command in backquotes is one word, with whatever is joined to it.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  bool in_command = false;
  for (const char letter : text) {
    if (letter == '`') in_command = !in_command;
    if (letter != ' ' || in_command) {
      words.back() += letter;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// A paragraph that begins with `head` in the place of its first line's indent.
std::string wrapped(std::string head, std::string_view text, std::size_t width) {
  std::string lines = std::move(head);
  std::size_t column = indent;
  bool at_start = true;
  for (const std::string& word : words_of(text)) {
    if (!at_start && column + 1 + word.size() > width) {
      lines += "\n" + std::string(indent, ' ');
      column = indent;
      at_start = true;
    }
    lines += (at_start ? "" : " ") + word;
    column += word.size() + (at_start ? 0 : 1);
    at_start = false;
  }
  return lines + "\n";
}

std::string mark_of(const Finding& finding, bool colours) {
  const bool warns = finding.severity == "warning";
  const std::string mark = fmt::format("{:<{}}", finding.severity, indent);
  if (!colours) return mark;
  return fmt::format("\033[{}m{}\033[0m", warns ? "1;33" : "36", mark);  // bold yellow, cyan: ECMA-48, SGR
}

bool wants_colours() {
  const char* refused = std::getenv("NO_COLOR");  // https://no-color.org
  return os::is_terminal(1) && (refused == nullptr || *refused == '\0');
}

std::string counted(std::ptrdiff_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace

json to_json(const std::vector<Finding>& findings) {
  json list = json::array();
  for (const Finding& each : findings) {
    list.push_back({{"id", each.id},
                    {"severity", each.severity},
                    {"what", each.what},
                    {"meaning", each.meaning},
                    {"advice", each.advice}});
  }
  return list;
}

std::string verdict_of(const std::vector<Finding>& findings) {
  if (findings.empty()) return "Verdict: nothing found; this host is fit for measuring.";
  const auto all = static_cast<std::ptrdiff_t>(findings.size());
  const auto warnings = std::count_if(findings.begin(), findings.end(),
                                      [](const Finding& finding) { return finding.severity == "warning"; });
  const std::string notes = counted(all - warnings, "note");
  if (warnings == 0)
    return fmt::format("Verdict: {}, no warnings; nothing known disturbs figures here.", notes);
  return fmt::format("Verdict: {}, {}; trust ratios taken in one run here, not absolute times.",
                     counted(warnings, "warning"), notes);
}

std::string doctor_text(const std::string& machine, const std::vector<Finding>& findings, std::size_t width,
                        bool colours) {
  width = std::clamp(width, narrowest, widest);
  const std::string margin(indent, ' ');
  std::string text = wrapped(fmt::format("{:<{}}", "machine", indent), machine, width) + "\n";
  for (const Finding& finding : findings) {
    text += wrapped(mark_of(finding, colours), fmt::format("{} [{}]", finding.what, finding.id), width);
    text += wrapped(margin, finding.meaning, width);
    text += wrapped(margin, "Advice: " + finding.advice, width) + "\n";
  }
  return text + verdict_of(findings) + "\n";
}

int doctor_command(bool as_json) {
  const std::vector<Finding> findings = examine_host();
  const std::string machine = machine_line(environment_record());
  const std::string output =
      as_json ? json{{"schema", 1}, {"machine", machine}, {"findings", to_json(findings)}}.dump(2) + "\n"
              : doctor_text(machine, findings, static_cast<std::size_t>(std::max(0, os::terminal_width())),
                            wants_colours());
  std::fwrite(output.data(), 1, output.size(), stdout);
  return 0;
}

}  // namespace ipcmark
