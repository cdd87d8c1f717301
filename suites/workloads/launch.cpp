#include "suites/workloads/launch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace ipcmark {
namespace {

using Links = std::vector<std::unique_ptr<Link>>;

std::size_t depth_of(const TrialKey& key) {
  return key.tuning.depth != 0 ? key.tuning.depth : depth_for(key.size);
}

os::Memory memory_of(const TrialKey& key) { return static_cast<os::Memory>(key.tuning.memory); }

Options options_for(const TrialKey& key, Session& session) {
  return {.max_message = std::max(key.size, smallest_message),
          .depth = depth_of(key),
          .buffer = key.tuning.buffer,
          .memory = memory_of(key),
          .run = session.id(),
          .link = session.next_link()};
}

Links create_links(const TrialKey& key, unsigned wanted, Session& session) {
  const Mechanism& mechanism = *mechanism_named(key.mechanism);
  Links links;
  for (unsigned k = 0; k < (mechanism.traits.duplex ? 1 : wanted); ++k)
    links.push_back(mechanism.create(options_for(key, session)));
  return links;
}

struct RunningCast {
  Links links;  // outlive the cast: their destructors remove names after the children are gone
  std::unique_ptr<Cast> cast;
};

Ticket ticket_of(Link& link, Role role, const TrialKey& key, std::uint16_t tag) {
  Ticket ticket = link.ticket(role);
  ticket.max_message = std::max(key.size, smallest_message);
  ticket.depth = depth_of(key);
  ticket.buffer = key.tuning.buffer;
  ticket.batch = std::max<std::size_t>(key.tuning.batch, 1);
  ticket.memory = memory_of(key);
  ticket.run_tag = tag;
  return ticket;
}

Job job_of(const Part& part, const TrialKey& key, const Mechanism& mechanism, const LaunchSettings& settings,
           Session& session, const Links& links) {
  Job job;
  job.role = part.role;
  job.loop = part.loop;
  job.mechanism = key.mechanism;
  job.wait = key.wait;
  job.size = key.size;
  job.run_tag = session.tag();
  job.clock = settings.clock.clock;
  job.duplex = mechanism.traits.duplex;
  const auto at = [&](int link) -> Link& { return *links[job.duplex ? 0 : static_cast<std::size_t>(link)]; };
  if (job.duplex) {
    job.out_role = part.role == "producer" ? Role::producer : Role::consumer;
    job.out = ticket_of(at(0), job.out_role, key, session.tag());
    return job;
  }
  if (part.out >= 0) job.out = ticket_of(at(part.out), Role::producer, key, session.tag());
  if (part.in >= 0) job.in = ticket_of(at(part.in), Role::consumer, key, session.tag());
  return job;
}

RunningCast start(const TrialKey& key, const LaunchSettings& settings, Session& session) {
  const Mechanism& mechanism = *mechanism_named(key.mechanism);
  const Workload& workload = *workload_named(key.workload);
  std::string reason;
  const auto places = place(key.placement, workload.parts.size(), os::topology(), reason);
  if (!places) throw Unsupported(fmt::format("{}: {}", name_of(key.placement), reason));

  RunningCast started{.links = create_links(key, workload.links, session), .cast = {}};
  std::vector<Job> jobs;
  for (std::size_t k = 0; k < workload.parts.size(); ++k) {
    jobs.push_back(job_of(workload.parts[k], key, mechanism, settings, session, started.links));
    if (!places->empty()) jobs.back().processor = (*places)[k];
  }
  started.cast = std::make_unique<Cast>(std::move(jobs), settings.patience);
  for (const auto& link : started.links) link->handed_over();
  return started;
}

Tally sum(const std::vector<RoundReport>& reports) {
  Tally total;
  for (const RoundReport& report : reports) {
    total.lost += report.tally.lost;
    total.repeated += report.tally.repeated;
    total.reordered += report.tally.reordered;
    total.torn += report.tally.torn;
    total.foreign += report.tally.foreign;
  }
  return total;
}

std::string text_of(const Tally& tally) {
  return fmt::format("{} lost, {} repeated, {} reordered, {} torn, {} foreign", tally.lost, tally.repeated,
                     tally.reordered, tally.torn, tally.foreign);
}

// What a round that did not come to its end means: a message that never came, or nothing that moved.
[[noreturn]] void report_stop(const Workload& workload, const std::vector<RoundReport>& reports,
                              const LoopPlan& plan) {
  Tally tally = sum(reports);
  std::string progress;
  bool all_sent = false;
  for (std::size_t k = 0; k < reports.size(); ++k) {
    const RoundReport& report = reports[k];
    progress += fmt::format("{}the {} had sent {} and received {} of {}", k == 0 ? "" : ", ",
                            workload.parts[k].role, report.sent, report.received, plan.end - plan.first);
    if (workload.parts[k].role == "producer") all_sent = report.status == Status::ok;
  }
  const RoundReport& consumer = reports.back();
  const std::uint64_t missing =
      reports.front().sent > consumer.received ? reports.front().sent - consumer.received : 0;
  tally.lost = std::max(tally.lost, missing);
  const bool loss = all_sent && missing > 0;
  throw LaunchFailure(
      {.kind = loss || !sum(reports).clean() ? "verification" : "hang",
       .detail = fmt::format("{}: when stopped {}", loss ? "messages never came" : "nothing moved", progress),
       .verified = tally});
}

// A consumer that may miss messages is stopped when its producers are through: that is the end of its round.
bool only_missed_the_end(const Workload& workload, const std::vector<RoundReport>& reports) {
  for (std::size_t k = 0; k < reports.size(); ++k) {
    if (workload.parts[k].loop != "consume" && reports[k].status != Status::ok) return false;
  }
  return true;
}

void judge(const Workload& workload, const std::vector<RoundReport>& reports, const LoopPlan& plan,
           bool may_miss) {
  for (std::size_t k = 0; k < reports.size(); ++k) {
    const RoundReport& report = reports[k];
    if (report.status == Status::ok || report.status == Status::stopped) continue;
    const char* what = report.status == Status::closed      ? "the other side had closed"
                       : report.status == Status::too_big   ? "the message was too big"
                       : report.status == Status::truncated ? "the message was cut off"
                                                            : "the system call failed";
    throw LaunchFailure(
        {.kind = "error",
         .detail = fmt::format("the {}'s call number {} ended: {}{}", workload.parts[k].role,
                               report.sent + report.received + 1, what,
                               report.os_error ? fmt::format(" ({})", std::strerror(report.os_error)) : ""),
         .verified = sum(reports)});
  }
  if (std::any_of(reports.begin(), reports.end(),
                  [](const auto& r) { return r.status == Status::stopped; }) &&
      !(may_miss && only_missed_the_end(workload, reports))) {
    report_stop(workload, reports, plan);
  }
  const Tally tally = sum(reports);
  if (may_miss ? !tally.intact() : !tally.clean()) {
    throw LaunchFailure({.kind = "verification", .detail = text_of(tally), .verified = tally});
  }
}

// From the first producer's first message until the last process has done its last.
double ticks_of(const Workload& workload, const std::vector<RoundReport>& reports) {
  std::uint64_t begun = ~std::uint64_t{0}, ended = 0;
  for (std::size_t k = 0; k < reports.size(); ++k) {
    if (workload.parts[k].role == "producer") begun = std::min(begun, reports[k].begun);
    ended = std::max(ended, reports[k].ended);
  }
  return static_cast<double>(ended - begun);
}

// One round, judged. What one host loses is lost at once, so that a consumer that may miss the last message
// is not waited for long.
std::vector<RoundReport> run_round(Cast& cast, const Workload& workload, const RoundOrder& order,
                                   double expected_s, bool may_miss) {
  constexpr Cast::Patience straggle{0.05};
  const std::chrono::duration<double> limit(10 * expected_s);
  const auto reports = cast.round(order, std::chrono::duration_cast<std::chrono::nanoseconds>(limit),
                                  may_miss ? std::optional(straggle) : std::nullopt);
  judge(workload, reports, order.plan, may_miss);
  return reports;
}

// How many messages to measure, and how often to take the time of one.
struct Measure {
  std::uint64_t messages = 0, stride = 1;
  double expected_s = 0;
};

// Rounds of growing length until the warm-up's time is over; the last one tells what a message takes.
Measure warm_up(Cast& cast, const Workload& workload, const LaunchSettings& settings, bool may_miss,
                std::uint64_t& next) {
  constexpr std::uint64_t first_round = 16, growth = 8, most = 1ULL << 32;
  std::uint64_t messages = first_round;
  double spent = 0;
  for (;;) {
    const LoopPlan plan{.first = next, .end = next + messages, .sample_stride = 1};
    const auto reports = run_round(cast, workload, {.plan = plan}, 0, may_miss);
    next = plan.end;
    const double seconds = os::to_ns(ticks_of(workload, reports)) / 1e9;
    spent += seconds;
    const double each = std::max(seconds / static_cast<double>(messages), 1e-10);
    if (spent >= settings.warm_up_s) {
      Measure measure;
      measure.messages =
          std::clamp<std::uint64_t>(static_cast<std::uint64_t>(settings.duration_s / each), 10, most);
      measure.expected_s = each * static_cast<double>(measure.messages);
      // Two readings of the clock for every stride-th message cost at most one percent of the time.
      while (2 * settings.clock.cost_ns > 0.01 * each * 1e9 * static_cast<double>(measure.stride))
        measure.stride *= 2;
      return measure;
    }
    const auto wanted = static_cast<std::uint64_t>((settings.warm_up_s - spent) / each) + 1;
    messages = std::min({messages * growth, std::max(wanted, first_round), most});
  }
}

ProcessUse use_of(const RoundReport& report) {
  return {.usage = report.usage,
          .proportional_bytes = report.proportional_bytes,
          .counters = report.counters,
          .counters_unavailable = report.counters_unavailable,
          .counters_include_kernel = report.counters_include_kernel};
}

Launch launch_from(const TrialKey& key, const Workload& workload, const std::vector<RoundReport>& reports,
                   const LaunchSettings& settings) {
  Launch launch;
  Histogram latency;
  for (std::size_t k = 0; k < reports.size(); ++k) {
    const bool producer = workload.parts[k].role == "producer";
    // Moved is what arrived: the same as what was sent, unless the mechanism may miss some.
    if (!producer) launch.messages += reports[k].received;
    latency.merge(reports[k].latency);
    (producer ? launch.producer : launch.consumer) = use_of(reports[k]);
  }
  launch.bytes = launch.messages * key.size;
  launch.seconds = os::to_ns(ticks_of(workload, reports)) / 1e9;
  if (latency.count() > 0) launch.latency = latency_of(latency, settings.clock.clock.ns_per_tick);
  launch.messages_per_s = static_cast<double>(launch.messages) / launch.seconds;
  launch.bytes_per_s = static_cast<double>(launch.bytes) / launch.seconds;
  launch.verified = sum(reports);
  return launch;
}

}  // namespace

