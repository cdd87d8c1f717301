#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "harness/os/linux/facts_parts.hpp"

namespace ipcmark::os {
namespace {

namespace fs = std::filesystem;

// A made-up root with the files that a test writes.
class LinuxFacts : public ::testing::Test {
 protected:
  LinuxFacts() {
    std::string pattern = (fs::temp_directory_path() / "ipcmark-facts-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~LinuxFacts() override { fs::remove_all(root_); }

  std::string write(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
    return root_ + path;
  }
  // The value of "group.name" as the made-up host has it.
  std::string value(const std::string& key) const {
    for (const Fact& fact : facts_below(root_)) {
      if (fact.group + "." + fact.name == key) return fact.value;
    }
    return "no such fact";
  }
  const std::string& root() const { return root_; }

 private:
  std::string root_;
};

TEST_F(LinuxFacts, a_first_line_has_no_end_of_line) {
  EXPECT_EQ(first_line(write("/a", "10\n20\n")), "10");
  EXPECT_EQ(first_line(write("/b", "10\r\n")), "10");
  EXPECT_EQ(first_line(write("/c", "no end")), "no end");
}

TEST_F(LinuxFacts, an_empty_line_is_a_line_and_an_empty_file_has_none) {
  EXPECT_EQ(first_line(write("/a", "\n")), "");
  EXPECT_EQ(first_line(write("/b", "")), std::nullopt);
}

TEST_F(LinuxFacts, a_missing_file_and_a_folder_have_no_line) {
  EXPECT_EQ(first_line(root() + "/missing"), std::nullopt);
  EXPECT_EQ(first_line(root()), std::nullopt);
}

TEST_F(LinuxFacts, a_number_is_the_whole_line_or_nothing) {
  EXPECT_EQ(number_in(write("/a", " 42 \n")), 42);
  EXPECT_EQ(number_in(write("/b", "-1\n")), -1);
  EXPECT_EQ(number_in(write("/c", "max\n")), std::nullopt);
  EXPECT_EQ(number_in(write("/d", "42 kB\n")), std::nullopt);
  EXPECT_EQ(number_in(write("/e", "99999999999999999999\n")), std::nullopt);
  EXPECT_EQ(number_in(write("/f", "\n")), std::nullopt);
}

TEST_F(LinuxFacts, a_host_without_any_file_is_unknown_and_never_empty) {
  for (const Fact& fact : facts_below(root()))
    EXPECT_FALSE(fact.value.empty()) << fact.group << "." << fact.name;
  for (const char* key :
       {"cpu.model", "cpu.hypervisor", "frequency.governor", "frequency.turbo", "smt.active",
        "memory.total_bytes", "virtualisation.hypervisor", "virtualisation.container", "kernel.clocksource",
        "kernel.parameters", "mitigations.all", "limits.mqueue_msg_max", "scheduler.isolated",
        "scheduler.nohz_full", "scheduler.cpu_quota", "os.name"}) {
    EXPECT_EQ(value(key), "unknown") << key;
  }
}

TEST_F(LinuxFacts, processor_facts_are_read_from_cpuinfo_of_x86) {
  write("/proc/cpuinfo",
        "vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC 7763\nstepping\t: "
        "1\n"
        "microcode\t: 0xa0011d1\nflags\t\t: fpu constant_tsc hypervisorx\n\nmodel name\t: second\n");
  EXPECT_EQ(value("cpu.model"), "AMD EPYC 7763");
  EXPECT_EQ(value("cpu.vendor"), "AuthenticAMD");
  EXPECT_EQ(value("cpu.model_number"), "1");
  EXPECT_EQ(value("cpu.microcode"), "0xa0011d1");
  EXPECT_EQ(value("cpu.constant_tsc"), "yes");
  EXPECT_EQ(value("cpu.nonstop_tsc"), "no");
  EXPECT_EQ(value("cpu.hypervisor"), "no");
}

TEST_F(LinuxFacts, processor_facts_of_arm_leave_the_flags_of_x86_unknown) {
  write("/proc/cpuinfo",
        "processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n");
  EXPECT_EQ(value("cpu.vendor"), "0x41");
  EXPECT_EQ(value("cpu.model"), "0xd0c");
  EXPECT_EQ(value("cpu.nonstop_tsc"), "unknown");
  EXPECT_EQ(value("virtualisation.hypervisor"), "unknown");
}

TEST_F(LinuxFacts, caches_are_told_apart_by_level_and_type_and_given_in_bytes) {
  const std::string cache = "/sys/devices/system/cpu/cpu0/cache/index";
  const std::vector<std::vector<std::string>> caches{
      {"1", "Instruction", "64K"}, {"1", "Data", "32K"}, {"2", "Unified", "2M"}};
  for (std::size_t at = 0; at < caches.size(); ++at) {
    write(cache + std::to_string(at) + "/level", caches[at][0] + "\n");
    write(cache + std::to_string(at) + "/type", caches[at][1] + "\n");
    write(cache + std::to_string(at) + "/size", caches[at][2] + "\n");
  }
  EXPECT_EQ(value("cpu.l1d_bytes"), "32768");
  EXPECT_EQ(value("cpu.l2_bytes"), "2097152");
  EXPECT_EQ(value("cpu.l3_bytes"), "unknown");
}

TEST_F(LinuxFacts, different_governors_are_all_named) {
  write("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
  write("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
  write("/sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "powersave\n");
  EXPECT_EQ(value("frequency.governor"), "performance, powersave");
}

TEST_F(LinuxFacts, turbo_is_read_from_either_driver) {
  write("/sys/devices/system/cpu/cpufreq/boost", "1\n");
  EXPECT_EQ(value("frequency.turbo"), "on");
  write("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
  EXPECT_EQ(value("frequency.turbo"), "off");
  write("/sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
  EXPECT_EQ(value("frequency.turbo"), "on");
}

TEST_F(LinuxFacts, the_deepest_idle_state_is_the_slowest_one_that_is_enabled) {
  const std::string state = "/sys/devices/system/cpu/cpu0/cpuidle/state";
  const std::vector<std::vector<std::string>> states{
      {"POLL", "0", "0"}, {"C1", "2", "0"}, {"C6", "133", "0"}, {"C8", "200", "1"}};
  for (std::size_t at = 0; at < states.size(); ++at) {
    write(state + std::to_string(at) + "/name", states[at][0] + "\n");
    write(state + std::to_string(at) + "/latency", states[at][1] + "\n");
    write(state + std::to_string(at) + "/disable", states[at][2] + "\n");
  }
  EXPECT_EQ(value("idle.deepest_state"), "C6");
  EXPECT_EQ(value("idle.deepest_exit_us"), "133");
}

TEST_F(LinuxFacts, memory_is_given_in_bytes) {
  write("/proc/meminfo",
        "MemTotal:       24684096 kB\nSwapTotal:  0 kB\nHugePages_Total:  4\nHugepagesize: 2048 kB\n");
  write("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  EXPECT_EQ(value("memory.total_bytes"), "25276514304");
  EXPECT_EQ(value("memory.swap_bytes"), "0");
  EXPECT_EQ(value("memory.hugepages"), "4");
  EXPECT_EQ(value("memory.hugepage_bytes"), "2097152");
  EXPECT_EQ(value("memory.transparent_hugepages"), "madvise");
}

TEST_F(LinuxFacts, a_processor_without_the_hypervisor_flag_is_no_guest_whatever_the_firmware_is_called) {
  write("/proc/cpuinfo", "flags : fpu sse\n");
  write("/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
  EXPECT_EQ(value("virtualisation.hypervisor"), "none");
  EXPECT_EQ(value("virtualisation.product"), "Amazon EC2");
}

TEST_F(LinuxFacts, a_guest_is_named_by_firmware_then_by_its_clock) {
  write("/proc/cpuinfo", "flags : fpu hypervisor\n");
  EXPECT_EQ(value("virtualisation.hypervisor"), "unidentified");
  write("/sys/class/dmi/id/sys_vendor", "QEMU\n");
  EXPECT_EQ(value("virtualisation.hypervisor"), "qemu");
  write("/sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc kvm-clock acpi_pm\n");
  EXPECT_EQ(value("virtualisation.hypervisor"), "kvm");
  write("/sys/class/dmi/id/product_name", "VirtualBox\n");
  EXPECT_EQ(value("virtualisation.hypervisor"), "virtualbox");
}

TEST_F(LinuxFacts, containers_are_known_by_their_marks) {
  write("/proc/1/cgroup", "0::/\n");
  EXPECT_EQ(value("virtualisation.container"), "unknown");
  fs::create_directories(root() + "/proc/self/ns");
  fs::create_symlink("pid:[4026531836]", root() + "/proc/self/ns/pid");
  EXPECT_EQ(value("virtualisation.container"), "none");
  write("/proc/sys/kernel/osrelease", "5.15.153.1-Microsoft-standard-WSL2\n");
  EXPECT_EQ(value("virtualisation.container"), "wsl");
  write("/run/.containerenv", "");
  EXPECT_EQ(value("virtualisation.container"), "podman");
  write("/.dockerenv", "");
  EXPECT_EQ(value("virtualisation.container"), "docker");
  write("/proc/1/cgroup", "0::/kubepods/burstable/pod1\n");
  EXPECT_EQ(value("virtualisation.container"), "kubernetes");
}

TEST_F(LinuxFacts, only_parameters_that_bear_on_measuring_are_kept) {
  EXPECT_EQ(measuring_parameters("root=UUID=12 quiet isolcpus=2-3 ip=10.0.0.1 nosmt"), "isolcpus=2-3 nosmt");
  EXPECT_EQ(measuring_parameters("quiet -- idle=poll --secret=1"), "none");
  EXPECT_EQ(measuring_parameters(""), "none");
}

TEST_F(LinuxFacts, the_preemption_model_follows_the_best_source) {
  const std::string dynamic = "#1 SMP PREEMPT_DYNAMIC";
  EXPECT_EQ(preemption_model({.version = "#1 SMP PREEMPT_RT"}), "realtime");
  EXPECT_EQ(preemption_model({.version = "#1 SMP"}), "none or voluntary");
  EXPECT_EQ(preemption_model({.version = "#1 SMP PREEMPT"}), "full or lazy");
  EXPECT_EQ(preemption_model({.version = dynamic}), std::nullopt);
  EXPECT_EQ(preemption_model({}), std::nullopt);
  EXPECT_EQ(preemption_model({.version = dynamic, .parameters = "quiet preempt=none"}), "none");
  EXPECT_EQ(
      preemption_model({.version = dynamic, .parameters = "quiet", .config = "A=y\nCONFIG_PREEMPT=y\n"}),
      "full");
  EXPECT_EQ(preemption_model(
                {.version = dynamic, .config = "CONFIG_PREEMPT_VOLUNTARY=y\nCONFIG_PREEMPT_BUILD=y\n"}),
            "voluntary");
  EXPECT_EQ(preemption_model(
                {.version = dynamic, .switchable = "none (voluntary) full", .parameters = "preempt=none"}),
            "voluntary");
}

TEST_F(LinuxFacts, each_vulnerability_is_a_fact) {
  write("/sys/devices/system/cpu/vulnerabilities/meltdown", "Mitigation: PTI\n");
  write("/sys/devices/system/cpu/vulnerabilities/l1tf", "Not affected\n");
  EXPECT_EQ(value("mitigations.meltdown"), "Mitigation: PTI");
  EXPECT_EQ(value("mitigations.l1tf"), "Not affected");
  EXPECT_EQ(value("mitigations.all"), "no such fact");
}

TEST_F(LinuxFacts, limits_are_read_and_what_this_kernel_lacks_is_unknown) {
  write("/proc/sys/fs/mqueue/msg_max", "10\n");
  EXPECT_EQ(value("limits.mqueue_msg_max"), "10");
  EXPECT_EQ(value("limits.msgmnb"), "unknown");
  EXPECT_EQ(value("limits.dev_shm_bytes"), "unknown");
}

TEST_F(LinuxFacts, processor_lists_tell_none_from_unknown) {
  write("/sys/devices/system/cpu/isolated", "\n");
  EXPECT_EQ(value("scheduler.isolated"), "none");
  EXPECT_EQ(value("scheduler.nohz_full"), "none");
  write("/sys/devices/system/cpu/isolated", "2-3\n");
  write("/sys/devices/system/cpu/nohz_full", "  (null)\n");
  EXPECT_EQ(value("scheduler.isolated"), "2-3");
  EXPECT_EQ(value("scheduler.nohz_full"), "none");
}

TEST_F(LinuxFacts, the_least_quota_of_a_group_and_its_ancestors_counts) {
  write("/proc/self/cgroup", "0::/a/b\n");
  write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(value("scheduler.cpu_quota"), "none");
  write("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  EXPECT_EQ(value("scheduler.cpu_quota"), "1.50");
  write("/sys/fs/cgroup/cpu.max", "300000 100000\n");
  EXPECT_EQ(value("scheduler.cpu_quota"), "1.50");
}

TEST_F(LinuxFacts, the_topmost_group_has_no_quota_but_a_group_that_hides_its_own_may_have_one) {
  write("/proc/self/cgroup", "0::/\n");
  write("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io\n");
  EXPECT_EQ(value("scheduler.cpu_quota"), "none");
  write("/sys/fs/cgroup/cgroup.type", "domain\n");
  EXPECT_EQ(value("scheduler.cpu_quota"), "unknown");
}

TEST_F(LinuxFacts, quotas_of_version_1_are_read_where_a_container_sees_them) {
  write("/proc/self/cgroup", "5:cpuset:/x\n4:cpu,cpuacct:/docker/12ab\n");
  write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(value("scheduler.cpu_quota"), "none");
  write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n");
  EXPECT_EQ(value("scheduler.cpu_quota"), "0.50");
}

TEST(LinuxHost, is_described_by_facts_that_are_unique_and_not_empty) {
  std::set<std::string> keys;
  for (const Fact& fact : host_facts()) {
    EXPECT_TRUE(keys.insert(fact.group + "." + fact.name).second) << fact.group << "." << fact.name;
    EXPECT_FALSE(fact.value.empty());
  }
}

TEST(LinuxHost, has_a_kernel_a_memory_and_a_libc) {
  std::map<std::string, std::string> known;
  for (const Fact& fact : host_facts()) known[fact.group + "." + fact.name] = fact.value;
  EXPECT_EQ(known["kernel.name"], "Linux");
  EXPECT_EQ(known["kernel.release"], first_line("/proc/sys/kernel/osrelease"));
  EXPECT_GT(std::stoull(known["memory.total_bytes"]), 1U << 20U);
  EXPECT_GT(std::stoi(known["kernel.hz"]), 0);
  EXPECT_NE(known["libc.version"], "unknown");
}

TEST(LinuxHost, is_described_without_its_name) {
  char name[256] = {};
  ASSERT_EQ(::gethostname(name, sizeof name - 1), 0);
  for (const Fact& fact : host_facts()) EXPECT_NE(fact.value, name) << fact.group << "." << fact.name;
}

TEST(LinuxHost, counts_stolen_time_pressure_and_load_that_never_run_backwards) {
  const auto stolen = stolen_ns();
  ASSERT_TRUE(stolen);
  EXPECT_GE(stolen_ns(), stolen);
  const auto waited = cpu_pressure_us();  // nothing where the kernel has no pressure stall information
  EXPECT_GE(cpu_pressure_us(), waited);
  EXPECT_GE(load_average(), 0.0);
}

}  // namespace
}  // namespace ipcmark::os
