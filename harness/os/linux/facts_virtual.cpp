// Whether this host is a guest or a container, and of what.
#include <algorithm>
#include <array>
#include <cctype>

#include "harness/os/linux/facts_parts.hpp"

namespace ipcmark::os {
namespace {

struct Mark {
  std::string_view text, kind;
};

// What firmware calls itself, the beginning of a DMI string. QEMU is not among them: it says nothing about
// whether KVM or emulation runs the code, and the clock sources do.
constexpr std::array firmware_marks{Mark{"Amazon EC2", "kvm"},
                                    Mark{"Google Compute Engine", "kvm"},
                                    Mark{"KVM", "kvm"},
                                    Mark{"OpenStack", "kvm"},
                                    Mark{"KubeVirt", "kvm"},
                                    Mark{"VMware", "vmware"},
                                    Mark{"VMW", "vmware"},
                                    Mark{"VirtualBox", "virtualbox"},
                                    Mark{"innotek GmbH", "virtualbox"},
                                    Mark{"Xen", "xen"},
                                    Mark{"Virtual Machine", "hyperv"},
                                    Mark{"Parallels", "parallels"},
                                    Mark{"BHYVE", "bhyve"},
                                    Mark{"Apple Virtualization", "apple"}};

constexpr std::array clock_marks{Mark{"kvm-clock", "kvm"}, Mark{"hyperv_", "hyperv"}, Mark{"xen", "xen"}};

constexpr std::array cgroup_marks{Mark{"kubepods", "kubernetes"}, Mark{"docker", "docker"},
                                  Mark{"libpod", "podman"}, Mark{"/lxc", "lxc"},
                                  Mark{"containerd", "containerd"}};

std::optional<std::string> firmware_kind(const Gatherer& facts) {
  for (const char* file : {"sys_vendor", "product_name", "board_vendor", "bios_vendor"}) {
    const auto name = facts.line(std::string("/sys/class/dmi/id/") + file);
    for (const Mark& mark : firmware_marks) {
      if (name && name->starts_with(mark.text)) return std::string(mark.kind);
    }
  }
  return std::nullopt;
}

// A guest's kernel offers the clock of its hypervisor.
std::optional<std::string> clock_kind(const Gatherer& facts) {
  const auto clocks = facts.line("/sys/devices/system/clocksource/clocksource0/available_clocksource");
  for (const Mark& mark : clock_marks) {
    if (clocks && (" " + *clocks).find(" " + std::string(mark.text)) != std::string::npos) {
      return std::string(mark.kind);
    }
  }
  return std::nullopt;
}

// "none" only where the CPU itself denies it: the flag is CPUID 1, ECX bit 31, which hypervisors set for
// guests. Firmware is not asked then, for a bare-metal instance of a cloud carries the cloud's name, too.
std::optional<std::string> hypervisor(const Gatherer& facts) {
  if (facts.line("/sys/hypervisor/type") == "xen") return "xen";
  const auto info = facts.text("/proc/cpuinfo");
  const auto flags = info ? field(*info, "flags") : std::nullopt;
  const bool flagged = flags && (*flags + " ").find(" hypervisor ") != std::string::npos;
  if (flags && !flagged) return "none";
  if (const auto kind = firmware_kind(facts)) return kind;
  if (const auto kind = clock_kind(facts)) return kind;
  if (facts.line("/sys/class/dmi/id/sys_vendor").value_or("").starts_with("QEMU")) return "qemu";
  return flagged ? std::optional("unidentified") : std::nullopt;
}

bool is_wsl(const Gatherer& facts) {
  std::string release = facts.line("/proc/sys/kernel/osrelease").value_or("");
  std::transform(release.begin(), release.end(), release.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return release.find("microsoft") != std::string::npos;
}

// The inode number of the first process namespace is fixed: PROC_PID_INIT_INO in the kernel's
// linux/proc_ns.h.
bool in_first_process_namespace(const Gatherer& facts) {
  return facts.link_target("/proc/self/ns/pid") == "pid:[4026531836]";
}

std::optional<std::string> container(const Gatherer& facts) {
  const auto groups = facts.text("/proc/1/cgroup");
  for (const Mark& mark : cgroup_marks) {
    if (groups && groups->find(mark.text) != std::string::npos) return std::string(mark.kind);
  }
  if (facts.exists("/.dockerenv")) return "docker";
  if (facts.exists("/run/.containerenv")) return "podman";
  if (const auto told = facts.line("/run/systemd/container")) return told;
  if (is_wsl(facts)) return "wsl";
  return in_first_process_namespace(facts) ? std::optional("none") : std::nullopt;
}

// Who made the machine, real or not. Firecracker has no DMI; its ACPI tables bear its mark, but only root may
// read them, so that it is the product here and not the hypervisor, which is the same for every user.
std::optional<std::string> product(const Gatherer& facts) {
  const auto acpi = facts.text("/sys/firmware/acpi/tables/FACP");
  if (acpi && acpi->find("FIRECK") != std::string::npos) return "Firecracker";
  const std::string vendor = facts.line("/sys/class/dmi/id/sys_vendor").value_or("");
  return vendor + " " + facts.line("/sys/class/dmi/id/product_name").value_or("");
}

}  // namespace

void virtualisation_facts(Gatherer& facts) {
  facts.add("virtualisation", "hypervisor", hypervisor(facts));
  facts.add("virtualisation", "container", container(facts));
  facts.add("virtualisation", "product", product(facts));
}

}  // namespace ipcmark::os
