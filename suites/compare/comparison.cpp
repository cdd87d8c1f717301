#include "suites/compare/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ipcmark {
namespace {

bool is_rate(std::string_view statistic) noexcept { return statistic.ends_with("_per_s"); }

Change finding_of(const Judged& judged, std::span<const double> baseline, std::span<const double> candidate,
                  double coverage) {
  const std::vector<double> ratios = log_ratios(baseline, candidate);
  const auto numbers = [](std::span<const double> values) {
    std::vector<double> known;
    std::copy_if(values.begin(), values.end(), std::back_inserter(known),
                 [](double v) { return !std::isnan(v); });
    return known;
  };
  Change change;
  change.of = judged;
  change.baseline = median_interval(numbers(baseline)).median;
  change.candidate = median_interval(numbers(candidate)).median;
  change.pairs = ratios.size();
  change.log_ratio = median_interval(ratios, coverage);
  if (ratios.size() < fewest_for(coverage)) {
    change.why =
        fmt::format("{} pairs are too few for an interval of {:.1f} %", ratios.size(), coverage * 100);
    change.pairs_to_settle = fewest_for(coverage);
    return change;
  }
  change.verdict = judge(change.log_ratio, judged.margin, judged.less_is_better);
  if (change.verdict == Verdict::inconclusive)
    change.pairs_to_settle = pairs_to_settle(change.log_ratio, judged.margin, change.pairs);
  return change;
}

bool may_be_regression(const Change& change, std::span<const double> baseline,
                       std::span<const double> candidate) {
  const std::vector<double> ratios = log_ratios(baseline, candidate);
  const double sign = change.of.less_is_better ? 1 : -1;
  const auto worse = std::count_if(ratios.begin(), ratios.end(),
                                   [&](double ratio) { return sign * ratio > std::log1p(change.of.margin); });
  return 2 * static_cast<std::size_t>(worse) >= ratios.size();
}

// An alarm of the first batch, and what the second says of it.
struct Suspect {
  Cell* cell;
  std::size_t candidate, statistic;
  double p;
  Change again, null;
};

Suspect suspect_of(Cell& cell, std::size_t candidate, std::size_t statistic) {
  // The baseline against itself objects only when it is all but certain: else one alarm in some forty that is
  // true would be lost.
  constexpr double coverage = 0.95, certain = 0.999;
  const Judged& judged = cell.judged[statistic];
  const auto& values = cell.second;
  const auto& baseline = values.front()[statistic];
  Suspect suspect{
      .cell = &cell, .candidate = candidate, .statistic = statistic, .p = 1, .again = {}, .null = {}};
  suspect.again = finding_of(judged, baseline, values[candidate + 1][statistic], coverage);
  suspect.null = finding_of(judged, baseline, values.back()[statistic], certain);
  const std::vector<double> ratios = log_ratios(baseline, values[candidate + 1][statistic]);
  const bool worse = cell.changes[candidate][statistic].verdict == Verdict::regressed;
  suspect.p = worse == judged.less_is_better ? p_of_above(ratios, std::log1p(judged.margin))
                                             : p_of_below(ratios, std::log1p(-judged.margin));
  return suspect;
}

void settle(const Suspect& suspect, bool rejected) {
  Change& change = suspect.cell->changes[suspect.candidate][suspect.statistic];
  const Verdict alarm = change.verdict;
  const Interval earlier = change.log_ratio;
  change = suspect.again;
  change.verdict = Verdict::inconclusive;
  const bool quiet =
      suspect.null.verdict == Verdict::inconclusive || suspect.null.verdict == Verdict::unchanged;
  if (!quiet) {
    change.why = fmt::format("the baseline differs from itself, by {}: this host is not quiet enough",
                             change_text(suspect.null.log_ratio));
  } else if (!rejected) {
    change.why = fmt::format("{} in the first batch, and not confirmed by a second", change_text(earlier));
  } else {
    change.verdict = alarm;
    change.confirmed = true;
  }
  if (!change.confirmed)
    change.pairs_to_settle = pairs_to_settle(change.log_ratio, change.of.margin, change.pairs);
}

bool is_alarm(const Change& change, bool only_regressions) {
  return change.verdict == Verdict::regressed || (!only_regressions && change.verdict == Verdict::improved);
}

}  // namespace

double usual_margin(std::string_view statistic) noexcept {
  const bool typical =
      statistic == "p50" || statistic == "mean" || is_rate(statistic) || statistic == "cpu_ns_per_message";
  return typical ? 0.01 : 0.05;
}

