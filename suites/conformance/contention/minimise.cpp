#include "suites/conformance/contention/minimise.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/errors.hpp"

namespace ipcmark::contention {
namespace {

// What came of a case is chance: a smaller one is given up when it has not failed in so many runs.
constexpr unsigned attempts = 3;

// The case as it was run, with nothing left to a default.
bool shape_of(const CaseResult& result, CaseSettings& settings) {
  const auto shape = result.facts.find("shape");
  if (result.of.clause->kind != Kind::contention || shape == result.facts.end()) return false;
  settings.producers = shape->at("producers");
  settings.consumers = shape->at("consumers");
  settings.messages = shape->at("messages");
  settings.perturb = shape->at("perturb");
  return true;
}

std::set<std::string> found_by(const CaseResult& result) {
  const auto found = result.facts.find("found");
  return found != result.facts.end() ? found->get<std::set<std::string>>() : std::set<std::string>{};
}

// Smaller ones, the boldest first.
std::vector<CaseSettings> smaller_than(const CaseSettings& now) {
  std::vector<CaseSettings> candidates;
  const auto with = [&](auto member, auto value) {
    candidates.push_back(now);
    candidates.back().*member = value;
  };
  const Perturbations perturbations = perturbations_named(now.perturb);
  if (perturbations.any()) with(&CaseSettings::perturb, std::string("none"));
  for (bool Perturbations::*one : {&Perturbations::sleep, &Perturbations::affinity, &Perturbations::signal}) {
    Perturbations fewer = perturbations;
    fewer.*one = false;
    if (perturbations.*one && fewer.any()) with(&CaseSettings::perturb, text_of(fewer));
  }
  for (unsigned CaseSettings::*count : {&CaseSettings::producers, &CaseSettings::consumers}) {
    if (now.*count > 2) with(count, now.*count / 2);
    if (now.*count > 1) with(count, now.*count - 1);
  }
  for (const std::uint32_t part : {2U, 4U, 16U}) {
    if (now.messages > part) with(&CaseSettings::messages, now.messages - now.messages / part);
  }
  return candidates;
}

}  // namespace

std::optional<Smallest> minimise(const CaseResult& failing, const VerifySettings& settings,
                                 const std::function<void(const CaseResult&)>& tried) {
  Smallest smallest{.result = failing, .runs = 0};
  CaseSettings first = failing.how;
  first.out += "/minimise";
  const std::set<std::string> found = found_by(failing);
  if (!shape_of(failing, first) || (found.empty() && failing.outcome != Outcome::hang)) return std::nullopt;
  const auto fails_alike = [&](const CaseSettings& candidate) {
    VerifySettings here = settings;
    here.each = candidate;
    here.jobs = 1;
    for (unsigned k = 0; k < attempts; ++k) {
      ++smallest.runs;
      const std::vector<CaseResult> results = run_cases({failing.of}, here, tried);
      if (results.empty()) return false;
      if (results.front().outcome != failing.outcome || found_by(results.front()) != found) continue;
      smallest.result = results.front();
      return true;
    }
    return false;
  };
  if (!fails_alike(first)) return std::nullopt;
  for (bool smaller = true; smaller;) {
    const std::vector<CaseSettings> candidates = smaller_than(smallest.result.how);
    smaller = std::any_of(candidates.begin(), candidates.end(), fails_alike);
  }
  return smallest;
}

std::vector<Rejudged> rejudge(const std::string& directory) {
  std::vector<std::string> folders;
  std::error_code error;
  for (auto entry = std::filesystem::recursive_directory_iterator(directory, error);
       !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().filename() == case_file) folders.push_back(entry->path().parent_path().string());
  }
  if (error) throw UsageError(directory + " cannot be searched: " + error.message());
  if (folders.empty())
    throw UsageError("no history is saved below " + directory +
                     "; a verification keeps those of contention cases that fail, and all with --keep");
  std::sort(folders.begin(), folders.end());
  std::vector<Rejudged> all;
  for (const std::string& folder : folders) {
    const Saved saved = load(folder);
    all.push_back({.folder = folder, .round = saved.round, .outcome = judge(saved)});
  }
  return all;
}

}  // namespace ipcmark::contention
