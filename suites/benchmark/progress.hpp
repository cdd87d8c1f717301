// What a person sees while a run goes on, and the table at its end.
#pragma once

#include <chrono>
#include <string>

#include "harness/results/record.hpp"

namespace ipcmark {

// On a terminal one line that is rewritten; elsewhere a plain line for each finished trial. Nothing when
// quiet.
class Progress {
 public:
  Progress(std::size_t trials, std::size_t expected_launches, double expected_s, bool quiet);
  void begin(const Trial&);
  void launched(const Trial&, bool finished);
  void end();

 private:
  double seconds_left() const;
  void show(const std::string& line);
  std::size_t trials_, finished_ = 0, expected_launches_, launches_ = 0;
  double expected_s_;
  bool quiet_, terminal_;
  std::chrono::steady_clock::time_point started_;
};

// A table within 100 columns: workload by workload, the fastest first, spinning and blocking ranked apart.
std::string table_of(const Result&);
// Failed and skipped trials, one line each; equal reasons together.
std::string remarks_on(const Result&);

// Whether colours may be used: a terminal, and no NO_COLOR (no-color.org).
bool may_colour();

}  // namespace ipcmark