std::size_t depth_for(std::size_t size) {
  const auto within = [&](std::size_t bytes) { return bytes / std::max<std::size_t>(size, 1); };
  const std::size_t as_a_pipe = std::clamp<std::size_t>(within(std::size_t{64} << 10), 64, 1024);
  return std::bit_floor(std::clamp<std::size_t>(within(std::size_t{16} << 20), 4, as_a_pipe));
}

std::string why_unsupported(const TrialKey& key, Session& session) {
  try {
    const Workload* workload = workload_named(key.workload);
    create_links(key, workload == nullptr ? 1 : workload->links, session);
    return {};
  } catch (const Unsupported& missing) {
    return missing.what();
  }
}

Launch run_launch(const TrialKey& key, const LaunchSettings& settings, Session& session) {
  const Workload& workload = *workload_named(key.workload);
  const bool may_miss = mechanism_named(key.mechanism)->traits.may_miss();
  os::clock_in_use = settings.clock.clock;
  const std::string started = os::utc_now();
  try {
    const std::uint64_t setting_up = os::read_monotonic();
    RunningCast running = start(key, settings, session);
    Cast& cast = *running.cast;
    const auto set_up_ns = static_cast<double>(os::read_monotonic() - setting_up);
    std::uint64_t next = 0;
    const Measure measure = warm_up(cast, workload, settings, may_miss, next);
    const LoopPlan plan{.first = next, .end = next + measure.messages, .sample_stride = measure.stride};
    // Only here: starting and ending the processes of the cast is itself work that others have to wait for.
    std::optional<NoiseProbe> probe;
    if (settings.probe_noise) probe.emplace();
    const auto reports =
        run_round(cast, workload, {.plan = plan, .measured = true}, measure.expected_s, may_miss);
    Launch launch = launch_from(key, workload, reports, settings);
    const std::uint64_t involuntary =
        launch.producer.usage.involuntary_switches + launch.consumer.usage.involuntary_switches;
    if (probe)
      launch.noise = probe->finish(key.placement, key.wait == Wait::spin, involuntary, launch.seconds);
    cast.finish();
    launch.set_up_ns = set_up_ns;
    launch.started = started;
    return launch;
  } catch (const CastFailure& failure) {
    throw LaunchFailure({.kind = failure.kind, .detail = failure.what(), .verified = {}});
  }
}

}  // namespace ipcmark
