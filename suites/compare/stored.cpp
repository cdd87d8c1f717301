#include "suites/compare/stored.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

#include "harness/results/json.hpp"
#include "suites/benchmark/units.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Trial read_trial(const Json& json) {
  try {
    return trial_from_json(json);
  } catch (const Json::exception& error) {
    throw UsageError(fmt::format("a trial of a result is damaged: {}; measure it anew", error.what()));
  }
}

std::vector<std::vector<double>> values_of(const Trial& trial, const std::vector<Judged>& judged) {
  std::vector<std::vector<double>> values(judged.size());
  for (const Launch& launch : trial.launches) {
    for (std::size_t k = 0; k < judged.size(); ++k)
      values[k].push_back(
          value_of(launch, judged[k].statistic).value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return values;
}

}  // namespace

Json read_result(const std::string& path) {
  std::error_code error;
  Json result = read_result_file(fs::is_directory(path, error) ? path + "/result.json" : path);
  for (const char* member : {"run", "environment", "trials"}) {
    if (!result.contains(member))
      throw UsageError(fmt::format("{}: a result without '{}' is damaged; measure it anew", path, member));
  }
  return result;
}

std::vector<TrialKey> trials_in(const Json& result) {
  std::vector<TrialKey> keys;
  for (const Json& trial : result.at("trials")) {
    if (trial.contains("failure") || !trial.at("launches").empty()) keys.push_back(read_trial(trial).key);
  }
  return keys;
}

void add_stored(Compared& compared, std::size_t side, const Json& result) {
  std::vector<Trial> trials;
  for (const Json& trial : result.at("trials")) trials.push_back(read_trial(trial));
  for (Cell& cell : compared.cells) {
    cell.stored.resize(compared.sides.size());
    const auto found =
        std::find_if(trials.begin(), trials.end(), [&](const Trial& trial) { return trial.key == cell.key; });
    if (found == trials.end() || (found->launches.empty() && !found->failure)) {
      cell.lacking = side;
      cell.reason = "it is not in that result";
    } else if (found->failure) {
      cell.failure = CellFailure{.side = side, .failure = *found->failure};
    } else {
      cell.stored[side] = values_of(*found, cell.judged);
    }
  }
}

std::string Baselines::file_of(const std::string& name) const {
  const bool plain =
      !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
      });
  if (!plain)
    throw UsageError(fmt::format(
        "'{}' cannot be the name of a baseline: letters, digits, '-', '_' and '.', not first", name));
  return folder_ + "/" + name + ".json";
}

void Baselines::save(const std::string& name, const Json& result, bool replace) const {
  const std::string file = file_of(name), fresh = file + ".new";
  if (!replace && fs::exists(file))
    throw UsageError(
        fmt::format("there is a baseline {} already; --replace puts this one in its place", name));
  std::error_code error;
  fs::create_directories(folder_, error);
  {
    std::ofstream out(fresh, std::ios::trunc);
    out << result.dump() << '\n' << std::flush;
    if (!out) throw UsageError(fmt::format("cannot write {}; choose another folder with --store", fresh));
  }
  fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write, error);
  fs::rename(fresh, file);
}

std::vector<std::string> Baselines::names() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Json Baselines::load(const std::string& name) const {
  const std::string file = file_of(name);
  if (fs::exists(file)) return read_result(file);
  const std::string near = suggestion(name, names());
  throw UsageError(fmt::format("no baseline named '{}' in {}; {}", name, folder_,
                               near.empty() ? "ipcmark baseline list shows them" : near));
}

void Baselines::remove(const std::string& name) const {
  const std::string file = file_of(name);
  std::error_code error;
  if (!fs::remove(file, error)) throw UsageError(fmt::format("no baseline named '{}' in {}", name, folder_));
}

}  // namespace ipcmark
