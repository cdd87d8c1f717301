#include "harness/run/cast.hpp"

#include <algorithm>
#include <utility>

namespace ipcmark {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds stop_interval{20};
constexpr std::chrono::seconds stop_grace{1};

}  // namespace

Cast::Part Cast::start_part(Job job) {
  auto [mine, theirs] = os::Channel::make();
  std::vector<os::RawHandle> handles{theirs.raw()};
  for (std::optional<Ticket>* ticket : {&job.out, &job.in}) {
    if (!*ticket || (job.duplex && ticket == &job.in)) continue;
    for (os::RawHandle& handle : (*ticket)->handles) {
      handles.push_back(handle);
      handle = os::number_in_child(handles, handles.size() - 1);
    }
  }
  Part part{.role = job.role,
            .channel = std::move(mine),
            .process = os::Process::start(os::executable_path(), {"--child"}, handles),
            .ends = job.lanes == 0};
  part.channel.write_line(encode(job));
  return part;
}

Cast::Cast(std::vector<Job> jobs, Patience patience) : patience_(patience) {
  for (Job& job : jobs) parts_.push_back(start_part(std::move(job)));
  std::vector<std::string> lines(parts_.size());
  const bool ready =
      collect(lines, steady_clock::now() + std::chrono::duration_cast<milliseconds>(patience_));
  for (std::size_t k = 0; k < parts_.size(); ++k) {
    if (!lines[k].empty()) throw_if_failure(lines[k], parts_[k].role);
  }
  if (!ready) throw CastFailure("hang", "the " + silent_roles(lines) + " did not open its endpoint in time");
}

Cast::~Cast() {
  for (Part& part : parts_) part.process.kill();
}

std::string Cast::silent_roles(const std::vector<std::string>& lines) const {
  std::string roles;
  for (std::size_t k = 0; k < parts_.size(); ++k) {
    if (lines[k].empty()) roles += (roles.empty() ? "" : " and the ") + parts_[k].role;
  }
  return roles;
}

void Cast::report_death(Part& part) {
  // The channel closes with the process, which may be a moment before it can be reaped.
  const os::Exit exit = part.process.wait();
  throw CastFailure("crash", "the " + part.role + " died: " + exit.text());
}

bool Cast::collect(std::vector<std::string>& lines, Deadline deadline, Whom whom) {
  for (;;) {
    std::vector<const os::Channel*> silent;
    bool complete = true;
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      if (!lines[k].empty()) continue;
      bool closed = false;
      if (auto line = parts_[k].channel.take_line(closed)) {
        lines[k] = std::move(*line);
        // A set-up that failed ends the launch: the others may wait for it for ever.
        if (lines[k].starts_with("{\"failed\"")) return true;
      } else if (closed) {
        report_death(parts_[k]);
      } else {
        silent.push_back(&parts_[k].channel);
        complete = complete && whom == Whom::those_that_end && !parts_[k].ends;
      }
    }
    if (complete) return true;
    if (os::termination_signal() != 0) throw Interrupted();
    if (!os::wait_readable(silent, deadline)) return false;
  }
}

void Cast::collect_or_stop(std::vector<std::string>& lines, Deadline deadline, Patience straggle) {
  const bool all_end = std::all_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.ends; });
  // Only who had finished before a wait began has been waited after for all of `straggle`.
  bool some_had_finished = false;
  while (!collect(
      lines, std::min(deadline, steady_clock::now() + std::chrono::duration_cast<milliseconds>(straggle)),
      Whom::those_that_end)) {
    // Producers that share consumers may end far apart: nobody's end says that another's is due.
    const bool waited = std::exchange(
        some_had_finished,
        all_end && std::any_of(lines.begin(), lines.end(), [](const std::string& l) { return !l.empty(); }));
    if (!waited && steady_clock::now() < deadline) continue;
    break;
  }
  // Whoever has no end of its own takes first what is there.
  const auto give_up = steady_clock::now() +
                       std::chrono::duration_cast<milliseconds>(all_end ? Patience(stop_grace) : patience_);
  while (std::any_of(lines.begin(), lines.end(), [](const std::string& l) { return l.empty(); })) {
    // Again and again, since a signal that comes just before a call blocks is not seen by it.
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      if (lines[k].empty()) parts_[k].process.ask_to_stop();
    }
    if (collect(lines, steady_clock::now() + stop_interval)) return;
    if (steady_clock::now() > give_up) {
      throw CastFailure("hang",
                        "the " + silent_roles(lines) + " neither came to its end nor stopped when told to");
    }
  }
}

std::vector<RoundReport> Cast::round(const RoundOrder& order, std::chrono::nanoseconds limit,
                                     std::optional<Patience> straggle) {
  const std::string line = encode(order);
  // Consumers come last in a cast and first here, so that they wait when the first message comes.
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) part->channel.write_line(line);
  std::vector<std::string> lines(parts_.size());
  collect_or_stop(lines, steady_clock::now() + std::chrono::duration_cast<milliseconds>(limit + patience_),
                  straggle.value_or(patience_ / 5));
  std::vector<RoundReport> reports;
  for (const std::string& answer : lines) reports.push_back(decode_report(answer));
  return reports;
}

std::vector<RoundReport> Cast::in_turn(const RoundOrder& order) {
  std::vector<RoundReport> reports;
  for (std::size_t k = 0; k < parts_.size(); ++k) {
    std::vector<std::string> lines(parts_.size(), "not asked");
    lines[k].clear();
    parts_[k].channel.write_line(encode(order));
    collect_or_stop(lines, steady_clock::now() + std::chrono::duration_cast<milliseconds>(patience_),
                    patience_);
    reports.push_back(decode_report(lines[k]));
  }
  return reports;
}

void Cast::finish() {
  for (Part& part : parts_) part.channel.close();
  for (Part& part : parts_) {
    const os::Exit exit = part.process.wait();
    if (!exit.clean()) throw CastFailure("crash", "the " + part.role + " ended with " + exit.text());
  }
}

}  // namespace ipcmark
