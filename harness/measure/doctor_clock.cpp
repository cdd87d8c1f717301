// Rules about clocks and hardware counters.
#include <fmt/format.h>

#include <array>

#include "harness/measure/doctor_rules.hpp"

namespace ipcmark {
namespace {

using MaybeFinding = std::optional<Finding>;

constexpr double coarse_step_ns = 1000.0;

MaybeFinding invariant_counter(const Facts& facts) {
  const std::string meaning =
      "Times are read by clock_gettime(2) instead, which costs two or three times as much as reading the "
      "counter.";
  const std::string advice =
      "Nothing can be changed, unless this is a guest whose host can pass the feature on (QEMU: -cpu "
      "host,+invtsc). "
      "Subtract the clock's cost, which every result states, before comparing mechanisms of less than 100 "
      "ns.";
  if (!facts.invariant_counter) {
    return info("invariant_counter", "Whether the time stamp counter runs at one rate is unknown.", meaning,
                advice);
  }
  if (*facts.invariant_counter) return {};
  return info("invariant_counter", "This CPU has no invariant time stamp counter that can be read.", meaning,
              advice);
}

bool has_word(const std::string& list, const std::string& word) {
  return (" " + list + " ").find(" " + word + " ") != std::string::npos;
}

std::string how_to_use_tsc(const Facts& facts) {
  if (has_word(facts.clocksources_available.value_or(""), "tsc")) {
    return "`echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource`";
  }
  return "See why the kernel refuses the counter with `sudo dmesg | grep -i -e tsc -e clocksource`. If it "
         "found it "
         "unstable, nothing can be done: such times are better read slowly than wrongly.";
}

MaybeFinding clocksource(const Facts& facts) {
  const std::string slow =
      "Every reading of clock_gettime(2) is a system call of up to a microsecond, in this program and in the "
      "mechanisms "
      "that use time-outs.";
  if (!facts.clocksource) {
    return info("clocksource", "The kernel's clock source is unknown.", slow,
                "Look at the clock's cost, which every result states.");
  }
  const std::string& source = *facts.clocksource;
  if (source == "tsc" || source == "arch_sys_counter") return {};
  const std::string what = fmt::format("The kernel's clock source is {}.", source);
  if (source == "kvm-clock" || source == "hyperv_clocksource_tsc_page") {
    return info(
        "clocksource", what,
        "It is read without a system call, but more slowly than tsc, and its rate may be corrected while a "
        "trial runs.",
        how_to_use_tsc(facts));
  }
  return warning("clocksource", what, slow, how_to_use_tsc(facts));
}

MaybeFinding coarse_clock(const Facts& facts) {
  const std::string meaning =
      "A single latency below its step cannot be told from zero or from one whole step.";
  const std::string advice =
      "Measure with `--clock auto`, and see to the clock source if that does not help.";
  if (!facts.clock_step_ns) {
    return info("coarse_clock", "The step of the clock in use is unknown.", meaning, advice);
  }
  if (*facts.clock_step_ns <= coarse_step_ns) return {};
  return warning("coarse_clock",
                 fmt::format("The clock in use moves in steps of {:.0f} ns.", *facts.clock_step_ns), meaning,
                 advice);
}

constexpr char lower_paranoia[] = "`sudo sysctl kernel.perf_event_paranoid=1`";

// By the kernel's setting or by a filter of system calls, and not for want of counters: perf_event_open(2),
// EACCES.
bool is_refused(const Facts& facts) {
  const std::string reason = facts.counters_unavailable.value_or("");
  return facts.perf_event_paranoid.value_or(0) > 2 || reason.find("denied") != std::string::npos ||
         reason.find("not permitted") != std::string::npos;
}

MaybeFinding no_counters(const Facts& facts) {
  const std::string meaning =
      "Cycles, instructions and cache misses per message are missing from results; times are not affected.";
  if (!facts.counters_unavailable) {
    return info("hardware_counters", "Whether hardware counters can be read is unknown.", meaning,
                "Try `perf stat true`.");
  }
  const std::string what = fmt::format("There are no hardware counters: {}.", *facts.counters_unavailable);
  const std::string use_times = "Use times and switches per message instead.";
  if (is_refused(facts)) {
    return info("hardware_counters", what, meaning,
                in_container(facts)
                    ? std::string("Start the container with `docker run --cap-add=PERFMON ...`, after ") +
                          lower_paranoia
                    : lower_paranoia);
  }
  if (is_guest(facts)) {
    return info("hardware_counters", what, meaning,
                "Nothing can be done inside a guest whose host does not pass its counters on. " + use_times);
  }
  return info("hardware_counters", what, meaning, "See why with `perf stat true`. " + use_times);
}

MaybeFinding hardware_counters(const Facts& facts) {
  if (!facts.counters_unavailable || !facts.counters_unavailable->empty()) return no_counters(facts);
  if (facts.counters_see_kernel.value_or(true)) return {};
  return info(
      "hardware_counters", "Hardware counters see only this program and not the kernel.",
      "Most of what a mechanism with system calls costs is missing from cycles and instructions per message; "
      "times are not affected.",
      lower_paranoia);
}

constexpr std::array rules{Rule{invariant_counter, Scope::any_system}, Rule{clocksource},
                           Rule{coarse_clock, Scope::any_system}, Rule{hardware_counters}};

}  // namespace

std::span<const Rule> clock_rules() { return rules; }

}  // namespace ipcmark
