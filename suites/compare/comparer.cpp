#include "suites/compare/comparer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/os/host.hpp"
#include "suites/compare/order.hpp"

namespace ipcmark {
namespace {

constexpr const char* first = "first";
constexpr const char* second = "second";

std::vector<double> values_of(const Launch& launch, const std::vector<Judged>& judged) {
  std::vector<double> values;
  for (const Judged& one : judged)
    values.push_back(value_of(launch, one.statistic).value_or(std::numeric_limits<double>::quiet_NaN()));
  return values;
}

std::size_t pairs_in(const Cell::Values& values) {
  std::size_t fewest = SIZE_MAX;
  for (const auto& side : values) fewest = std::min(fewest, side.empty() ? 0 : side.front().size());
  return fewest;
}

// The next of the stored launches that go to this part: 0 the first batch, 1 the second, 2 the baseline once
// more.
void take_stored(std::size_t part, const Cell& cell, std::size_t side,
                 std::vector<std::vector<double>>& values) {
  const std::size_t at = part * deal_of(cell).each + values.front().size();
  for (std::size_t k = 0; k < values.size(); ++k) values[k].push_back(cell.stored[side][k][at]);
}

void cannot_confirm(Cell& cell) {
  for (auto& changes : cell.changes) {
    for (Change& change : changes) {
      if (change.verdict != Verdict::regressed && change.verdict != Verdict::improved) continue;
      change.why = "too few launches to confirm it: measure with --launches 30, or compare programs";
    }
  }
}

}  // namespace

Comparer::Comparer(Compared& compared, CompareWatcher& watcher)
    : compared_(compared), watcher_(watcher), random_(compared.settings.seed) {
  for (const Side& side : compared_.sides) {
    if (side.program.empty()) continue;  // a stored result
    auto& launcher = launchers_[side.program];
    if (!launcher) launcher = std::make_unique<Launcher>(side.program);
  }
}

void Comparer::run() {
  begun_ = std::chrono::steady_clock::now();
  compared_.started = os::utc_now();
  for (Cell& cell : compared_.cells) cell.first = no_values(compared_.sides.size(), cell.judged.size());
  try {
    first_batch();
    second_batch();
  } catch (const Interrupted&) {
    compared_.interrupted_by = os::signal_text(os::termination_signal());
  }
  compared_.finished = os::utc_now();
}

Comparer::Live Comparer::live() const {
  Live live;
  for (Cell& cell : compared_.cells) {
    if (cell.live && !cell.failure && !cell.lacking) live.push_back(&cell);
  }
  return live;
}

bool Comparer::out_of_time() const {
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun_;
  return compared_.settings.budget_s > 0 && spent.count() > compared_.settings.budget_s;
}

void Comparer::first_batch() {
  const CompareSettings& settings = compared_.settings;
  const double coverage = 1 - settings.alpha / static_cast<double>(settings.looks.size());
  for (std::size_t look = 0; look < settings.looks.size() && !compared_.out_of_time; ++look) {
    const std::string what = fmt::format("look {} of {}", look + 1, settings.looks.size());
    rounds(what, first, live(), settings.looks[look], compared_.sides.size());
    for (Cell* cell : live()) {
      judge_first(*cell, coverage);
      cell->live = goes_on(*cell, settings.only_regressions);
    }
  }
}

void Comparer::second_batch() {
  const CompareSettings& settings = compared_.settings;
  Live suspects;
  for (Cell& cell : compared_.cells) {
    if (cell.failure || cell.lacking || !has_alarm(cell, settings.only_regressions)) continue;
    if (!deal_of(cell).second) {
      cannot_confirm(cell);
      continue;
    }
    cell.second = no_values(compared_.sides.size() + 1, cell.judged.size());
    suspects.push_back(&cell);
  }
  if (suspects.empty()) return;
  rounds("confirming", second, suspects, settings.confirm_pairs, compared_.sides.size() + 1);
  confirm(compared_.cells, settings);
}

void Comparer::rounds(const std::string& what, const char* batch, Live cells, unsigned until,
                      std::size_t alternatives) {
  const auto values = [&](Cell& cell) -> Cell::Values& { return batch == first ? cell.first : cell.second; };
  const auto blocks = [&](Cell& cell) -> std::size_t {
    const std::size_t pairs = pairs_in(values(cell)),
                      wanted = std::min<std::size_t>(until, deal_of(cell).each);
    const std::size_t rows = alternatives % 2 == 0 ? alternatives : 2 * alternatives;
    return pairs >= wanted ? 0 : (wanted - pairs + rows - 1) / rows;
  };
  std::size_t of = 0, done = 0;
  for (Cell* cell : cells) of += blocks(*cell);
  while (!cells.empty()) {
    std::shuffle(cells.begin(), cells.end(), random_);
    for (Cell* cell : cells) {
      if (blocks(*cell) == 0) continue;
      if (batch == first && out_of_time()) {
        compared_.out_of_time = true;
        return;
      }
      watcher_.progress(what, done++, of, *cell);
      block(batch, *cell, values(*cell), alternatives);
    }
    std::erase_if(cells, [&](Cell* cell) { return cell->failure || cell->lacking || blocks(*cell) == 0; });
  }
}

void Comparer::block(const char* batch, Cell& cell, Cell::Values& values, std::size_t alternatives) {
  for (const auto& row : balanced_block(alternatives, random_)) {
    if (pairs_in(values) >= deal_of(cell).each) return;
    for (const std::size_t alternative : row) {
      if (!launch(batch, cell, values, alternative)) return;
    }
  }
}

double Comparer::calibrate(const Cell& cell) {
  const auto known = message_ns_.find(label(cell.key));
  if (known != message_ns_.end()) return known->second;
  std::vector<double> each;
  for (int k = 0; k < 3; ++k) {
    const CompareSettings& settings = compared_.settings;
    const Made made = launchers_.at(compared_.sides[0].program)
                          ->launch({.key = cell.key,
                                    .duration_s = settings.duration_s,
                                    .warm_up_s = settings.warm_up_s,
                                    .watchdog_s = settings.watchdog_s,
                                    .sabotage = Sabotage{}});
    if (made.launch) each.push_back(1e9 / made.launch->messages_per_s);
  }
  return message_ns_[label(cell.key)] = median_interval(each).median;
}

std::optional<Sabotage> Comparer::sabotage_of(const Cell& cell, const Side& side) {
  const Injection& inject = compared_.settings.inject;
  if (!inject.any()) return std::nullopt;
  if (!side.sabotaged) return Sabotage{};
  return Sabotage{.slower_ns = inject.ns + (inject.share > 0 ? inject.share * calibrate(cell) : 0),
                  .dies = inject.dies};
}

bool Comparer::launch(const char* batch, Cell& cell, Cell::Values& values, std::size_t alternative) {
  // The last alternative of the second batch is the baseline once more.
  const std::size_t number = alternative < compared_.sides.size() ? alternative : 0;
  const Side& side = compared_.sides[number];
  if (side.program.empty()) {
    take_stored(batch == first ? 0 : alternative == number ? 1 : 2, cell, number, values[alternative]);
    return true;
  }
  const CompareSettings& settings = compared_.settings;
  LaunchRequest request{.key = cell.key,
                        .duration_s = settings.duration_s,
                        .warm_up_s = settings.warm_up_s,
                        .watchdog_s = settings.watchdog_s,
                        .sabotage = sabotage_of(cell, side)};
  if (!side.mechanism.empty()) {
    request.key.mechanism = side.mechanism;
    request.key.family = mechanism_named(side.mechanism)->traits.family;
  }
  const Made made = launchers_.at(side.program)->launch(request);
  if (!made.launch) {
    if (made.failure) {
      cell.failure = CellFailure{.side = number, .failure = *made.failure};
    } else {
      cell.lacking = number;
      cell.reason = made.unsupported;
    }
    watcher_.failed(cell);
    return false;
  }
  const std::vector<double> of = values_of(*made.launch, cell.judged);
  for (std::size_t k = 0; k < of.size(); ++k) values[alternative][k].push_back(of[k]);
  watcher_.launched(batch, cell, alternative, values[alternative].front().size(), of);
  return true;
}

}  // namespace ipcmark
