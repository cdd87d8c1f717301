#include "suites/workloads/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "harness/loops.hpp"

namespace ipcmark {
namespace {

void add(Tally& total, const Tally& more) {
  total.lost += more.lost;
  total.repeated += more.repeated;
  total.reordered += more.reordered;
  total.torn += more.torn;
  total.foreign += more.foreign;
}

// What the processes say of themselves.
Tally sum(const std::vector<RoundReport>& reports) {
  Tally total;
  for (const RoundReport& report : reports) add(total, report.tally);
  return total;
}

LaneRange sent_on(const Round& round, std::size_t lane) {
  return round.workload.lanes == Lanes::classes ? Urgency::range(round.plan, lane)
                                                : LaneRange{round.plan.first, round.plan.end};
}

std::string text_of(const Tally& tally) {
  return fmt::format("{} lost, {} repeated, {} reordered, {} torn, {} foreign", tally.lost, tally.repeated,
                     tally.reordered, tally.torn, tally.foreign);
}

const char* text_of(Status status) {
  switch (status) {
    case Status::closed: return "the other side had closed";
    case Status::too_big: return "the message was too big";
    case Status::truncated: return "the message was cut off";
    default: return "the system call failed";
  }
}

// What a round that did not come to its end means: a message that never came, or nothing that moved.
[[noreturn]] void report_stop(const Round& round) {
  std::string progress;
  bool all_sent = true;
  std::uint64_t sent = 0, received = 0;
  for (std::size_t k = 0; k < round.reports.size(); ++k) {
    const RoundReport& report = round.reports[k];
    progress +=
        fmt::format("{}the {} had sent {} and received {} of {}", k == 0 ? "" : ", ", round.players[k].name,
                    report.sent, report.received, round.plan.end - round.plan.first);
    const bool producer = round.players[k].is_producer();
    if (producer) all_sent = all_sent && report.status == Status::ok;
    (producer ? sent : received) += producer ? report.sent : report.received;
  }
  Tally tally = sum(round.reports);
  const std::uint64_t missing = sent > received ? sent - received : 0;
  const bool loss = all_sent && missing > 0;
  const bool wrong = loss || !tally.clean();
  tally.lost = std::max(tally.lost, missing);
  throw LaunchFailure(
      {.kind = wrong ? "verification" : "hang",
       .detail = fmt::format("{}: when stopped {}", loss ? "messages never came" : "no end in time", progress),
       .verified = tally});
}

// A consumer that may miss messages is stopped when its producers are through: that is the end of its round.
bool only_missed_the_end(const Round& round) {
  for (std::size_t k = 0; k < round.reports.size(); ++k) {
    if (round.players[k].part->loop != "consume" && round.reports[k].status != Status::ok) return false;
  }
  return true;
}

void judge_calls(const Round& round) {
  for (std::size_t k = 0; k < round.reports.size(); ++k) {
    const RoundReport& report = round.reports[k];
    if (report.status == Status::ok || report.status == Status::stopped) continue;
    throw LaunchFailure(
        {.kind = "error",
         .detail = fmt::format("the {}'s call number {} ended: {}{}", round.players[k].name,
                               report.sent + report.received + 1, text_of(report.status),
                               report.os_error ? fmt::format(" ({})", os::error_text(report.os_error)) : ""),
         .verified = sum(round.reports)});
  }
}

bool any_stopped(const Round& round) {
  return std::any_of(round.reports.begin(), round.reports.end(),
                     [](const RoundReport& report) { return report.status == Status::stopped; });
}

void add(ProcessUse& total, const RoundReport& report) {
  using Maybe = os::Usage::MaybeCount;
  const auto sum_of = [](Maybe one, Maybe other) {
    return one && other ? Maybe(*one + *other) : std::nullopt;
  };
  os::Usage& usage = total.usage;
  usage.user_ns += report.usage.user_ns;
  usage.system_ns += report.usage.system_ns;
  usage.voluntary_switches = sum_of(usage.voluntary_switches, report.usage.voluntary_switches);
  usage.involuntary_switches = sum_of(usage.involuntary_switches, report.usage.involuntary_switches);
  usage.minor_faults += report.usage.minor_faults;
  usage.major_faults = sum_of(usage.major_faults, report.usage.major_faults);
  usage.peak_rss_bytes = std::max(usage.peak_rss_bytes, report.usage.peak_rss_bytes);
  if (total.proportional_bytes && report.proportional_bytes) {
    *total.proportional_bytes += *report.proportional_bytes;
  } else {
    total.proportional_bytes.reset();
  }
  if (report.open_handles)
    total.open_handles = std::max(total.open_handles.value_or(0), *report.open_handles);
  if (total.counters && report.counters) {
    total.counters->cycles += report.counters->cycles;
    total.counters->instructions += report.counters->instructions;
    total.counters->cache_misses += report.counters->cache_misses;
  } else {
    total.counters.reset();
    total.counters_unavailable = report.counters_unavailable;
  }
}

}  // namespace

Tally tally_of(const Round& round) {
  Tally total = sum(round.reports);
  for (std::size_t lane = 0; lane < lanes_of(round.workload); ++lane) {
    LaneCount seen;
    for (const RoundReport& report : round.reports) {
      if (!report.lanes.empty()) seen += report.lanes.at(lane);
    }
    add(total, compare_lane(count_of(sent_on(round, lane)), seen));
  }
  // A torn message belongs to no lane, and is missing in its own.
  if (round.workload.lanes != Lanes::none) total.lost -= std::min(total.lost, total.torn);
  return total;
}

void judge(const Round& round, bool may_miss) {
  judge_calls(round);
  if (any_stopped(round) && !(may_miss && only_missed_the_end(round))) report_stop(round);
  const Tally tally = tally_of(round);
  if (may_miss ? !tally.intact() : !tally.clean()) {
    throw LaunchFailure({.kind = "verification", .detail = text_of(tally), .verified = tally});
  }
}

void judge_overtaking(const Round& round) {
  judge_calls(round);
  if (any_stopped(round)) {
    throw LaunchFailure({.kind = "error",
                         .detail = "the channel does not hold two messages of this size, so that none can "
                                   "overtake another",
                         .verified = {}});
  }
  judge(round, false);
  if (round.reports.back().overtaken == 0) {
    throw LaunchFailure({.kind = "verification",
                         .detail =
                             "a message of higher priority came after one of lower priority that lay in "
                             "the channel with it",
                         .verified = tally_of(round)});
  }
}

double ticks_of(const Round& round) {
  std::uint64_t begun = ~std::uint64_t{0}, ended = 0;
  for (std::size_t k = 0; k < round.reports.size(); ++k) {
    if (round.players[k].is_producer()) begun = std::min(begun, round.reports[k].begun);
    ended = std::max(ended, round.reports[k].ended);
  }
  return static_cast<double>(ended - begun);
}

ProcessUse use_of(const Round& round, bool producers) {
  ProcessUse total;
  bool first = true;
  for (std::size_t k = 0; k < round.reports.size(); ++k) {
    if (round.players[k].is_producer() != producers) continue;
    const RoundReport& report = round.reports[k];
    if (first) {
      total.proportional_bytes = 0;
      total.counters.emplace();
      total.counters_include_kernel = report.counters_include_kernel;
    }
    first = false;
    add(total, report);
  }
  return total;
}

std::optional<Fairness> fairness_of(const Round& round) {
  std::vector<double> rates, shares;
  for (std::size_t k = 0; k < round.reports.size(); ++k) {
    const RoundReport& report = round.reports[k];
    if (round.players[k].is_producer()) {
      rates.push_back(static_cast<double>(report.sent) /
                      static_cast<double>(std::max<std::uint64_t>(report.ended - report.begun, 1)));
    } else {
      shares.push_back(static_cast<double>(report.received));
    }
  }
  if (rates.size() < 2 && shares.size() < 2) return std::nullopt;
  return Fairness{.producers = jain_index(rates), .consumers = jain_index(shares)};
}

}  // namespace ipcmark
