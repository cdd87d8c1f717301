#include "suites/compare/compared_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/results/json.hpp"
#include "suites/benchmark/units.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json to_json(const Change& change) {
  Json json{{"statistic", change.of.statistic},
            {"margin", change.of.margin},
            {"less_is_better", change.of.less_is_better},
            {"baseline", number_or_null(change.baseline)},
            {"candidate", number_or_null(change.candidate)},
            {"change", number_or_null(std::expm1(change.log_ratio.median))},
            {"low", number_or_null(std::expm1(change.log_ratio.low))},
            {"high", number_or_null(std::expm1(change.log_ratio.high))},
            {"coverage", change.log_ratio.coverage},
            {"pairs", change.pairs},
            {"verdict", name_of(change.verdict)},
            {"confirmed", change.confirmed}};
  if (!change.why.empty()) json["why"] = change.why;
  if (change.pairs_to_settle > 0) json["pairs_to_settle"] = change.pairs_to_settle;
  return json;
}

Json to_json(const Cell& cell, const std::vector<Side>& sides) {
  Json json = to_json(cell.key);
  if (cell.failure) {
    json["failure"] = {{"side", sides[cell.failure->side].name},
                       {"kind", cell.failure->failure.kind},
                       {"detail", cell.failure->failure.detail}};
    return json;
  }
  if (cell.lacking) {
    json["lacking"] = {{"side", sides[*cell.lacking].name}, {"reason", cell.reason}};
    return json;
  }
  json["candidates"] = Json::array();
  for (std::size_t k = 0; k < cell.changes.size(); ++k) {
    Json changes = Json::array();
    for (const Change& change : cell.changes[k]) changes.push_back(to_json(change));
    json["candidates"].push_back({{"side", sides[k + 1].name}, {"changes", changes}});
  }
  return json;
}

bool worth_showing(const Change& change) {
  if (change.verdict == Verdict::unchanged) return false;
  if (change.verdict != Verdict::inconclusive) return true;
  // Open, and the whole interval on one side of no change; or an alarm that did not hold.
  return change.pairs > 0 && (change.log_ratio.low > 0 || change.log_ratio.high < 0 || !change.why.empty());
}

std::string verdict_text(const Change& change) {
  const bool alarm = change.verdict == Verdict::regressed || change.verdict == Verdict::improved;
  return std::string(name_of(change.verdict)) + (alarm && !change.confirmed ? ", not confirmed" : "");
}

std::string row_of(const std::string& trial, const Change& change) {
  return fmt::format("  {:<46} {:<12} {:>9} {:>9}  {:<27} {}\n", trial, title_of(change.of.statistic),
                     value_text(change.of.statistic, change.baseline),
                     value_text(change.of.statistic, change.candidate), change_text(change.log_ratio),
                     verdict_text(change));
}

std::string rows_of(const Compared& compared, std::size_t candidate, bool all) {
  std::string text;
  for (const Cell& cell : compared.cells) {
    if (cell.failure || cell.lacking || candidate >= cell.changes.size()) continue;
    std::string trial = label(cell.key);
    for (const Change& change : cell.changes[candidate]) {
      if (!all && !worth_showing(change)) continue;
      text += row_of(trial, change);
      trial.clear();
      const std::string remark = remark_on(change, compared);
      if (!remark.empty()) text += fmt::format("  {:<46} {}\n", "", remark);
    }
  }
  return text;
}

std::string troubles_of(const Compared& compared) {
  std::string text;
  for (const Cell& cell : compared.cells) {
    if (cell.failure) {
      text +=
          fmt::format("failed {} in {}: {}: {}\n", label(cell.key), compared.sides[cell.failure->side].name,
                      cell.failure->failure.kind, cell.failure->failure.detail);
    } else if (cell.lacking) {
      text += fmt::format("{} {}: {} does not have it: {}\n", *cell.lacking == 0 ? "new" : "missing",
                          label(cell.key), compared.sides[*cell.lacking].name, cell.reason);
    }
  }
  return text;
}

}  // namespace

Tallied tally(const Compared& compared) {
  Tallied all;
  for (const Cell& cell : compared.cells) {
    if (cell.failure) ++all.failed;
    if (cell.lacking) ++all.lacking;
    if (cell.failure || cell.lacking) continue;
    for (const auto& changes : cell.changes) {
      for (const Change& change : changes) {
        const bool open = change.verdict == Verdict::inconclusive ||
                          (change.verdict == Verdict::regressed && !change.confirmed);
        all.regressed += change.verdict == Verdict::regressed && change.confirmed ? 1 : 0;
        all.improved += change.verdict == Verdict::improved ? 1 : 0;
        all.unchanged += change.verdict == Verdict::unchanged ? 1 : 0;
        all.inconclusive += open ? 1 : 0;
      }
    }
  }
  return all;
}

