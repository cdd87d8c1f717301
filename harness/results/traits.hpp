// What mechanisms promise and take, as JSON: in result files, so that whoever reads one needs no program, and
// in `ipcmark list --json`.
#pragma once

#include <nlohmann/json.hpp>

#include "harness/results/record.hpp"

namespace ipcmark {

nlohmann::json to_json(const Traits&);
// Name, family, summary, traits, systems, counterpart, lines and libraries: reports/schema.json, mechanism.
nlohmann::json description_of(const Mechanism&);
// Of every mechanism that has a trial in the result, or was to have one; in the order of mechanisms().
nlohmann::json descriptions_of(const Result&);

}  // namespace ipcmark
