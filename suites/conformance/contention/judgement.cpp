// What a judgement says, and that of wake-ups, which have no names and can only be counted.
#include <fmt/format.h>

#include <algorithm>

#include "suites/conformance/contention/checker.hpp"

namespace ipcmark::contention {
namespace {

constexpr std::uint64_t most_texts = 3;  // of each defect

// When each send began and each wake-up was there, and how many consumers were killed.
struct Wakes {
  std::vector<std::uint64_t> sent, came;
  std::uint64_t acknowledged = 0, killed = 0;
};
Wakes wakes_in(std::span<const History> histories) {
  Wakes wakes;
  for (const History& history : histories) {
    if (history.side == Side::consumer && !history.ended) ++wakes.killed;
    for (const Record& record : history.records) {
      if (history.side == Side::producer) {
        wakes.sent.push_back(record.began);
        if (acknowledged(record)) ++wakes.acknowledged;
      } else if (brought_something(record)) {
        wakes.came.push_back(record.ended);
      }
    }
  }
  std::sort(wakes.sent.begin(), wakes.sent.end());
  std::sort(wakes.came.begin(), wakes.came.end());
  return wakes;
}

}  // namespace

void Judgement::add(Defect defect, const std::string& text) {
  if (counts[static_cast<std::size_t>(defect)]++ < most_texts) texts.push_back(text);
}
bool Judgement::clean() const noexcept {
  return std::all_of(counts.begin(), counts.end(), [](std::uint64_t count) { return count == 0; });
}
std::vector<std::string> Judgement::found() const {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < defects; ++k) {
    if (counts[k] != 0) names.emplace_back(defect_names[k]);
  }
  return names;
}
std::string Judgement::text() const {
  std::string line;
  for (const std::string& one : texts) line += (line.empty() ? "" : "; ") + one;
  std::uint64_t all = 0;
  for (const std::uint64_t count : counts) all += count;
  if (all > texts.size()) line += fmt::format("; and {} more", all - texts.size());
  return line;
}

// At no moment may more have come than had been sent until then.
Judgement judge_wakes(std::span<const History> histories, const Rules& rules) {
  Judgement judgement;
  const Wakes wakes = wakes_in(histories);
  const std::uint64_t got = wakes.came.size();
  judgement.received = got;
  judgement.acknowledged = wakes.acknowledged;
  if (got > wakes.sent.size())
    judgement.add(Defect::repeated,
                  fmt::format("repeated: {} wake-ups came of {} sent", got, wakes.sent.size()));
  for (std::size_t k = 0; k < std::min(wakes.came.size(), wakes.sent.size()); ++k) {
    if (wakes.came[k] < wakes.sent[k])
      judgement.add(Defect::early, fmt::format("early: wake-up {} came before as many were sent", k + 1));
  }
  if (got >= wakes.acknowledged) return judgement;
  const std::uint64_t short_by = wakes.acknowledged - got;
  if (rules.delivery == Delivery::every) {
    judgement.indeterminate = std::min(short_by, wakes.killed);
    if (short_by > wakes.killed)
      judgement.add(Defect::lost, fmt::format("lost: {} of {} wake-ups never came", short_by - wakes.killed,
                                              wakes.acknowledged));
  } else if (got == 0) {
    judgement.add(Defect::lost_tail,
                  fmt::format("lost_tail: of {} wake-ups not even one came", wakes.acknowledged));
  } else {
    judgement.missed = short_by;
  }
  return judgement;
}

}  // namespace ipcmark::contention