std::string value_text(std::string_view statistic, double value) {
  if (!std::isfinite(value)) return "-";
  if (statistic == "bytes_per_s") return show_bytes_rate(value);
  if (statistic.ends_with("_per_s")) return show_rate(value);
  if (statistic.ends_with("_bytes")) return fmt::format("{:.1f} MiB", value / 1048576);
  if (statistic.ends_with("_fairness") || statistic == "overtaken_messages")
    return fmt::format("{:.3g}", value);
  return show_ns(value);
}

std::string_view title_of(std::string_view statistic) noexcept {
  if (statistic == "messages_per_s") return "messages/s";
  if (statistic == "bytes_per_s") return "bytes/s";
  if (statistic == "cpu_ns_per_message") return "CPU/message";
  if (statistic == "peak_rss_bytes") return "peak memory";
  if (statistic == "p999") return "p99.9";
  return statistic;
}

std::string remark_on(const Change& change, const Compared& compared) {
  if (change.verdict != Verdict::inconclusive) return change.why;
  std::string text = change.why;
  if (!compared.interleaved || change.pairs == 0) return text;
  if (!text.empty()) text += "; ";
  if (change.pairs_to_settle == 0)
    return text + fmt::format("as large as the margin of {:g} %: another --margin would settle it",
                              100 * change.of.margin);
  const double pair_s = 2 * (compared.settings.duration_s + compared.settings.warm_up_s + 0.015);
  return text + fmt::format("some {} pairs would settle it ({})", change.pairs_to_settle,
                            show_duration(pair_s * static_cast<double>(change.pairs_to_settle)));
}

Json to_json(const Compared& compared) {
  const CompareSettings& settings = compared.settings;
  Json cells = Json::array(), sides = Json::array();
  for (const Side& side : compared.sides)
    sides.push_back({{"name", side.name}, {"program", side.program}, {"mechanism", side.mechanism}});
  for (const Cell& cell : compared.cells) cells.push_back(to_json(cell, compared.sides));
  const Tallied all = tally(compared);
  Json json{
      {"schema", comparison_schema},
      {"command", compared.command},
      {"started", compared.started},
      {"finished", compared.finished},
      {"partial", !compared.interrupted_by.empty()},
      {"interleaved", compared.interleaved},
      {"identical", compared.identical},
      {"out_of_time", compared.out_of_time},
      {"banners", compared.banners},
      {"sides", sides},
      {"settings",
       {{"looks", settings.looks},
        {"alpha", settings.alpha},
        {"confirm_pairs", settings.confirm_pairs},
        {"confirm_alpha", settings.confirm_alpha},
        {"duration_s", settings.duration_s},
        {"warm_up_s", settings.warm_up_s},
        {"budget_s", settings.budget_s},
        {"seed", settings.seed},
        {"inject",
         {{"share", settings.inject.share}, {"ns", settings.inject.ns}, {"dies", settings.inject.dies}}}}},
      {"counts",
       {{"regressed", all.regressed},
        {"improved", all.improved},
        {"unchanged", all.unchanged},
        {"inconclusive", all.inconclusive},
        {"failed", all.failed},
        {"lacking", all.lacking}}},
      {"trials", cells}};
  return json;
}

std::string table_of(const Compared& compared, bool all) {
  std::string text;
  for (const std::string& banner : compared.banners) text += fmt::format("{}\n", banner);
  const CompareSettings& settings = compared.settings;
  if (compared.interleaved)
    text += fmt::format(
        "{} trials; at most {} pairs of launches of {} each, measured in turn; intervals of {:.1f} %{}\n",
        compared.cells.size(), settings.looks.back(), show_ns(settings.duration_s * 1e9),
        100 * (1 - settings.alpha / static_cast<double>(settings.looks.size())),
        compared.out_of_time ? "; the time was over before every trial had its last look" : "");
  for (std::size_t candidate = 0; candidate + 1 < compared.sides.size(); ++candidate) {
    const std::string rows = rows_of(compared, candidate, all);
    if (rows.empty()) continue;
    text += fmt::format("\n{} against {}\n", compared.sides[candidate + 1].name, compared.sides[0].name);
    text += fmt::format("  {:<46} {:<12} {:>9} {:>9}  {:<27} {}\n", "trial", "statistic", "baseline",
                        "candidate", "change", "verdict");
    text += rows;
  }
  const std::string troubles = troubles_of(compared);
  if (!troubles.empty()) text += "\n" + troubles;
  const Tallied counts = tally(compared);
  text += fmt::format("\n{} regressed, {} improved, {} unchanged within their margins, {} inconclusive",
                      counts.regressed, counts.improved, counts.unchanged, counts.inconclusive);
  if (counts.failed > 0) text += fmt::format("; {} trials failed", counts.failed);
  if (counts.lacking > 0) text += fmt::format("; {} trials on one side only", counts.lacking);
  return text + "\n";
}

}  // namespace ipcmark
