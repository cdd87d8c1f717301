#include "suites/workloads/launch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

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
  ticket.in_place = key.tuning.access != 0;
  ticket.memory = memory_of(key);
  ticket.run_tag = tag;
  return ticket;
}

Job job_of(const Player& player, const TrialKey& key, const Mechanism& mechanism, const Workload& workload,
           const LaunchSettings& settings, Session& session, const Links& links) {
  const Part& part = *player.part;
  Job job;
  job.role = player.name;
  job.loop = part.loop;
  job.mechanism = key.mechanism;
  job.wait = key.wait;
  job.size = key.size;
  job.run_tag = session.tag();
  job.producer = player.producer;
  if (part.in >= 0) job.lanes = lanes_of(workload);
  if (workload.scheduled) job.rate = key.tuning.rate != 0 ? key.tuning.rate : usual_rate;
  job.clock = settings.clock.clock;
  job.duplex = mechanism.traits.duplex;
  if (!player.is_producer()) job.sabotage = settings.sabotage;
  const auto at = [&](int link) -> Link& { return *links[job.duplex ? 0 : static_cast<std::size_t>(link)]; };
  if (job.duplex) {
    job.out_role = player.is_producer() ? Role::producer : Role::consumer;
    job.out = ticket_of(at(0), job.out_role, key, session.tag());
    return job;
  }
  if (part.out >= 0) job.out = ticket_of(at(part.out), Role::producer, key, session.tag());
  if (part.in >= 0) job.in = ticket_of(at(part.in), Role::consumer, key, session.tag());
  return job;
}

RunningCast start(const TrialKey& key, const Workload& workload, const std::vector<Player>& players,
                  const LaunchSettings& settings, Session& session) {
  const Mechanism& mechanism = *mechanism_named(key.mechanism);
  std::string reason;
  const auto places = place(key.placement, workload.parts.size(), os::topology(), reason);
  if (!places) throw Unsupported(fmt::format("{}: {}", name_of(key.placement), reason));

  RunningCast started{.links = create_links(key, workload.links, session), .cast = {}};
  std::vector<Job> jobs;
  for (const Player& player : players) {
    jobs.push_back(job_of(player, key, mechanism, workload, settings, session, started.links));
    if (!places->empty()) jobs.back().processor = (*places)[player.place];
  }
  started.cast = std::make_unique<Cast>(std::move(jobs), settings.patience);
  for (const auto& link : started.links) link->handed_over();
  return started;
}

// The rounds of one launch.
class Rounds {
 public:
  Rounds(Cast& cast, const Workload& workload, const std::vector<Player>& players, bool may_miss)
      : cast_(cast), workload_(workload), players_(players), may_miss_(may_miss) {}

  // So many messages of every producer more, judged. What one host loses is lost at once, so that a consumer
  // that may miss the last message is not waited for long.
  Round run(std::uint64_t messages, std::uint64_t stride, double expected_s, bool measured) {
    constexpr Cast::Patience straggle{0.05};
    const std::chrono::duration<double> limit(10 * expected_s);
    const RoundOrder order{.plan = plan_of(messages, stride), .measured = measured};
    reports_ = cast_.round(order, std::chrono::duration_cast<std::chrono::nanoseconds>(limit),
                           may_miss_ ? std::optional(straggle) : std::nullopt);
    const Round round{workload_, players_, reports_, order.plan};
    judge(round, may_miss_);
    return round;
  }

  // Two messages that lie in the channel together, the second more urgent than the first.
  void prove_overtaking() {
    const RoundOrder order{.plan = plan_of(2, 1)};
    reports_ = cast_.in_turn(order);
    judge_overtaking({workload_, players_, reports_, order.plan});
  }

 private:
  LoopPlan plan_of(std::uint64_t messages, std::uint64_t stride) {
    const LoopPlan plan{.first = next_, .end = next_ + messages, .sample_stride = stride};
    next_ = plan.end;
    return plan;
  }

  Cast& cast_;
  const Workload& workload_;
  const std::vector<Player>& players_;
  bool may_miss_;
  std::uint64_t next_ = 0;
  std::vector<RoundReport> reports_;  // of the latest round
};

// How many messages to measure, and how often to take the time of one.
struct Measure {
  std::uint64_t messages = 0, stride = 1;  // messages: of each producer
  double expected_s = 0;
};

