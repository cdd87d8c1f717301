// Rules about other work on the host, and about processors that change speed or sleep.
#include <fmt/format.h>

#include <array>

#include "harness/measure/doctor_rules.hpp"

namespace ipcmark {
namespace {

using MaybeFinding = std::optional<Finding>;

constexpr double much_waiting = 0.01;       // share of time
constexpr double much_load = 0.5;           // tasks
constexpr std::uint64_t slow_exit_us = 10;  // a wake-up between cores takes about 5 us on bare metal

MaybeFinding stolen_time(const Facts& facts) {
  const std::string meaning =
      "The hypervisor runs somebody else on this guest's processors: times have a tail of milliseconds, at "
      "some hours "
      "more than at others.";
  const std::string advice =
      "Nothing can be changed from inside. Measure when the host is quiet, or on a guest with processors of "
      "its own; "
      "figures of `ipcmark compare` suffer less, for it interleaves.";
  if (!facts.stolen_share || !facts.stolen_s) {
    return info("stolen_time", "How much time a hypervisor steals is unknown.", meaning,
                "Compare ratios taken in one run, and repeat runs at another hour.");
  }
  if (*facts.stolen_share > 0.0) {
    return warning(
        "stolen_time",
        fmt::format(
            "{:.1f} % of the processors' time was stolen during the last 200 ms, and {:.1f} s since boot.",
            *facts.stolen_share * 100.0, *facts.stolen_s),
        meaning, advice);
  }
  if (*facts.stolen_s > 0.0) {
    return info(
        "stolen_time",
        fmt::format("{:.1f} s have been stolen since boot, none during the last 200 ms.", *facts.stolen_s),
        meaning, advice);
  }
  if (!is_guest(facts)) return {};
  return info("stolen_time",
              "No time was stolen since boot, or this hypervisor does not tell: which is unknown.", meaning,
              advice);
}

MaybeFinding other_work(const Facts& facts) {
  const std::string meaning =
      "Other tasks take processors and caches from the measured ones: times are longer, and their tails much "
      "longer.";
  const std::string advice =
      "Find them with `top`, stop them or wait; the load average takes a minute to fall.";
  const bool loaded = facts.load.value_or(0.0) >= much_load;
  const bool waiting = facts.waiting_share.value_or(0.0) >= much_waiting;
  if (!facts.load && !waiting) {  // one busy task on two processors makes nobody wait
    return info("other_work", "Whether other tasks use the processors is unknown.", meaning, advice);
  }
  if (!loaded && !waiting) return {};
  const std::string load = facts.load ? fmt::format("{:.2f}", *facts.load) : "unknown";
  const std::string share =
      facts.waiting_share ? fmt::format("{:.0f} %", *facts.waiting_share * 100.0) : "an unknown share";
  return warning(
      "other_work",
      fmt::format("The load average of the last minute is {}; tasks waited for a processor during {} of the "
                  "last 200 ms.",
                  load, share),
      meaning, advice);
}

MaybeFinding governor(const Facts& facts) {
  const std::string meaning =
      "Processors that are often idle, as those of blocking mechanisms are, run slower than busy ones: the "
      "frequency "
      "differs between the mechanisms compared and within a run.";
  if (facts.governor == "performance") return {};
  if (facts.governor) {
    return warning("frequency_governor", fmt::format("The frequency governor is {}.", *facts.governor),
                   meaning, "`sudo cpupower frequency-set -g performance`");
  }
  const std::string what = "The frequency governor is unknown.";
  if (is_guest(facts)) {
    return info(
        "frequency_governor", what, meaning,
        "Nothing can be changed from inside a guest, for its host decides. Compare ratios taken in one run.");
  }
  return info("frequency_governor", what, meaning,
              "Load a driver for it (`ls /sys/devices/system/cpu/cpu0/cpufreq`), or choose the profile for "
              "performance in "
              "the firmware's set-up.");
}

MaybeFinding turbo(const Facts& facts) {
  const std::string meaning =
      "The frequency depends on temperature and on how many cores are busy: runs differ by several percent.";
  if (facts.turbo == "off") return {};
  if (facts.turbo) {
    const bool intel = facts.frequency_driver.value_or("").starts_with("intel_");
    return warning("turbo", "Turbo frequencies are on.", meaning,
                   intel ? "`echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo`"
                         : "`echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost`");
  }
  const std::string what = "Whether turbo frequencies are on is unknown.";
  if (is_guest(facts)) {
    return info(
        "turbo", what, meaning,
        "Nothing can be changed from inside a guest, for its host decides. Compare ratios taken in one run.");
  }
  return info("turbo", what, meaning, "Turn them off in the firmware's set-up.");
}

MaybeFinding halting(const Facts& facts) {
  if (facts.idle_driver == "haltpoll") {
    return info(
        "idle_states", "Idle processors of this guest poll a while before they halt (haltpoll).",
        "Waking one is fast within that while (guest_halt_poll_ns, 200 us by default) and takes tens of "
        "microseconds after it, so blocking mechanisms look faster in a tight loop than at a slow rate.",
        "Nothing needs to be changed; read the results of both the closed loop and the fixed rate.");
  }
  if (facts.idle_driver != "none" || !is_guest(facts)) return {};
  return warning(
      "idle_states", "An idle processor of this guest halts, which gives it back to the hypervisor.",
      "Waking it takes tens of microseconds instead of a few: blocking mechanisms across cores show the "
      "hypervisor's wake-up more than their own cost.",
      "Let idle processors poll first: `sudo modprobe cpuidle_haltpoll force=1`, or cpuidle_haltpoll.force=1 "
      "on the kernel's command line where that is built in. Otherwise compare blocking mechanisms on one "
      "core, or waits that spin.");
}

MaybeFinding idle_states(const Facts& facts) {
  if (!facts.idle_driver) {
    return info("idle_states", "Which idle states the processors use is unknown.",
                "Leaving a deep one takes up to hundreds of microseconds and is part of every wake-up.",
                "Look at `cpupower idle-info`; compare the results of waits that block and waits that spin.");
  }
  if (*facts.idle_driver == "haltpoll" || *facts.idle_driver == "none") return halting(facts);
  if (!facts.idle_exit_us) {
    return info(
        "idle_states",
        fmt::format("Idle states are chosen by {}; how deep they are is unknown.", *facts.idle_driver),
        "Leaving a deep one takes up to hundreds of microseconds and is part of every wake-up.",
        "Look at `cpupower idle-info`.");
  }
  if (*facts.idle_exit_us < slow_exit_us) return {};
  return warning(
      "idle_states",
      fmt::format("Idle processors go as deep as {}, which takes {} us to leave.",
                  facts.idle_state.value_or("a state of unknown name"), *facts.idle_exit_us),
      "The wake-up of a blocked process includes it, the more often the longer the pause before: latency "
      "at a slow rate is higher than in a tight loop.",
      fmt::format("`sudo cpupower idle-set -D {}`; afterwards `sudo cpupower idle-set -E`.", slow_exit_us));
}

constexpr std::array rules{Rule{stolen_time}, Rule{other_work}, Rule{governor}, Rule{turbo},
                           Rule{idle_states}};

}  // namespace

std::span<const Rule> noise_rules() { return rules; }

}  // namespace ipcmark
