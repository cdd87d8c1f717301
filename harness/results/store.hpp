// A result directory while a run fills it. Nothing that was measured is lost, whatever kills the run.
//
//   journal.jsonl   one line for the run, then one for every launch, written as it ends
//   result.json     the whole result, valid at any time: replaced in one step, at most every few seconds and
//   at the end
//
// At a regular end result.json is complete and the journal goes.
#pragma once

#include <chrono>
#include <fstream>
#include <string>

#include "harness/results/json.hpp"

namespace ipcmark {

class ResultStore {
 public:
  // Makes the directory when it is missing. Throws UsageError when it cannot be written to, or when it holds
  // a result already and `resumed` is false.
  ResultStore(std::string directory, bool resumed);

  void begin(const Result&, nlohmann::json environment);  // with every trial that is planned
  void add_launch(const TrialKey&, const Launch&);
  void add_failure(const TrialKey&, const Failure&);
  void save(const Result&);  // when the last time is some seconds ago
  void finish(const Result&);

  // The launches of an interrupted run by its journal; an incomplete last line is what was being written when
  // it died.
  struct Journal {
    RunFacts run;
    std::vector<Trial> trials;  // all that were planned, with what they have
    std::vector<Skipped> skipped;
  };
  static Journal read_journal(const std::string& directory);
  static bool has_journal(const std::string& directory);

 private:
  void write_line(const nlohmann::json&);
  void replace(const Result&);

  std::string directory_;
  nlohmann::json environment_;
  std::ofstream journal_;
  std::chrono::steady_clock::time_point next_save_;
};

}  // namespace ipcmark
