// The directory of a comparison: launches.jsonl, a line for every launch as it ends, and comparison.json.
#pragma once

#include <fstream>
#include <string>

#include "suites/compare/comparer.hpp"

namespace ipcmark {

class CompareStore : public CompareWatcher {
 public:
  // Makes the directory when it is missing. Throws UsageError when it cannot be written to, or when it holds
  // a comparison already.
  CompareStore(std::string directory, bool quiet);
  ~CompareStore() override;

  // The first line of launches.jsonl: what is compared, with which settings, and where. Everything needed to
  // judge the launches anew.
  void begin(const Compared&, const nlohmann::json& environment);
  void finish(const Compared&, const nlohmann::json& environment);

  void launched(const char* batch, const Cell&, std::size_t side, std::size_t pair,
                const std::vector<double>& values) override;
  void failed(const Cell&) override;
  void progress(const std::string& what, std::size_t done, std::size_t of, const Cell&) override;

  const std::string& directory() const noexcept { return directory_; }

 private:
  void write_line(const nlohmann::json&);

  std::string directory_;
  std::ofstream lines_;
  bool quiet_, terminal_, shown_ = false;
  std::string stage_;
  std::chrono::steady_clock::time_point stage_begun_, next_line_;
};

}  // namespace ipcmark
