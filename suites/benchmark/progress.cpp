#include "suites/benchmark/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <tuple>

#include "harness/os/host.hpp"
#include "suites/benchmark/runner.hpp"
#include "suites/benchmark/units.hpp"

namespace ipcmark {
namespace {

// The figure that a trial is about, for people.
std::string headline(const Trial& trial) {
  if (trial.failure) return "FAILED: " + trial.failure->detail;
  if (trial.launches.empty()) return "";
  const double median = primary_interval(trial).median;
  const std::string_view headline = workload_named(trial.key.workload)->headline;
  if (headline == rate) return show_rate(median);
  const bool is_cpu = headline == "cpu_ns_per_message";
  return fmt::format("{} {}", is_cpu ? "CPU per message" : headline, show_ns(median));
}

std::string size_of(const TrialKey& key) { return key.size == 0 ? "signal" : show_size(key.size); }

std::string name_line(const TrialKey& key) {
  return fmt::format("{} {} {} {} {}", variant(key), key.workload, size_of(key), name_of(key.wait),
                     name_of(key.placement));
}

const Interval* find(const std::vector<Statistic>& statistics, std::string_view name) {
  const auto found =
      std::find_if(statistics.begin(), statistics.end(), [&](const Statistic& s) { return s.name == name; });
  return found == statistics.end() ? nullptr : &found->interval;
}

std::string or_dash(const Interval* interval, std::string (*show)(double)) {
  return interval == nullptr ? "-" : show(interval->median);
}

std::string row_of(const Trial& trial) {
  const TrialKey& key = trial.key;
  const auto statistics = summarise(trial);
  const Interval* p50 = find(statistics, "p50");
  const Interval* rate = find(statistics, "messages_per_s");
  // What moves nothing has no bytes per second, whatever size it was asked for.
  const Mechanism* mechanism = mechanism_named(key.mechanism);
  const bool moves = key.size != 0 && (mechanism == nullptr || mechanism->traits.framing != Framing::none);
  const Interval* bytes = moves ? find(statistics, "bytes_per_s") : nullptr;
  const Interval primary = primary_interval(trial);
  return fmt::format(
      "{:<18.18} {:>8} {:<8} {:>8} {:>8} {:>5.1f} {:>9} {:>9} {:>9}{}\n", key.mechanism, size_of(key),
      name_of(key.wait), or_dash(p50, show_ns), or_dash(find(statistics, "p99"), show_ns),
      100 * primary.relative_half_width(), or_dash(rate, show_rate), or_dash(bytes, show_bytes_rate),
      or_dash(find(statistics, "cpu_ns_per_message"), show_ns), trial.notes.empty() ? "" : " *");
}

// Rows that may be ranked together: one workload, placement, tuning, size; spinning apart from what sleeps.
auto order_of(const Trial& trial) {
  const double figure = primary_interval(trial).median;
  return std::tuple(trial.key.workload, name_of(trial.key.placement), text_of(trial.key.tuning),
                    trial.key.size, trial.key.wait,
                    workload_named(trial.key.workload)->headline == rate ? -figure : figure);
}

}  // namespace

bool may_colour() {
  const char* forbidden = std::getenv("NO_COLOR");
  return os::is_terminal(1) && (forbidden == nullptr || *forbidden == '\0');
}

Progress::Progress(std::size_t trials, std::size_t expected_launches, double expected_s, bool quiet)
    : trials_(trials),
      expected_launches_(expected_launches),
      expected_s_(expected_s),
      quiet_(quiet),
      terminal_(os::is_terminal(2)),
      started_(std::chrono::steady_clock::now()) {}

double Progress::seconds_left() const {
  const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  if (launches_ < 10) return std::max(0.0, expected_s_ - passed);
  const auto left = static_cast<double>(std::max(expected_launches_, launches_) - launches_);
  return passed / static_cast<double>(launches_) * left;
}

void Progress::show(const std::string& line) {
  const auto room = static_cast<std::size_t>(std::max(20, os::terminal_width() - 1));
  fmt::print(stderr, "\r\x1b[K{}", line.substr(0, room));
  std::fflush(stderr);
}

void Progress::begin(const Trial& trial) {
  if (quiet_ || !terminal_) return;
  const std::size_t filled =
      20 * std::min(launches_, expected_launches_) / std::max<std::size_t>(expected_launches_, 1);
  show(fmt::format("[{:<20}] {}/{} trials, launch {} of ~{}, {} left | {} {}", std::string(filled, '#'),
                   finished_, trials_, launches_ + 1, std::max(expected_launches_, launches_ + 1),
                   show_duration(seconds_left()), name_line(trial.key), headline(trial)));
}

void Progress::launched(const Trial& trial, bool finished) {
  ++launches_;
  if (finished) ++finished_;
  if (quiet_) return;
  if (terminal_) {
    if (trial.failure) fmt::print(stderr, "\r\x1b[K{}: {}\n", name_line(trial.key), headline(trial));
    return;
  }
  if (!finished) return;
  fmt::print(stderr, "{}/{} {}: {} ({} launches, {})\n", finished_, trials_, name_line(trial.key),
             headline(trial), trial.launches.size(), trial.stopped_by);
}

void Progress::end() {
  if (!quiet_ && terminal_) show("");
}

std::string table_of(const Result& result) {
  std::vector<const Trial*> rows;
  for (const Trial& trial : result.trials) {
    if (!trial.failure && !trial.launches.empty()) rows.push_back(&trial);
  }
  std::sort(rows.begin(), rows.end(),
            [](const Trial* a, const Trial* b) { return order_of(*a) < order_of(*b); });
  std::string text, group;
  for (const Trial* trial : rows) {
    const std::string tuning = text_of(trial->key.tuning);
    const std::string now = fmt::format("{}, {}{}{}", trial->key.workload, name_of(trial->key.placement),
                                        tuning.empty() ? "" : ", ", tuning);
    if (now != group) {
      text += fmt::format("\n{} (latency is {})\n", now, workload_named(trial->key.workload)->latency);
      text += fmt::format("{:<18} {:>8} {:<8} {:>8} {:>8} {:>5} {:>9} {:>9} {:>9}\n", "mechanism", "size",
                          "wait", "p50", "p99", "+-%", "messages", "bytes", "CPU/msg");
      group = now;
    }
    text += row_of(*trial);
  }
  if (std::any_of(rows.begin(), rows.end(), [](const Trial* t) { return !t->notes.empty(); })) {
    text += "\n* has a note in the report (contaminated launches, two modes, or a coarse clock).\n";
  }
  return text;
}

std::string remarks_on(const Result& result) {
  std::string text;
  for (const Trial& trial : result.trials) {
    if (trial.failure) text += fmt::format("FAILED  {}: {}\n", name_line(trial.key), trial.failure->detail);
  }
  std::map<std::string, std::vector<std::string>> reasons;
  for (const Skipped& one : result.skipped)
    reasons[one.key.mechanism + ": " + one.reason].push_back(label(one.key));
  for (const auto& [reason, labels] : reasons) {
    text += fmt::format("skipped {} trial{} of {}\n", labels.size(), labels.size() == 1 ? "" : "s", reason);
  }
  return text;
}

}  // namespace ipcmark
