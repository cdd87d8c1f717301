#include "harness/results/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace ipcmark {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// How often result.json is written anew while a run goes on: no more than a fiftieth of the time goes into
// it, which of a thousand trials is tens of megabytes. What comes in between is in the journal.
constexpr std::chrono::seconds least_save_interval{5};
constexpr int work_for_each_save = 50;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

[[noreturn]] void cannot_write(const std::string& what, const std::string& hint) {
  throw UsageError(fmt::format("cannot write {}: {}; {}", what, std::strerror(errno), hint));
}

}  // namespace

ResultStore::ResultStore(std::string directory, bool resumed) : directory_(std::move(directory)) {
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) {
    throw UsageError(fmt::format("cannot make the output directory {}: {}; choose another with --out",
                                 directory_, error.message()));
  }
  if (!resumed && (fs::exists(directory_ + "/result.json") || has_journal(directory_))) {
    throw UsageError(
        fmt::format("{} holds a result already; choose another --out, or go on with it by --resume {}",
                    directory_, directory_));
  }
  errno = 0;
  journal_.open(directory_ + "/journal.jsonl", resumed ? std::ios::app : std::ios::trunc);
  if (!journal_) cannot_write(directory_ + "/journal.jsonl", "choose another directory with --out");
}

bool ResultStore::has_journal(const std::string& directory) {
  return fs::exists(directory + "/journal.jsonl");
}

void ResultStore::write_line(const Json& json) {
  errno = 0;
  journal_ << dump(json) << '\n' << std::flush;
  if (!journal_) {
    cannot_write(directory_ + "/journal.jsonl",
                 "what was measured before is kept; make room and use --resume " + directory_);
  }
}

void ResultStore::begin(const Result& result, Json environment) {
  environment_ = std::move(environment);
  Json plan = Json::array(), skipped = Json::array();
  for (const Trial& trial : result.trials) plan.push_back(to_json(trial.key));
  for (const Skipped& one : result.skipped) skipped.push_back(to_json(one));
  write_line(
      {{"schema", schema_version}, {"run", to_json(result.run)}, {"plan", plan}, {"skipped", skipped}});
  replace(result);
}

void ResultStore::add_launch(const TrialKey& key, const Launch& launch) {
  Json line = to_json(key);
  line["launch"] = to_json(launch);
  write_line(line);
}

void ResultStore::add_failure(const TrialKey& key, const Failure& failure) {
  Trial failed;
  failed.key = key;
  failed.failure = failure;
  failed.stopped_by = "failure";
  write_line(to_json(failed));
}

void ResultStore::replace(const Result& result) {
  const std::string path = directory_ + "/result.json", fresh = path + ".new";
  const auto begun = std::chrono::steady_clock::now();
  {
    errno = 0;
    std::ofstream file(fresh, std::ios::trunc);
    file << dump(to_json(result, environment_)) << '\n' << std::flush;
    if (!file)
      cannot_write(fresh,
                   "what was measured is in the journal beside it; make room and use --resume " + directory_);
  }
  fs::rename(fresh, path);
  const auto saved = std::chrono::steady_clock::now();
  next_save_ = saved + std::max<std::chrono::steady_clock::duration>(least_save_interval,
                                                                     work_for_each_save * (saved - begun));
}

void ResultStore::save(const Result& result) {
  if (std::chrono::steady_clock::now() >= next_save_) replace(result);
}

void ResultStore::finish(const Result& result) {
  replace(result);
  if (result.run.partial) return;
  journal_.close();
  fs::remove(directory_ + "/journal.jsonl");
}

namespace {

Trial empty_trial(const TrialKey& key) {
  Trial trial;
  trial.key = key;
  return trial;
}

void read_plan(const Json& line, ResultStore::Journal& journal) {
  journal.run = run_from_json(line.at("run"));
  for (const Json& key : line.at("plan")) journal.trials.push_back(empty_trial(key_from_json(key)));
  for (const Json& one : line.at("skipped")) {
    journal.skipped.push_back({.key = key_from_json(one), .reason = one.at("reason")});
  }
}

void read_entry(const Json& line, ResultStore::Journal& journal) {
  const TrialKey key = key_from_json(line);
  const auto trial = std::find_if(journal.trials.begin(), journal.trials.end(),
                                  [&](const Trial& t) { return t.key == key; });
  if (trial == journal.trials.end()) return;
  if (line.contains("failure")) {
    *trial = trial_from_json(line);
  } else {
    trial->launches.push_back(launch_from_json(line.at("launch")));
  }
}

}  // namespace

ResultStore::Journal ResultStore::read_journal(const std::string& directory) {
  const std::string path = directory + "/journal.jsonl";
  std::ifstream file(path);
  if (!file)
    throw UsageError(directory + ": no journal of an interrupted run here, so there is nothing to resume");
  Journal journal;
  std::string text;
  try {
    std::getline(file, text);
    read_plan(Json::parse(text), journal);
    while (std::getline(file, text)) {
      const Json line = Json::parse(text, nullptr, false);
      if (!line.is_discarded() && !line.contains("plan")) read_entry(line, journal);
    }
  } catch (const Json::exception&) {
    throw UsageError(path + ": damaged, or of another version; measure anew into another directory");
  }
  return journal;
}

}  // namespace ipcmark
