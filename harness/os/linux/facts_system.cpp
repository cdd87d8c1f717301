// Facts about the kernel, its limits, and the system's software.
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <sstream>

#include "harness/os/linux/facts_parts.hpp"

namespace ipcmark::os {
namespace {

// Parameters that change scheduling, idling, frequency, clocks, mitigations, pages or checking in the kernel:
// admin-guide/kernel-parameters.
constexpr std::string_view measuring =
    " amd_pstate audit cgroup_disable clocksource cpufreq.default_governor cpufreq.off cpuidle.governor "
    "cpuidle.off cpuidle_haltpoll.force debug_pagealloc default_hugepagesz gather_data_sampling highres "
    "hpet hugepages hugepagesz idle indirect_target_selection init_on_alloc init_on_free "
    "intel_idle.max_cstate intel_pstate irqaffinity isolcpus kasan kfence.sample_interval kpti l1tf "
    "maxcpus mds mitigations mmio_stale_data nmi_watchdog no-kvmclock no-steal-acc nohpet nohz nohz_full "
    "nopti nopv nopvspin nosmap nosmep nosmt nosoftlockup nospec_store_bypass_disable nospectre_v1 "
    "nospectre_v2 nowatchdog nr_cpus numa numa_balancing page_poison preempt processor.max_cstate psi "
    "pti rcu_nocb_poll rcu_nocbs reg_file_data_sampling retbleed skew_tick slab_debug slub_debug "
    "spec_rstack_overflow spec_store_bypass_disable spectre_bhi spectre_v2 spectre_v2_user srbds "
    "threadirqs transparent_hugepage tsa tsc tsx tsx_async_abort vmscape watchdog_thresh ";

std::optional<std::string> value_of_parameter(const std::string& command_line, const std::string& name) {
  std::istringstream words(command_line);
  std::optional<std::string> value;  // the last one counts
  for (std::string word; words >> word && word != "--";) {
    if (word.starts_with(name + "=")) value = word.substr(name.size() + 1);
  }
  return value;
}

std::optional<std::string> built_in_preemption(const std::string& config) {
  constexpr std::array<std::array<const char*, 2>, 5> choices{{{"\nCONFIG_PREEMPT_RT=y", "realtime"},
                                                               {"\nCONFIG_PREEMPT_NONE=y", "none"},
                                                               {"\nCONFIG_PREEMPT_VOLUNTARY=y", "voluntary"},
                                                               {"\nCONFIG_PREEMPT_LAZY=y", "lazy"},
                                                               {"\nCONFIG_PREEMPT=y", "full"}}};
  const std::string lines = "\n" + config;
  for (const auto& [line, model] : choices) {
    if (lines.find(std::string(line) + "\n") != std::string::npos) return model;
  }
  return std::nullopt;
}

// The resolution of the coarse clock is the period of the tick: clock_getres(2).
std::optional<std::uint64_t> tick_rate() {
  timespec tick{};
  if (::clock_getres(CLOCK_MONOTONIC_COARSE, &tick) != 0 || tick.tv_sec != 0 || tick.tv_nsec <= 0)
    return std::nullopt;
  return static_cast<std::uint64_t>((1'000'000'000 + tick.tv_nsec / 2) / tick.tv_nsec);
}

void mitigation_facts(Gatherer& facts) {
  const std::string folder = "/sys/devices/system/cpu/vulnerabilities";
  const auto names = facts.names_in(folder);
  for (const std::string& name : names) facts.add_file("mitigations", name, folder + "/" + name);
  if (names.empty()) facts.add("mitigations", "all", std::nullopt);
}

void limit_of_process(Gatherer& facts, const char* name, auto resource) {
  rlimit limit{};
  const bool known = ::getrlimit(resource, &limit) == 0;
  const std::string value = limit.rlim_cur == RLIM_INFINITY ? "unlimited" : std::to_string(limit.rlim_cur);
  facts.add("limits", name, known ? std::optional(value) : std::nullopt);
}

void shared_memory_file_system(Gatherer& facts) {
  struct statvfs system {};
  const bool known = ::statvfs(facts.path("/dev/shm").c_str(), &system) == 0;
  const auto bytes = [&](fsblkcnt_t blocks) {
    return known ? std::optional<std::uint64_t>(blocks * system.f_frsize) : std::nullopt;
  };
  facts.add_number("limits", "dev_shm_bytes", bytes(system.f_blocks));
  facts.add_number("momentary", "dev_shm_free_bytes", bytes(system.f_bavail));
}

}  // namespace

std::string measuring_parameters(std::string_view command_line) {
  std::istringstream words{std::string(command_line)};
  std::string kept;
  for (std::string word; words >> word && word != "--";) {
    const std::string name = word.substr(0, word.find('='));
    if (measuring.find(" " + name + " ") == std::string_view::npos) continue;
    kept += (kept.empty() ? "" : " ") + word;
  }
  return kept.empty() ? "none" : kept;
}

std::optional<std::string> preemption_model(const PreemptionSources& sources) {
  const auto says = [&](const char* word) { return sources.version.find(word) != std::string::npos; };
  if (sources.realtime == "1" || says("PREEMPT_RT")) return "realtime";
  if (sources.switchable) {
    const auto open = sources.switchable->find('(');
    const auto close = sources.switchable->find(')');
    if (open < close && close != std::string::npos)
      return sources.switchable->substr(open + 1, close - open - 1);
  }
  if (says("PREEMPT_DYNAMIC") && sources.parameters) {
    if (const auto chosen = value_of_parameter(*sources.parameters, "preempt")) return chosen;
  }
  if (sources.config) {
    if (const auto model = built_in_preemption(*sources.config)) return model;
  }
  if (says("PREEMPT_DYNAMIC") || sources.version.empty()) return std::nullopt;
  return says("PREEMPT") ? "full or lazy" : "none or voluntary";
}

// The host's own name is among what uname(2) returns; it is not recorded.
void kernel_facts(Gatherer& facts) {
  utsname names{};
  const bool known = ::uname(&names) == 0;
  const auto text = [&](const char* value) {
    return known ? std::optional<std::string>(value) : std::nullopt;
  };
  facts.add("kernel", "name", text(names.sysname));
  facts.add("kernel", "release", text(names.release));
  facts.add("kernel", "version", text(names.version));
  facts.add("kernel", "architecture", text(names.machine));
  const auto command_line = facts.line("/proc/cmdline");
  facts.add("kernel", "parameters",
            command_line ? std::optional(measuring_parameters(*command_line)) : std::nullopt);
  facts.add("kernel", "preemption",
            preemption_model({.version = names.version,
                              .realtime = facts.line("/sys/kernel/realtime"),
                              .switchable = facts.line("/sys/kernel/debug/sched/preempt"),
                              .parameters = command_line,
                              .config = facts.text(std::string("/boot/config-") + names.release)}));
  const std::string clocks = "/sys/devices/system/clocksource/clocksource0/";
  facts.add_file("kernel", "clocksource", clocks + "current_clocksource");
  facts.add_file("kernel", "clocksources_available", clocks + "available_clocksource");
  facts.add_number("kernel", "hz", tick_rate());
  mitigation_facts(facts);
}

// mq_overview(7), msgctl(2), shmctl(2), pipe(7), unix(7), socket(7), getrlimit(2).
void limit_facts(Gatherer& facts) {
  constexpr std::array<std::array<const char*, 2>, 13> files{{
      {"mqueue_msg_max", "/proc/sys/fs/mqueue/msg_max"},
      {"mqueue_msgsize_max", "/proc/sys/fs/mqueue/msgsize_max"},
      {"mqueue_queues_max", "/proc/sys/fs/mqueue/queues_max"},
      {"msgmnb", "/proc/sys/kernel/msgmnb"},
      {"msgmax", "/proc/sys/kernel/msgmax"},
      {"msgmni", "/proc/sys/kernel/msgmni"},
      {"shmmax", "/proc/sys/kernel/shmmax"},
      {"shmall", "/proc/sys/kernel/shmall"},
      {"pipe_max_size", "/proc/sys/fs/pipe-max-size"},
      {"pipe_user_pages_soft", "/proc/sys/fs/pipe-user-pages-soft"},
      {"unix_max_dgram_qlen", "/proc/sys/net/unix/max_dgram_qlen"},
      {"wmem_max", "/proc/sys/net/core/wmem_max"},
      {"rmem_max", "/proc/sys/net/core/rmem_max"},
  }};
  for (const auto& [name, file] : files) facts.add_file("limits", name, file);
  limit_of_process(facts, "rlimit_msgqueue", RLIMIT_MSGQUEUE);
  limit_of_process(facts, "rlimit_memlock", RLIMIT_MEMLOCK);
  limit_of_process(facts, "rlimit_nofile", RLIMIT_NOFILE);
  shared_memory_file_system(facts);
}

void software_facts(Gatherer& facts) {
  std::array<char, 128> version{};  // "glibc 2.36": confstr(3)
  const std::size_t size = ::confstr(_CS_GNU_LIBC_VERSION, version.data(), version.size());
  facts.add("libc", "version", size > 0 ? std::optional<std::string>(version.data()) : std::nullopt);
  const auto release = facts.text("/etc/os-release");  // os-release(5)
  auto name = release ? field(*release, "PRETTY_NAME", '=') : std::nullopt;
  if (name) std::erase_if(*name, [](char letter) { return letter == '"' || letter == '\''; });
  facts.add("os", "name", name);
}

}  // namespace ipcmark::os