// Rounds of growing length until the warm-up's time is over; the last one tells what a message takes.
Measure warm_up(Rounds& rounds, std::uint64_t least, const LaunchSettings& settings) {
  constexpr std::uint64_t first_round = 16, growth = 8, most = 1ULL << 32;
  std::uint64_t messages = first_round;
  double spent = 0;
  for (;;) {
    const double seconds = os::to_ns(ticks_of(rounds.run(messages, 1, 0, false))) / 1e9;
    spent += seconds;
    const double each = std::max(seconds / static_cast<double>(messages), 1e-10);
    if (spent >= settings.warm_up_s) {
      Measure measure;
      measure.messages =
          std::clamp<std::uint64_t>(static_cast<std::uint64_t>(settings.duration_s / each), least, most);
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

Launch launch_from(const TrialKey& key, const Round& round, const LaunchSettings& settings) {
  Launch launch;
  Histogram latency;
  std::uint64_t overtaken = 0;
  for (std::size_t k = 0; k < round.reports.size(); ++k) {
    const RoundReport& report = round.reports[k];
    // Moved is what arrived: the same as what was sent, unless the mechanism may miss some.
    if (!round.players[k].is_producer()) launch.messages += report.received;
    latency.merge(report.latency);
    overtaken += report.overtaken;
  }
  launch.producer = use_of(round, true);
  launch.consumer = use_of(round, false);
  launch.bytes = launch.messages * key.size;
  launch.seconds = os::to_ns(ticks_of(round)) / 1e9;
  if (latency.count() > 0) launch.latency = latency_of(latency, settings.clock.clock.ns_per_tick);
  launch.messages_per_s = static_cast<double>(launch.messages) / launch.seconds;
  launch.bytes_per_s = static_cast<double>(launch.bytes) / launch.seconds;
  launch.verified = tally_of(round);
  launch.fairness = fairness_of(round);
  if (round.workload.lanes == Lanes::classes && latency.count() > 0)
    launch.overtaken = static_cast<double>(overtaken) / static_cast<double>(latency.count());
  return launch;
}

// A role that several play has its processor shared by them, as all have on one core.
Placement noise_placement(const TrialKey& key, const Workload& workload, const std::vector<Player>& players) {
  return players.size() > workload.parts.size() ? Placement::same_core : key.placement;
}

}  // namespace

std::size_t depth_for(std::size_t size) {
  const auto within = [&](std::size_t bytes) { return bytes / std::max<std::size_t>(size, 1); };
  const std::size_t as_a_pipe = std::clamp<std::size_t>(within(std::size_t{64} << 10), 64, 1024);
  return std::bit_floor(std::clamp<std::size_t>(within(std::size_t{4} << 20), 4, as_a_pipe));
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
  return run_launch(key, *workload_named(key.workload), settings, session);
}

Launch run_launch(const TrialKey& key, const Workload& workload, const LaunchSettings& settings,
                  Session& session) {
  const bool may_miss = mechanism_named(key.mechanism)->traits.may_miss();
  const std::vector<Player> players = players_of(workload);
  os::clock_in_use = settings.clock.clock;
  const std::string started = os::utc_now();
  try {
    const std::uint64_t setting_up = os::read_monotonic();
    RunningCast running = start(key, workload, players, settings, session);
    const auto set_up_ns = static_cast<double>(os::read_monotonic() - setting_up);
    Rounds rounds(*running.cast, workload, players, may_miss);
    constexpr std::uint64_t fewest = 10;  // messages that a latency is known of
    const bool classes = workload.lanes == Lanes::classes;
    if (classes) rounds.prove_overtaking();
    const Measure measure = warm_up(rounds, classes ? fewest * Urgency::every : fewest, settings);
    // Only here: starting and ending the processes of the cast is itself work that others have to wait for.
    std::optional<NoiseProbe> probe;
    if (settings.probe_noise) probe.emplace();
    Launch launch =
        launch_from(key, rounds.run(measure.messages, measure.stride, measure.expected_s, true), settings);
    os::Usage::MaybeCount involuntary = launch.producer.usage.involuntary_switches;
    if (const auto& other = launch.consumer.usage.involuntary_switches; involuntary && other) {
      *involuntary += *other;
    } else {
      involuntary.reset();
    }
    if (probe) {
      launch.noise = probe->finish(noise_placement(key, workload, players), key.wait == Wait::spin,
                                   involuntary, launch.seconds);
    }
    running.cast->finish();
    launch.set_up_ns = set_up_ns;
    launch.started = started;
    return launch;
  } catch (const CastFailure& failure) {
    throw LaunchFailure({.kind = failure.kind, .detail = failure.what(), .verified = {}});
  }
}

}  // namespace ipcmark
