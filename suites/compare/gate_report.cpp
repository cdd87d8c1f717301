#include "suites/compare/gate_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "suites/compare/compared_report.hpp"
#include "suites/xml_text.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;

bool is_regression(const Change& change) { return change.verdict == Verdict::regressed && change.confirmed; }

// Every change with its trial and its candidate.
void for_each(const Compared& compared,
              const std::function<void(const Cell&, const Side&, const Change&)>& visit) {
  for (const Cell& cell : compared.cells) {
    if (cell.failure || cell.lacking) continue;
    for (std::size_t k = 0; k < cell.changes.size(); ++k) {
      for (const Change& change : cell.changes[k]) visit(cell, compared.sides[k + 1], change);
    }
  }
}

std::string sentence_of(const Change& change) {
  return fmt::format("{} {} -> {}: {}, {} pairs", title_of(change.of.statistic),
                     value_text(change.of.statistic, change.baseline),
                     value_text(change.of.statistic, change.candidate), change_text(change.log_ratio),
                     change.pairs);
}

struct JunitSuite {
  std::string cases;
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
};

void add_case(JunitSuite& suite, const std::string& group, const std::string& name,
              const std::string& inner) {
  ++suite.tests;
  suite.cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\">{}</testcase>\n", xml_text(group),
                             xml_text(name), inner);
}

// Text of unknown origin in a cell of a markdown table.
std::string plain(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '`') safe += '\\';
    safe += c == '\n' ? ' ' : c;
  }
  return safe;
}

// The values of a workflow command: docs.github.com says which characters are escaped.
std::string command_text(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '%') {
      safe += "%25";
    } else if (c == '\n') {
      safe += "%0A";
    } else if (c == '\r') {
      safe += "%0D";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::vector<std::string> markdown_rows(const Compared& compared, Verdict verdict) {
  std::vector<std::string> rows;
  for_each(compared, [&](const Cell& cell, const Side&, const Change& change) {
    if (change.verdict != verdict) return;
    rows.push_back(fmt::format(
        "| {} | {} | {} | {} | {} | {} |\n", plain(label(cell.key)), title_of(change.of.statistic),
        value_text(change.of.statistic, change.baseline), value_text(change.of.statistic, change.candidate),
        change_text(change.log_ratio), plain(remark_on(change, compared))));
  });
  return rows;
}

class Markdown {
 public:
  explicit Markdown(std::size_t limit) : limit_(limit) {}
  void text(const std::string& text) { text_ += text; }
  // As many rows as there is room for; the rest is counted.
  void table(const std::string& title, const std::vector<std::string>& rows, const std::string& head) {
    if (rows.empty()) return;
    text_ += fmt::format("\n### {} ({})\n\n{}", title, rows.size(), head);
    constexpr std::size_t spare = 400;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      if (text_.size() + rows[k].size() + spare > limit_) {
        text_ += fmt::format("\n{} of {} rows were cut here; comparison.json has them all.\n",
                             rows.size() - k, rows.size());
        return;
      }
      text_ += rows[k];
    }
  }
  std::string take() { return std::move(text_); }

 private:
  std::size_t limit_;
  std::string text_;
};

std::string headline_of(const Tallied& counts) {
  if (counts.failed > 0) return fmt::format("{} trials failed", counts.failed);
  if (counts.regressed > 0) return fmt::format("{} confirmed regressions", counts.regressed);
  return "no regression was confirmed";
}

}  // namespace

std::string junit_of(const Compared& compared) {
  std::map<std::string, JunitSuite> suites;
  for_each(compared, [&](const Cell& cell, const Side& side, const Change& change) {
    JunitSuite& suite = suites[cell.key.workload];
    const std::string text = xml_text(sentence_of(change));
    std::string inner;
    if (is_regression(change)) {
      ++suite.failures;
      inner = fmt::format("<failure type=\"regressed\" message=\"{}\"/>", text);
    } else if (change.verdict == Verdict::inconclusive || change.verdict == Verdict::regressed) {
      ++suite.skipped;
      inner = fmt::format("<skipped message=\"inconclusive: {}; {}\"/>", text,
                          xml_text(remark_on(change, compared)));
    }
    std::string name = fmt::format("{} {}", label(cell.key), change.of.statistic);
    if (compared.sides.size() > 2) name += " of " + side.name;
    add_case(suite, cell.key.workload, name, inner);
  });
  for (const Cell& cell : compared.cells) {
    JunitSuite& suite = suites[cell.key.workload];
    if (cell.failure) {
      ++suite.errors;
      add_case(suite, cell.key.workload, label(cell.key),
               fmt::format("<error type=\"{}\" message=\"{}: {}\"/>", xml_text(cell.failure->failure.kind),
                           xml_text(compared.sides[cell.failure->side].name),
                           xml_text(cell.failure->failure.detail)));
    } else if (cell.lacking) {
      ++suite.skipped;
      add_case(suite, cell.key.workload, label(cell.key),
               fmt::format("<skipped message=\"{} does not have it: {}\"/>",
                           xml_text(compared.sides[*cell.lacking].name), xml_text(cell.reason)));
    }
  }
  std::string text;
  JunitSuite all;
  for (const auto& [name, suite] : suites) {
    text += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n{}  "
        "</testsuite>\n",
        xml_text(name), suite.tests, suite.failures, suite.errors, suite.skipped, suite.cases);
    all.tests += suite.tests;
    all.failures += suite.failures;
    all.errors += suite.errors;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ipcmark gate\" tests=\"{}\" "
      "failures=\"{}\" "
      "errors=\"{}\">\n{}</testsuites>\n",
      all.tests, all.failures, all.errors, text);
}

