// The rules of the doctor, by what they look at.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "harness/measure/doctor.hpp"

namespace ipcmark {

enum class Scope : std::uint8_t {
  any_system,
  linux_only  // what the rule reads or advises exists only there
};

// A rule says one thing about a host, or nothing when all is well.
struct Rule {
  std::optional<Finding> (*check)(const Facts&);
  Scope scope = Scope::linux_only;
};

std::span<const Rule> host_rules();   // build, virtualisation, processors
std::span<const Rule> noise_rules();  // other work, power management
std::span<const Rule> clock_rules();  // clocks and counters
std::span<const Rule> limit_rules();  // queues and memory

inline bool is_guest(const Facts& facts) { return facts.hypervisor && *facts.hypervisor != "none"; }
inline bool in_container(const Facts& facts) { return facts.container && *facts.container != "none"; }

inline Finding warning(std::string id, std::string what, std::string meaning, std::string advice) {
  return {std::move(id), "warning", std::move(what), std::move(meaning), std::move(advice)};
}
inline Finding info(std::string id, std::string what, std::string meaning, std::string advice) {
  return {std::move(id), "info", std::move(what), std::move(meaning), std::move(advice)};
}

}  // namespace ipcmark
