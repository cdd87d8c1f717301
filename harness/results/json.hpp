// Results as JSON: reports/schema.json describes it. The only other users of the JSON library are run/control
// and the commands.
#pragma once

#include <nlohmann/json.hpp>

#include "harness/results/record.hpp"

namespace ipcmark {

inline constexpr int schema_version = 1;

nlohmann::json to_json(const Trial&);  // with its summary
nlohmann::json to_json(const Launch&);
nlohmann::json to_json(const Skipped&);
nlohmann::json to_json(const RunFacts&);
nlohmann::json to_json(const Floors&);
nlohmann::json to_json(const TrialKey&);
// A whole result file; `environment` is what environment_record() and the doctor say.
nlohmann::json to_json(const Result&, const nlohmann::json& environment);

TrialKey key_from_json(const nlohmann::json&);
Trial trial_from_json(const nlohmann::json&);
Launch launch_from_json(const nlohmann::json&);
RunFacts run_from_json(const nlohmann::json&);

// Reads a result file. Throws UsageError with one line that says what is wrong: missing, not JSON, cut off,
// of another program, or written by a newer ipcmark.
nlohmann::json read_result_file(const std::string& path);

}  // namespace ipcmark
