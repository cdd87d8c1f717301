// ipcmark baseline: results kept under a name.
#include <fmt/format.h>

#include <algorithm>

#include "harness/results/environment.hpp"
#include "suites/cli/gate.hpp"
#include "suites/cli/program.hpp"
#include "suites/compare/stable_environment.hpp"
#include "suites/compare/stored.hpp"

namespace ipcmark {
namespace {

std::size_t launches_in(const nlohmann::json& result) {
  std::size_t fewest = SIZE_MAX;
  for (const auto& trial : result.at("trials"))
    if (!trial.contains("failure")) fewest = std::min<std::size_t>(fewest, trial.at("launches").size());
  return fewest == SIZE_MAX ? 0 : fewest;
}

}  // namespace

int save_baseline(const BaselineOptions& options) {
  const nlohmann::json result = read_result(options.result);
  if (result.at("run").at("partial").get<bool>())
    throw UsageError(
        fmt::format("{} is of an interrupted run; finish it with ipcmark run --resume", options.result));
  Baselines(options.store).save(options.name, result, options.replace);
  const std::size_t launches = launches_in(result);
  constexpr std::size_t enough = 18;  // deal_of: three parts of six pairs
  fmt::print(
      "baseline {}: {} trials of at least {} launches{}\n", options.name, result.at("trials").size(),
      launches,
      launches < enough ? "; alarms against so few cannot be confirmed: measure it with --launches 30" : "");
  return exit_code::fine;
}

int list_baselines(const BaselineOptions& options) {
  const Baselines baselines(options.store);
  if (baselines.names().empty()) fmt::print("no baselines in {}\n", options.store);
  for (const std::string& name : baselines.names()) {
    const nlohmann::json result = baselines.load(name);
    fmt::print("{:<24} {}  {:<14} {}  {}\n", name,
               result.at("run").at("started").get<std::string>().substr(0, 16),
               result.at("run").at("revision").get<std::string>(), environment_id(result.at("environment")),
               machine_line(result.at("environment")));
  }
  return exit_code::fine;
}

int show_baseline(const BaselineOptions& options) {
  const nlohmann::json result = Baselines(options.store).load(options.name);
  const nlohmann::json& run = result.at("run");
  fmt::print("{}, revision {}\n{}\n{}\nlaunches of {} s, {} s warm-up\n",
             run.at("started").get<std::string>(), run.at("revision").get<std::string>(),
             machine_line(result.at("environment")), run.at("command").get<std::string>(),
             run.at("effort").at("duration_s").get<double>(), run.at("effort").at("warm_up_s").get<double>());
  const auto here = environment_differences(result.at("environment"), environment_record());
  fmt::print("{}", here.empty() ? std::string("a gate can use it here\n")
                                : "a gate cannot use it here:\n" + text_of(here));
  for (const TrialKey& key : trials_in(result)) fmt::print("  {}\n", label(key));
  return exit_code::fine;
}

int remove_baseline(const BaselineOptions& options) {
  Baselines(options.store).remove(options.name);
  return exit_code::fine;
}

}  // namespace ipcmark
