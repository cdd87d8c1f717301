// Facts about processors, power management and memory.
#include <set>

#include "harness/os/linux/facts_parts.hpp"

namespace ipcmark::os {
namespace {

// A path below the folder of all processors.
std::string cpus(const std::string& below) { return "/sys/devices/system/cpu" + below; }

std::optional<std::string> field_of(const std::optional<std::string>& text, std::string_view key) {
  return text ? field(*text, key) : std::nullopt;
}

// Whether a word stands in a list of words.
bool has_word(const std::string& list, const std::string& word) {
  return (" " + list + " ").find(" " + word + " ") != std::string::npos;
}

std::vector<std::string> processors(const Gatherer& facts) {
  std::vector<std::string> found;
  for (const std::string& name : facts.names_in(cpus(""))) {
    const bool numbered = name.size() > 3 && name.find_first_not_of("0123456789", 3) == std::string::npos;
    if (numbered && name.starts_with("cpu")) found.push_back(name);
  }
  return found;
}

// What a file below every processor's folder says; different values are all named: "performance, powersave".
std::optional<std::string> on_every_processor(const Gatherer& facts, const std::string& file) {
  std::set<std::string> values;
  for (const std::string& processor : processors(facts)) {
    if (const auto value = facts.line(cpus("/" + processor + "/" + file))) values.insert(trimmed(*value));
  }
  std::string joined;
  for (const std::string& value : values) joined += (joined.empty() ? "" : ", ") + value;
  return joined;
}

// The cache of the first processor that has this name, "1Data" or "3Unified": sysfs-devices-system-cpu.
std::optional<std::uint64_t> cache_bytes(const Gatherer& facts, const std::string& level_and_type) {
  const std::string folder = cpus("/cpu0/cache");
  for (const std::string& index : facts.names_in(folder)) {
    const auto level = facts.line(folder + "/" + index + "/level");
    const auto type = facts.line(folder + "/" + index + "/type");
    const auto size = facts.line(folder + "/" + index + "/size");
    if (level && type && size && *level + *type == level_and_type) return bytes_of(*size);
  }
  return std::nullopt;
}

std::optional<std::string> on_or_off(const std::optional<std::string>& bit, const std::string& means_on) {
  if (!bit || (*bit != "0" && *bit != "1")) return std::nullopt;
  return *bit == means_on ? "on" : "off";
}

// intel_pstate inverts what the other drivers say: admin-guide/pm/cpufreq, "Frequency Boost Support".
std::optional<std::string> turbo(const Gatherer& facts) {
  if (const auto off = facts.line(cpus("/intel_pstate/no_turbo"))) return on_or_off(off, "0");
  if (const auto on = facts.line(cpus("/cpufreq/boost"))) return on_or_off(on, "1");
  return on_or_off(on_every_processor(facts, "cpufreq/boost"), "1");
}

struct IdleState {
  std::optional<std::string> name;
  std::optional<std::uint64_t> exit_us;
};

// The idle state in use that takes longest to leave: admin-guide/pm/cpuidle.
IdleState deepest_idle_state(const Gatherer& facts) {
  IdleState deepest;
  const std::string folder = cpus("/cpu0/cpuidle");
  for (const std::string& state : facts.names_in(folder)) {
    const auto latency = facts.line(folder + "/" + state + "/latency");
    const auto exit_us = latency ? bytes_of(*latency) : std::nullopt;
    const bool disabled = facts.line(folder + "/" + state + "/disable").value_or("0") != "0";
    if (!exit_us || disabled || (deepest.exit_us && *exit_us < *deepest.exit_us)) continue;
    deepest = {facts.line(folder + "/" + state + "/name"), exit_us};
  }
  return deepest;
}

void idle_facts(Gatherer& facts) {
  const auto driver = facts.line(cpus("/cpuidle/current_driver"));
  auto governor = facts.line(cpus("/cpuidle/current_governor"));
  if (!governor) governor = facts.line(cpus("/cpuidle/current_governor_ro"));
  IdleState deepest = deepest_idle_state(facts);
  if (driver == "none") deepest.name = "none";
  facts.add("idle", "driver", driver);
  facts.add("idle", "governor", governor);
  facts.add("idle", "deepest_state", deepest.name);
  facts.add_number("idle", "deepest_exit_us", deepest.exit_us);
}

}  // namespace

void cpu_facts(Gatherer& facts) {
  const auto info = facts.text("/proc/cpuinfo");
  const auto either = [&](std::string_view x86, std::string_view arm) {
    const auto value = field_of(info, x86);
    return value ? value : field_of(info, arm);
  };
  facts.add("cpu", "model", either("model name", "CPU part"));
  facts.add("cpu", "vendor", either("vendor_id", "CPU implementer"));
  facts.add("cpu", "family", either("cpu family", "CPU architecture"));
  facts.add("cpu", "model_number", either("model", "CPU variant"));
  facts.add("cpu", "stepping", either("stepping", "CPU revision"));
  facts.add("cpu", "microcode", field_of(info, "microcode"));
  const auto flags = field_of(info, "flags");
  for (const std::string flag : {"constant_tsc", "nonstop_tsc", "hypervisor"}) {
    facts.add("cpu", flag, flags ? std::optional(has_word(*flags, flag) ? "yes" : "no") : std::nullopt);
  }
  facts.add_number("cpu", "l1d_bytes", cache_bytes(facts, "1Data"));
  facts.add_number("cpu", "l2_bytes", cache_bytes(facts, "2Unified"));
  facts.add_number("cpu", "l3_bytes", cache_bytes(facts, "3Unified"));
  facts.add("momentary", "cpu_mhz", field_of(info, "cpu MHz"));
}

void power_facts(Gatherer& facts) {
  facts.add("frequency", "governor", on_every_processor(facts, "cpufreq/scaling_governor"));
  facts.add("frequency", "driver", on_every_processor(facts, "cpufreq/scaling_driver"));
  facts.add("frequency", "turbo", turbo(facts));
  facts.add("frequency", "energy_preference",
            on_every_processor(facts, "cpufreq/energy_performance_preference"));
  idle_facts(facts);
  facts.add_file("smt", "control", cpus("/smt/control"));
  const auto active = facts.line(cpus("/smt/active"));
  facts.add("smt", "active", active ? std::optional(*active == "1" ? "yes" : "no") : std::nullopt);
}

void memory_facts(Gatherer& facts) {
  const auto info = facts.text("/proc/meminfo");
  const auto bytes = [&](std::string_view key) {
    const auto value = field_of(info, key);
    return value ? bytes_of(*value) : std::nullopt;
  };
  const auto huge = facts.line("/sys/kernel/mm/transparent_hugepage/enabled");
  facts.add_number("memory", "total_bytes", bytes("MemTotal"));
  facts.add_number("memory", "swap_bytes", bytes("SwapTotal"));
  facts.add_number("memory", "hugepages", bytes("HugePages_Total"));
  facts.add_number("memory", "hugepage_bytes", bytes("Hugepagesize"));
  facts.add("memory", "transparent_hugepages", huge ? bracketed(*huge) : std::nullopt);
}

}  // namespace ipcmark::os