std::string markdown_of(const Compared& compared, std::size_t limit) {
  const Tallied counts = tally(compared);
  const std::string head =
      "| trial | figure | baseline | candidate | change [interval] | remark |\n|---|---|---:|---:|---|---|\n";
  Markdown page(limit);
  page.text(fmt::format("## ipcmark: {}\n\n", headline_of(counts)));
  for (const std::string& banner : compared.banners) page.text(fmt::format("> **{}**\n\n", plain(banner)));
  page.text(fmt::format(
      "{} figures unchanged within their margins, {} improved, {} regressed, {} inconclusive, in {} trials; "
      "{} failed.\n"
      "Baseline: {}. Candidate: {}.{}\n",
      counts.unchanged, counts.improved, counts.regressed, counts.inconclusive, compared.cells.size(),
      counts.failed, plain(compared.sides.front().name), plain(compared.sides.back().name),
      compared.out_of_time ? " The time was over before every trial had its last look." : ""));
  std::vector<std::string> failed, lacking;
  for (const Cell& cell : compared.cells) {
    if (cell.failure)
      failed.push_back(fmt::format("- {} in {}: {}: {}\n", plain(label(cell.key)),
                                   plain(compared.sides[cell.failure->side].name),
                                   plain(cell.failure->failure.kind), plain(cell.failure->failure.detail)));
    if (cell.lacking)
      lacking.push_back(fmt::format("- {}: {} does not have it: {}\n", plain(label(cell.key)),
                                    plain(compared.sides[*cell.lacking].name), plain(cell.reason)));
  }
  page.table("Failed", failed, "");
  page.table("Regressed", markdown_rows(compared, Verdict::regressed), head);
  page.table("On one side only", lacking, "");
  page.table("Improved", markdown_rows(compared, Verdict::improved), head);
  page.table("Inconclusive", markdown_rows(compared, Verdict::inconclusive), head);
  return page.take();
}

std::string annotations_of(const Compared& compared) {
  constexpr std::size_t most = 10;
  std::string text;
  std::map<std::string, std::size_t> told;
  const auto tell = [&](const char* kind, const std::string& title, const std::string& what) {
    if (++told[kind] > most) return;
    text += fmt::format("::{} title={}::{}\n", kind, command_text(title), command_text(what));
  };
  for (const Cell& cell : compared.cells) {
    if (cell.failure)
      tell("error", "ipcmark: a trial failed",
           fmt::format("{}: {}: {}", label(cell.key), cell.failure->failure.kind,
                       cell.failure->failure.detail));
  }
  for_each(compared, [&](const Cell& cell, const Side&, const Change& change) {
    if (is_regression(change))
      tell("error", "ipcmark: regressed", fmt::format("{}: {}", label(cell.key), sentence_of(change)));
    if (change.verdict == Verdict::inconclusive && !change.why.empty())
      tell("warning", "ipcmark: inconclusive",
           fmt::format("{}: {}; {}", label(cell.key), sentence_of(change), change.why));
    if (change.verdict == Verdict::improved)
      tell("notice", "ipcmark: improved", fmt::format("{}: {}", label(cell.key), sentence_of(change)));
  });
  return text;
}

Json brief_of(const Compared& compared, int exit_code) {
  const Json whole = to_json(compared);
  Json brief{{"schema", comparison_schema},
             {"exit_code", exit_code},
             {"counts", whole.at("counts")},
             {"banners", whole.at("banners")},
             {"regressions", Json::array()}};
  for_each(compared, [&](const Cell& cell, const Side&, const Change& change) {
    if (!is_regression(change)) return;
    brief["regressions"].push_back({{"trial", label(cell.key)},
                                    {"statistic", change.of.statistic},
                                    {"change", std::expm1(change.log_ratio.median)},
                                    {"low", std::expm1(change.log_ratio.low)},
                                    {"high", std::expm1(change.log_ratio.high)}});
  });
  return brief;
}

}  // namespace ipcmark
