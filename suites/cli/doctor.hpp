// The command `ipcmark doctor`: is this host fit for measuring, and what to change.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/measure/doctor.hpp"

namespace ipcmark {

// Examines this host and prints what it finds: for people, or with `as_json` as one object
// {"schema": 1, "machine": "...", "findings": [...]}. Returns the exit code, which is 0 whatever is found.
int doctor_command(bool as_json);

// A list of {id, severity, what, meaning, advice}; also `environment.doctor` of a result.
nlohmann::json to_json(const std::vector<Finding>&);

// What a person reads, at most `width` columns wide; a command in backquotes is never broken, so that it can
// be copied.
std::string doctor_text(const std::string& machine, const std::vector<Finding>&, std::size_t width,
                        bool colours);

// "Verdict: ..." in one line.
std::string verdict_of(const std::vector<Finding>&);

}  // namespace ipcmark
