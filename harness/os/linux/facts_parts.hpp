// How facts about a Linux host are gathered: one function per group, all reading below one root, so that
// tests can show them a made-up /proc and /sys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/os/host.hpp"

namespace ipcmark::os {

class Gatherer {
 public:
  // `root` is put before every path; empty for the host itself.
  explicit Gatherer(std::string root) : root_(std::move(root)) {}

  std::string path(const std::string& below) const { return root_ + below; }
  std::optional<std::string> line(const std::string& path) const { return first_line(root_ + path); }
  std::optional<std::string> text(const std::string& path) const;  // the whole file
  bool exists(const std::string& path) const;
  std::vector<std::string> names_in(const std::string& folder) const;  // sorted; empty when there is none
  std::string link_target(const std::string& path) const;              // empty when there is none

  // A fact without a value, or with an empty one, is "unknown".
  void add(std::string group, std::string name, std::optional<std::string> value);
  void add_number(std::string group, std::string name, std::optional<std::uint64_t> value);
  void add_file(std::string group, std::string name, const std::string& path) {
    add(group, name, line(path));
  }

  std::vector<Fact> take() { return std::move(facts_); }

 private:
  std::string root_;
  std::vector<Fact> facts_;
};

void cpu_facts(Gatherer&);             // cpu, momentary
void power_facts(Gatherer&);           // frequency, idle, smt
void memory_facts(Gatherer&);          // memory
void kernel_facts(Gatherer&);          // kernel, mitigations
void limit_facts(Gatherer&);           // limits, momentary
void software_facts(Gatherer&);        // libc, os
void scheduler_facts(Gatherer&);       // scheduler
void virtualisation_facts(Gatherer&);  // virtualisation

std::vector<Fact> facts_below(const std::string& root);

std::string trimmed(std::string_view);

// The value of the first line "key : value" of a text such as /proc/cpuinfo or /proc/meminfo.
std::optional<std::string> field(std::string_view text, std::string_view key, char separator = ':');

// The word in brackets: "always [madvise] never" says madvise.
std::optional<std::string> bracketed(std::string_view text);

// A size with its unit, "32K" or "24684096 kB", in bytes.
std::optional<std::uint64_t> bytes_of(std::string_view text);

// The parameters of a kernel command line that bear on measuring, in their order; "none" when there are none.
// The rest is left out: it names disks, addresses and sometimes secrets, and results are given to others.
std::string measuring_parameters(std::string_view command_line);

// Which preemption model runs: "none", "voluntary", "full", "lazy", "realtime", "none or voluntary", or
// nothing when the kernel could have been told either and no source says.
struct PreemptionSources {
  std::string version;                         // uname(2): "#1 SMP PREEMPT_DYNAMIC ..."
  std::optional<std::string> realtime = {};    // /sys/kernel/realtime
  std::optional<std::string> switchable = {};  // /sys/kernel/debug/sched/preempt: "none voluntary (full)"
  std::optional<std::string> parameters = {};  // the kernel's command line
  std::optional<std::string> config = {};      // the text of /boot/config-<release>
};
std::optional<std::string> preemption_model(const PreemptionSources&);

// Processors' worth of time that control groups allow, "1.50"; "none" when there is no quota: cgroups(7).
std::optional<std::string> cpu_quota(const Gatherer&);

}  // namespace ipcmark::os
