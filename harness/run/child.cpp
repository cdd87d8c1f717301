#include "harness/run/child.hpp"

#include "harness/os/cpu.hpp"
#include "harness/os/wait.hpp"
#include "harness/run/control.hpp"

namespace ipcmark {
namespace {

// The roles that a process can play, by the loop that it runs.
Loops<Endpoint>::Loop loop_named(const Loops<Endpoint>& loops, const std::string& name) {
  const std::pair<const char*, Loops<Endpoint>::Loop> all[]{
      {"ping", loops.ping},       {"echo", loops.echo},       {"produce", loops.produce},
      {"trickle", loops.trickle}, {"consume", loops.consume}, {"share", loops.share},
      {"urge", loops.urge},       {"attend", loops.attend},   {"offer", loops.offer}};
  for (const auto& [known, loop] : all) {
    if (name == known && loop != nullptr) return loop;
  }
  throw std::runtime_error("no loop named " + name + " for this mechanism");
}

const Mechanism& known_mechanism(const std::string& name) {
  const Mechanism* found = mechanism_named(name);
  if (found == nullptr) throw std::runtime_error("no mechanism named " + name);
  return *found;
}

os::Usage::MaybeCount since(const os::Usage::MaybeCount& before, const os::Usage::MaybeCount& after) {
  if (!before || !after) return std::nullopt;
  return *after - *before;
}

// What the endpoints hold: what they have opened, and what came with their tickets and is still there.
std::optional<std::uint64_t> held_by_endpoints(const Job& job, std::optional<std::uint64_t> before,
                                               std::optional<std::uint64_t> after) {
  if (!before || !after) return std::nullopt;
  std::uint64_t brought = job.out ? job.out->handles.size() : 0;
  if (job.in && !job.duplex) brought += job.in->handles.size();
  return brought + *after - *before;
}

class Child {
 public:
  explicit Child(const Job& job) : mechanism_(known_mechanism(job.mechanism)) {
    os::clock_in_use = job.clock;
    if (job.processor) os::pin_to(*job.processor);
    loop_ = loop_named(job.sabotage ? loops_of<Sabotaged> : mechanism_.loops, job.loop);
    const auto before = os::open_handles();
    // The receiving side first: opening a FIFO for writing waits until somebody reads.
    if (job.in && !job.duplex) in_ = open(*job.in, job.in_role, job);
    if (job.out) out_ = open(*job.out, job.out_role, job);
    handles_ = held_by_endpoints(job, before, os::open_handles());
    const Framing framing = mechanism_.traits.framing;
    state_.payload = framing != Framing::signal;
    state_.may_miss = mechanism_.traits.may_miss();
    const std::size_t bytes = state_.payload ? job.size : 0;
    state_.layout = StampLayout(bytes, job.run_tag, job.producer);
    if (job.rate > 0) state_.interval = 1e9 / static_cast<double>(job.rate) / job.clock.ns_per_tick;
    state_.outgoing = MessageBuffer(bytes, std::byte{0x5A});
    state_.incoming = MessageBuffer(bytes, std::byte{0});
    state_.checker = Checker(state_.layout);
    state_.lanes = LaneChecker(state_.layout.of_lane(0), job.lanes);
  }

  RoundReport run(const RoundOrder& order) {
    Endpoint& out = out_ ? *out_ : *in_;
    Endpoint& in = in_ ? *in_ : *out_;
    os::stop_flag.store(false, std::memory_order_relaxed);  // it was meant for an earlier round
    const Tally earlier = state_.checker.tally();
    const os::Usage before = os::usage_of_self();
    if (order.measured) counters_.start();
    loop_(out, in, order.plan, state_);
    RoundReport report;
    if (order.measured) report.counters = counters_.stop();
    const os::Usage after = os::usage_of_self();
    report.tally = state_.checker.tally().since(earlier);
    describe_lanes(report);
    describe(report, before, after, order.measured);
    return report;
  }

 private:
  void describe(RoundReport& report, const os::Usage& before, const os::Usage& after, bool measured) {
    report.begun = state_.begun;
    report.ended = state_.ended;
    report.sent = state_.sent;
    report.received = state_.received;
    report.next = state_.checker.next();
    report.status = state_.failed.status;
    report.os_error = state_.failed.os_error;
    if (!measured) return;
    report.latency = state_.latency;
    report.usage = {.user_ns = after.user_ns - before.user_ns,
                    .system_ns = after.system_ns - before.system_ns,
                    .voluntary_switches = since(before.voluntary_switches, after.voluntary_switches),
                    .involuntary_switches = since(before.involuntary_switches, after.involuntary_switches),
                    .minor_faults = after.minor_faults - before.minor_faults,
                    .major_faults = since(before.major_faults, after.major_faults),
                    .peak_rss_bytes = after.peak_rss_bytes};
    report.proportional_bytes = os::proportional_memory();
    report.open_handles = handles_;
    report.counters_unavailable = counters_.unavailable();
    report.counters_include_kernel = counters_.kernel_included();
  }

  void describe_lanes(RoundReport& report) const {
    const LaneChecker& lanes = state_.lanes;
    if (lanes.lanes() == 0) return;
    report.tally = lanes.tally();
    for (std::size_t lane = 0; lane < lanes.lanes(); ++lane) report.lanes.push_back(lanes.seen(lane));
    report.overtaken = state_.overtaken;
  }

  std::unique_ptr<Endpoint> open(const Ticket& ticket, Role role, const Job& job) const {
    std::unique_ptr<Endpoint> endpoint = mechanism_.open(ticket, role, job.wait);
    if (job.sabotage) endpoint = std::make_unique<Sabotaged>(std::move(endpoint), *job.sabotage);
    return endpoint;
  }

  const Mechanism& mechanism_;
  Loops<Endpoint>::Loop loop_ = nullptr;
  std::unique_ptr<Endpoint> in_, out_;
  std::optional<std::uint64_t> handles_;
  LoopState state_;
  os::HardwareCounters counters_;
};

std::unique_ptr<Child> set_up(os::Channel& control) {
  const auto line = control.read_line();
  if (!line) return nullptr;
  try {
    auto child = std::make_unique<Child>(decode_job(*line));
    control.write_line(encode_ready());
    return child;
  } catch (const Unsupported& error) {
    control.write_line(encode_failure("unsupported", error.what()));
  } catch (const std::exception& error) {
    control.write_line(encode_failure("error", error.what()));
  }
  return nullptr;
}

}  // namespace

int child_main() {
  os::survive_closed_pipes();
  os::listen_for_stop();
  os::Channel control{os::Handle(os::first_handle())};
  const auto child = set_up(control);
  if (!child) return 1;
  while (const auto line = control.read_line()) {
    const auto order = decode_order(*line);
    if (!order) return 0;
    if (!control.write_line(encode(child->run(*order), order->measured))) return 1;
  }
  return 0;
}

}  // namespace ipcmark
