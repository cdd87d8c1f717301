// Whether two results were measured on what counts as the same machine, with what counts as the same build.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ipcmark {

struct Difference {
  std::string field;  // "cpu.model"
  std::string baseline, candidate;
};

// What differs of the stable part of two environments (harness/results/environment.hpp): processor, topology,
// kernel up to its minor version, virtualisation, compiler, flags, libc. Load, clock rates and temperatures
// are not part of it.
std::vector<Difference> environment_differences(const nlohmann::json& baseline,
                                                const nlohmann::json& candidate);

// The same of two whole results: also how long a launch measures and warms up.
std::vector<Difference> result_differences(const nlohmann::json& baseline, const nlohmann::json& candidate);

// "cpu.model: 'Xeon' and not 'EPYC'", a line for each.
std::string text_of(const std::vector<Difference>&);

// One word for the stable part, by which results of one machine and build are told from others: 16
// hexadecimal digits.
std::string environment_id(const nlohmann::json& environment);

}  // namespace ipcmark
