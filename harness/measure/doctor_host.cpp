// Rules about the program itself, the machine under it, and the processors that it may use.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "harness/measure/doctor_rules.hpp"

namespace ipcmark {
namespace {

using MaybeFinding = std::optional<Finding>;

constexpr char build_release[] =
    "Build it for measuring: `cmake -B build -DCMAKE_BUILD_TYPE=Release` and `cmake --build build`.";

MaybeFinding build_type(const Facts& facts) {
  const std::string meaning =
      "Without optimisation the harness itself costs more than the fast mechanisms do.";
  if (!facts.build_type)
    return info("build_type", "The type of this build is unknown.", meaning, build_release);
  if (*facts.build_type == "Release" || *facts.build_type == "RelWithDebInfo") return {};
  return warning("build_type", fmt::format("This program is a {} build.", *facts.build_type), meaning,
                 build_release);
}

MaybeFinding assertions(const Facts& facts) {
  const std::string meaning =
      "Their checks lie inside the timed loops, and libraries may check more of their own.";
  if (!facts.assertions) {
    return info("assertions", "Whether assertions are on in this build is unknown.", meaning, build_release);
  }
  if (!*facts.assertions) return {};
  return warning("assertions", "Assertions are on in this build.", meaning, build_release);
}

MaybeFinding sanitizers(const Facts& facts) {
  if (facts.sanitizers.empty()) return {};
  return warning(
      "sanitizers",
      fmt::format("This build is instrumented by sanitizers: {}.", fmt::join(facts.sanitizers, ", ")),
      "Every access to memory is checked: times are several times too long, and not by the same factor for "
      "each mechanism.",
      std::string("Keep this build for `ipcmark verify`. ") + build_release);
}

MaybeFinding virtual_machine(const Facts& facts) {
  const std::string meaning =
      "A hypervisor may stop a processor at any moment, waking another processor goes through it and can "
      "take tens of "
      "microseconds, and neighbours share the caches: rankings of blocking mechanisms may differ on bare "
      "metal.";
  const std::string advice =
      "Nothing can be changed from inside. Compare ratios taken in one run, and measure on bare metal before "
      "a small "
      "difference decides.";
  if (!facts.hypervisor) {
    return info("virtual_machine", "Whether this host is a virtual machine is unknown.", meaning,
                "Ask who runs it. If it is one, compare ratios taken in one run.");
  }
  if (!is_guest(facts)) return {};
  const bool named = *facts.hypervisor != "unidentified";
  return warning("virtual_machine",
                 named ? fmt::format("This host is a virtual machine ({}).", *facts.hypervisor)
                       : std::string("This host is a virtual machine of an unidentified hypervisor."),
                 meaning, advice);
}

MaybeFinding container(const Facts& facts) {
  const std::string meaning =
      "Limits and quotas are the container's, and what runs beside it on the same processors cannot be seen "
      "from here.";
  if (!facts.container) {
    return info("container", "Whether this is a container is unknown.", meaning,
                "Ask with `systemd-detect-virt --container`. If it is one, measure outside of it or give it "
                "processors of its own.");
  }
  if (!in_container(facts)) return {};
  return info(
      "container", fmt::format("This is a container ({}).", *facts.container), meaning,
      "Measure outside of it, or give it processors of its own (`docker run --cpuset-cpus=2,3 ...`).");
}

MaybeFinding processors(const Facts& facts) {
  const std::string advice =
      "See what this process may use with `taskset -cp $$`, and give the guest or container a second core. "
      "If there is "
      "none, measure waits that block.";
  if (!facts.processors || !facts.cores) {
    return info(
        "one_core", "How many cores this process may use is unknown.",
        "With a single one, a producer and a consumer take turns and nothing across cores can be measured.",
        advice);
  }
  if (*facts.cores >= 2) return {};
  if (*facts.processors >= 2) {
    return warning(
        "one_core", fmt::format("The {} usable processors are siblings on one core.", *facts.processors),
        "A producer and a consumer share its units and its first-level cache: nothing across cores can be "
        "measured.",
        advice);
  }
  return warning(
      "one_core", "Only one processor is usable.",
      "A producer and a consumer take turns: a wait that spins burns whole time slices, and nothing across "
      "cores can be measured.",
      advice);
}

MaybeFinding smt(const Facts& facts) {
  const std::string meaning =
      "Whatever runs on the sibling takes turns in the units of the same core, so a time depends on what is "
      "beside it.";
  const std::string look = "Look at `lscpu --extended`; two processors with the same CORE are siblings.";
  if (facts.smt == true) {
    return warning("smt", "SMT (hyper-threading) is on.", meaning,
                   "Turn it off while measuring: `echo off | sudo tee /sys/devices/system/cpu/smt/control`.");
  }
  if (is_guest(facts)) {
    return info("smt", "Whether this guest's processors are siblings on one core of its host is unknown.",
                meaning, "Nothing can be changed from inside. Ask who runs the host for whole cores.");
  }
  if (!facts.smt) return info("smt", "Whether SMT (hyper-threading) is on is unknown.", meaning, look);
  return {};
}

MaybeFinding cpu_quota(const Facts& facts) {
  const std::string meaning =
      "When the quota of a period (100 ms by default) is spent, every process of the group stands still "
      "until the next "
      "one: spinning waits meet this first, and it shows as a tail of tens of milliseconds.";
  const std::string advice =
      "Remove it: `docker update --cpu-quota=-1 CONTAINER` from outside a container, or "
      "`sudo systemctl set-property --runtime UNIT CPUQuota=` for a unit of systemd.";
  if (!facts.cpu_quota) {
    return info("cpu_quota", "Whether control groups limit this process's processor time is unknown.",
                meaning,
                "Look at `cat /proc/self/cgroup` and at cpu.max below /sys/fs/cgroup, outside of the "
                "container, too.");
  }
  if (std::isinf(*facts.cpu_quota)) return {};
  return warning("cpu_quota",
                 fmt::format("Control groups allow {:.2f} processors' worth of time.", *facts.cpu_quota),
                 meaning, advice);
}

// harness/os/win32/facts.cpp writes it into the system's name.
MaybeFinding wine(const Facts& facts) {
  if (!facts.system || facts.system->find("(wine") == std::string::npos) return {};
  return warning(
      "wine", fmt::format("This is not Windows but Wine: {}.", *facts.system),
      "Much of what the kernel of Windows does is asked of a server process here: calls take longer, "
      "not all by the same factor, and the server's processor time is in no figure.",
      "Nothing can be changed from inside. Measure on Windows before a choice for Windows depends on it.");
}

constexpr std::array rules{Rule{build_type, Scope::any_system},
                           Rule{assertions, Scope::any_system},
                           Rule{sanitizers, Scope::any_system},
                           Rule{virtual_machine, Scope::any_system},
                           Rule{wine, Scope::any_system},
                           Rule{container},
                           Rule{processors},
                           Rule{smt},
                           Rule{cpu_quota}};

}  // namespace

std::span<const Rule> host_rules() { return rules; }

}  // namespace ipcmark