bool less_is_better(std::string_view statistic) noexcept {
  return !is_rate(statistic) && !statistic.ends_with("_fairness");
}

std::vector<Judged> usual_statistics(const Workload& workload) {
  std::vector<std::string> names{std::string(workload.headline)};
  if (workload.headline == "p50") names.emplace_back("p99");
  for (const char* name : {"cpu_ns_per_message", "peak_rss_bytes"}) {
    if (name != names.front()) names.emplace_back(name);
  }
  std::vector<Judged> judged;
  for (const std::string& name : names)
    judged.push_back(
        {.statistic = name, .margin = usual_margin(name), .less_is_better = less_is_better(name)});
  return judged;
}

Deal deal_of(const Cell& cell) noexcept {
  constexpr std::size_t fewest = 6;  // pairs that an interval of 95 % takes
  std::size_t launches = SIZE_MAX;
  for (const auto& side : cell.stored) {
    if (!side.empty()) launches = std::min(launches, side.front().size());
  }
  if (launches == SIZE_MAX) return {};
  return launches < 3 * fewest ? Deal{.each = launches, .second = false}
                               : Deal{.each = launches / 3, .second = true};
}

std::string change_text(const Interval& ratio) {
  const auto text = [](double log) {
    const double share = std::expm1(log);
    return share >= 10 ? fmt::format("{:.3g}x", 1 + share) : fmt::format("{:+.1f}", 100 * share);
  };
  const char* const unit = std::expm1(ratio.median) >= 10 ? "" : " %";
  return fmt::format("{}{} [{}, {}]", text(ratio.median), unit, text(ratio.low), text(ratio.high));
}

Cell::Values no_values(std::size_t sides, std::size_t statistics) {
  return Cell::Values(sides, std::vector<std::vector<double>>(statistics));
}

void judge_first(Cell& cell, double coverage) {
  cell.changes.clear();
  for (std::size_t side = 1; side < cell.first.size(); ++side) {
    cell.changes.emplace_back();
    for (std::size_t k = 0; k < cell.judged.size(); ++k) {
      cell.changes.back().push_back(
          finding_of(cell.judged[k], cell.first[0][k], cell.first[side][k], coverage));
    }
  }
}

bool goes_on(const Cell& cell, bool only_regressions) {
  for (std::size_t candidate = 0; candidate < cell.changes.size(); ++candidate) {
    for (std::size_t k = 0; k < cell.judged.size(); ++k) {
      const Change& change = cell.changes[candidate][k];
      if (change.verdict != Verdict::inconclusive) continue;
      if (!only_regressions || may_be_regression(change, cell.first[0][k], cell.first[candidate + 1][k]))
        return true;
    }
  }
  return false;
}

bool has_alarm(const Cell& cell, bool only_regressions) {
  return std::any_of(cell.changes.begin(), cell.changes.end(), [&](const std::vector<Change>& changes) {
    return std::any_of(changes.begin(), changes.end(),
                       [&](const Change& change) { return is_alarm(change, only_regressions); });
  });
}

void confirm(std::vector<Cell>& cells, const CompareSettings& settings) {
  std::vector<Suspect> suspects;
  for (Cell& cell : cells) {
    if (cell.failure || cell.lacking || cell.second.empty()) continue;
    for (std::size_t candidate = 0; candidate < cell.changes.size(); ++candidate) {
      for (std::size_t k = 0; k < cell.judged.size(); ++k) {
        if (is_alarm(cell.changes[candidate][k], settings.only_regressions))
          suspects.push_back(suspect_of(cell, candidate, k));
      }
    }
  }
  std::vector<double> p;
  for (const Suspect& suspect : suspects) p.push_back(suspect.p);
  const std::vector<bool> rejected = holm(p, settings.confirm_alpha);
  for (std::size_t k = 0; k < suspects.size(); ++k) settle(suspects[k], rejected[k]);
}

void count_as_unchanged(Compared& compared) {
  for (Cell& cell : compared.cells) {
    for (auto& changes : cell.changes) {
      for (Change& change : changes) {
        if (change.verdict == Verdict::unchanged) continue;
        if (change.confirmed)
          change.why =
              fmt::format("a false alarm ({}): it is the same program", change_text(change.log_ratio));
        change.verdict = Verdict::unchanged;
        change.confirmed = false;
        change.pairs_to_settle = 0;
      }
    }
  }
}

}  // namespace ipcmark
