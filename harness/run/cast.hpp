// The processes of one launch, as the parent sees them: started with their tickets, told what to run,
// watched, ended.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/os/channel.hpp"
#include "harness/os/process.hpp"
#include "harness/run/control.hpp"

namespace ipcmark {

// SIGINT or SIGTERM has come: the run ends, and what was measured is kept.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted") {}
};

// A child died, or a round did not end in ten times what it should take and the patience.
struct CastFailure : std::runtime_error {
  CastFailure(std::string failure_kind, const std::string& detail)
      : std::runtime_error(detail), kind(std::move(failure_kind)) {}
  std::string kind;  // "crash" or "hang"
};

class Cast {
 public:
  using Patience = std::chrono::duration<double>;
  static constexpr Patience usual_patience{10};

  // Starts every child and waits until all have opened their endpoints. Throws what a child's set-up threw.
  // `patience` is how long that may take, and what a round gets on top of its expected time before the
  // watchdog calls it a hang.
  explicit Cast(std::vector<Job> jobs, Patience patience = usual_patience);
  ~Cast();  // kills and reaps whoever still runs
  Cast(const Cast&) = delete;
  Cast& operator=(const Cast&) = delete;

  // Lets every child run its loop once and returns their reports in the order of the jobs. When one does not
  // come to its end before the time limit, or long after the others, all are told to stop, and the reports
  // say how far each came; who does not even stop is killed, and CastFailure says so. `straggle` is how long
  // after the others; without one a fifth of the patience. Jobs with lanes have no end of their own: they are
  // told to stop when all others have come to theirs, and leave when there is nothing more to receive.
  std::vector<RoundReport> round(const RoundOrder& order, std::chrono::nanoseconds limit,
                                 std::optional<Patience> straggle = std::nullopt);

  // The same, but one after the other, in the order of the jobs: what the first send must fit into the
  // channel.
  std::vector<RoundReport> in_turn(const RoundOrder& order);

  // Ends the children and waits for them; throws CastFailure when one did not end cleanly.
  void finish();

 private:
  struct Part {
    std::string role;
    os::Channel channel;
    os::Process process;
    bool ends;  // of its own accord
  };
  using Deadline = std::chrono::steady_clock::time_point;

  static Part start_part(Job job);
  enum class Whom { all, those_that_end };
  // One line of every part that has none yet, until all of those meant have one or the deadline.
  bool collect(std::vector<std::string>& lines, Deadline deadline, Whom = Whom::all);
  void collect_or_stop(std::vector<std::string>& lines, Deadline deadline, Patience straggle);
  [[noreturn]] void report_death(Part& part);
  std::string silent_roles(const std::vector<std::string>& lines) const;

  std::vector<Part> parts_;
  Patience patience_;
};

}  // namespace ipcmark
