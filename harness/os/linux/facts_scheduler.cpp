// Facts about who may run where and for how long.
#include <algorithm>
#include <cstdio>
#include <limits>
#include <sstream>

#include "harness/os/linux/facts_parts.hpp"

namespace ipcmark::os {
namespace {

// One line of /proc/self/cgroup: "0::/user.slice" (version 2), "4:cpu,cpuacct:/docker/ab" (version 1).
struct Membership {
  std::string controllers, group;
};

std::vector<Membership> memberships(const Gatherer& facts) {
  std::vector<Membership> found;
  std::istringstream lines(facts.text("/proc/self/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    found.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return found;
}

bool lists(const std::string& controllers, const std::string& name, char separator) {
  return (separator + controllers + separator).find(separator + name + separator) != std::string::npos;
}

// A group's folder and those above it, up to the mount. A group outside this namespace begins with "/..".
std::vector<std::string> with_ancestors(const std::string& mount, std::string group) {
  std::vector<std::string> folders;
  while (group.size() > 1 && group.find("..") == std::string::npos) {
    folders.push_back(mount + group);
    group.resize(group.rfind('/'));
  }
  folders.push_back(mount);
  return folders;
}

class Quota {
 public:
  explicit Quota(const Gatherer& facts) : facts_(facts) {}

  // "150000 100000" or "max 100000": microseconds in each period.
  void see_version_2(const std::string& folder) {
    std::istringstream words(facts_.line(folder + "/cpu.max").value_or(""));
    std::string quota;
    double period = 0.0;
    if (!(words >> quota >> period) || period <= 0.0) return;
    known_ = true;
    if (quota != "max") least_ = std::min(least_, std::strtod(quota.c_str(), nullptr) / period);
  }

  void see_version_1(const std::string& folder) {
    const auto quota = facts_.line(folder + "/cpu.cfs_quota_us");
    const auto period = facts_.line(folder + "/cpu.cfs_period_us");
    if (!quota || !period) return;
    const double share = std::strtod(quota->c_str(), nullptr) / std::strtod(period->c_str(), nullptr);
    known_ = true;
    if (share > 0.0) least_ = std::min(least_, share);  // -1 is no quota
  }

  // The group above all others has no limit and no file for one; it also lacks cgroup.type, which all others
  // have.
  void see_version_2_root(const std::string& mount) {
    const auto controllers = facts_.line(mount + "/cgroup.controllers");
    if (controllers && lists(*controllers, "cpu", ' ') && !facts_.exists(mount + "/cgroup.type"))
      known_ = true;
  }

  std::optional<std::string> text() const {
    if (!known_) return std::nullopt;
    if (least_ == std::numeric_limits<double>::infinity()) return "none";
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.2f", least_);
    return digits;
  }

 private:
  const Gatherer& facts_;
  bool known_ = false;
  double least_ = std::numeric_limits<double>::infinity();  // processors
};

// "none" for a file that is there and names no processor. A kernel that can say which are isolated and has no
// file for nohz_full was built without it.
std::optional<std::string> processor_list(const Gatherer& facts, const std::string& name) {
  const std::string folder = "/sys/devices/system/cpu/";
  const auto list = facts.line(folder + name);
  if (!list) return facts.exists(folder + "isolated") ? std::optional("none") : std::nullopt;
  const std::string processors = trimmed(*list);
  return processors.empty() || processors == "(null)" ? "none" : processors;
}

}  // namespace

std::optional<std::string> cpu_quota(const Gatherer& facts) {
  Quota quota(facts);
  for (const Membership& member : memberships(facts)) {
    const std::string mounts = "/sys/fs/cgroup";
    if (member.controllers.empty()) {
      for (const std::string& folder : with_ancestors(mounts, member.group)) quota.see_version_2(folder);
      quota.see_version_2_root(mounts);
    } else if (lists(member.controllers, "cpu", ',')) {
      for (const std::string& folder : with_ancestors(mounts + "/" + member.controllers, member.group)) {
        quota.see_version_1(folder);
      }
    }
  }
  return quota.text();
}

void scheduler_facts(Gatherer& facts) {
  facts.add("scheduler", "isolated", processor_list(facts, "isolated"));
  facts.add("scheduler", "nohz_full", processor_list(facts, "nohz_full"));
  facts.add("scheduler", "cpu_quota", cpu_quota(facts));
  facts.add_file("scheduler", "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid");
}

}  // namespace ipcmark::os
