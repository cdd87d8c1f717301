// Results that were measured before, as sides of a comparison, and the place where baselines are kept.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "suites/compare/comparison.hpp"

namespace ipcmark {

// A whole result by the path of its directory or file. Throws UsageError.
nlohmann::json read_result(const std::string& path);

// The trials of a result that have launches.
std::vector<TrialKey> trials_in(const nlohmann::json& result);

// Puts the launches of a result into the cells that have the same trials, as those of a side; a cell whose
// trial the result does not have is lacking there, and one that failed there has failed.
void add_stored(Compared&, std::size_t side, const nlohmann::json& result);

// Stored baselines: a result in one file each, under a name, in one folder.
class Baselines {
 public:
  explicit Baselines(std::string folder) : folder_(std::move(folder)) {}

  // Throws UsageError for a name that is no plain word, and, unless it is to be replaced, for one that is
  // there.
  void save(const std::string& name, const nlohmann::json& result, bool replace) const;
  std::vector<std::string> names() const;  // sorted
  nlohmann::json load(const std::string& name) const;
  void remove(const std::string& name) const;

 private:
  std::string file_of(const std::string& name) const;
  std::string folder_;
};

}  // namespace ipcmark
