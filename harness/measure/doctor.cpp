#include "harness/measure/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <set>
#include <string_view>
#include <thread>

#include "harness/measure/doctor_rules.hpp"
#include "harness/os/clock.hpp"
#include "harness/os/cpu.hpp"
#include "harness/os/host.hpp"
#include "harness/os/process.hpp"
#include "harness/results/build_info.hpp"

namespace ipcmark {
namespace {

using std::chrono::steady_clock;

// The host's facts by group and name, without those that are unknown.
class Known {
 public:
  explicit Known(std::vector<os::Fact> facts) : facts_(std::move(facts)) {}

  std::optional<std::string> text(std::string_view group, std::string_view name) const {
    const auto found = std::find_if(facts_.begin(), facts_.end(), [&](const os::Fact& fact) {
      return fact.group == group && fact.name == name && fact.value != "unknown";
    });
    return found == facts_.end() ? std::nullopt : std::optional(found->value);
  }

  template <class Number>
  std::optional<Number> number(std::string_view group, std::string_view name) const {
    const auto value = text(group, name);
    if (!value) return std::nullopt;
    if (*value == "unlimited") return std::numeric_limits<Number>::max();
    Number number = 0;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (error != std::errc{} || end != value->data() + value->size()) return std::nullopt;
    return number;
  }

 private:
  std::vector<os::Fact> facts_;
};

void add_build(Facts& facts) {
  if (!build_info.build_type.empty()) facts.build_type = std::string(build_info.build_type);
  facts.assertions = build_info.assertions;
  facts.sanitizers = sanitizers_in(build_info.flags);
}

void add_processors(Facts& facts, const Known& known) {
  const os::Topology& topology = os::topology();
  std::set<unsigned> cores;
  for (const os::Processor& processor : topology.usable) cores.insert(processor.core);
  facts.processors = static_cast<unsigned>(topology.usable.size());
  facts.cores = static_cast<unsigned>(cores.size());
  facts.system = known.text("kernel", "name");
  facts.hypervisor = known.text("virtualisation", "hypervisor");
  facts.container = known.text("virtualisation", "container");
  if (const auto active = known.text("smt", "active")) facts.smt = *active == "yes";
  facts.cpu_quota = known.text("scheduler", "cpu_quota") == "none"
                        ? std::numeric_limits<double>::infinity()
                        : known.number<double>("scheduler", "cpu_quota");
  facts.governor = known.text("frequency", "governor");
  facts.turbo = known.text("frequency", "turbo");
  facts.frequency_driver = known.text("frequency", "driver");
  facts.idle_driver = known.text("idle", "driver");
  facts.idle_state = known.text("idle", "deepest_state");
  facts.idle_exit_us = known.number<std::uint64_t>("idle", "deepest_exit_us");
}

// The smallest of three steps of the clock in use. One that does not move for 50 ms is given as that much.
double clock_step_ns() {
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(50);
  double smallest = 50e6;
  std::uint64_t before = os::ticks();
  for (int steps = 0; steps < 3 && steady_clock::now() < deadline;) {
    const std::uint64_t now = os::ticks();
    if (now == before) continue;
    smallest = std::min(smallest, os::to_ns(static_cast<double>(now - before)));
    before = now;
    ++steps;
  }
  return smallest;
}

void add_clocks(Facts& facts, const Known& known) {
  facts.invariant_counter = os::counter_is_invariant();
  facts.clocksource = known.text("kernel", "clocksource");
  facts.clocksources_available = known.text("kernel", "clocksources_available");
  facts.clock_step_ns = clock_step_ns();
  const os::HardwareCounters counters;
  facts.counters_unavailable = counters.unavailable();
  facts.counters_see_kernel = counters.kernel_included();
  facts.perf_event_paranoid = known.number<std::int64_t>("scheduler", "perf_event_paranoid");
}

void add_limits(Facts& facts, const Known& known) {
  const auto limit = [&](std::string_view name) { return known.number<std::uint64_t>("limits", name); };
  facts.mqueue_msg_max = limit("mqueue_msg_max");
  facts.mqueue_msgsize_max = limit("mqueue_msgsize_max");
  facts.rlimit_msgqueue = limit("rlimit_msgqueue");
  facts.msgmnb = limit("msgmnb");
  facts.msgmax = limit("msgmax");
  facts.pipe_max_size = limit("pipe_max_size");
  facts.pipe_user_pages_soft = limit("pipe_user_pages_soft");
  facts.unix_max_dgram_qlen = limit("unix_max_dgram_qlen");
  facts.dev_shm_free = known.number<std::uint64_t>("momentary", "dev_shm_free_bytes");
  facts.rlimit_memlock = limit("rlimit_memlock");
}

// What the counters have gained per nanosecond of the sample.
template <class Count>
std::optional<double> share_of(std::optional<Count> before, std::optional<Count> after, double ns_each,
                               double whole_ns) {
  if (!before || !after || *after < *before) return std::nullopt;
  return std::min(1.0, static_cast<double>(*after - *before) * ns_each / whole_ns);
}

// This process sleeps meanwhile, so whatever waits or is stolen is not its own doing.
void watch_others(Facts& facts) {
  const auto stolen = os::stolen_ns();
  const auto waited = os::cpu_pressure_us();
  const auto start = steady_clock::now();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const double sample_ns = std::chrono::duration<double, std::nano>(steady_clock::now() - start).count();
  const auto stolen_after = os::stolen_ns();
  facts.stolen_share =
      share_of(stolen, stolen_after, 1.0, sample_ns * std::max(1U, std::thread::hardware_concurrency()));
  facts.waiting_share = share_of(waited, os::cpu_pressure_us(), 1e3, sample_ns);
  if (stolen_after) facts.stolen_s = static_cast<double>(*stolen_after) * 1e-9;
  const double load = os::load_average();
  if (!std::isnan(load)) facts.load = load;
}

Finding not_examined(const std::string& system) {
  return info(
      "not_examined",
      fmt::format(
          "Power management, other work, clock source and limits are not examined on {}: they are unknown.",
          system),
      "Each of them may make times longer or less steady.",
      "Choose the power plan for performance, end other programs, and compare ratios taken in one run.");
}

}  // namespace

Facts gather_facts() {
  const Known known(os::host_facts());
  Facts facts;
  add_build(facts);
  add_processors(facts, known);
  add_clocks(facts, known);
  add_limits(facts, known);
  watch_others(facts);
  return facts;
}

std::vector<Finding> judge(const Facts& facts) {
  const bool on_linux = facts.system.value_or("Linux") == "Linux";
  std::vector<Finding> findings;
  for (const auto& rules : {host_rules(), noise_rules(), clock_rules(), limit_rules()}) {
    for (const Rule& rule : rules) {
      if (rule.scope == Scope::linux_only && !on_linux) continue;
      if (auto finding = rule.check(facts)) findings.push_back(std::move(*finding));
    }
  }
  if (!on_linux) findings.push_back(not_examined(*facts.system));
  std::stable_partition(findings.begin(), findings.end(),
                        [](const Finding& finding) { return finding.severity == "warning"; });
  return findings;
}

std::vector<Finding> examine_host() { return judge(gather_facts()); }

}  // namespace ipcmark
