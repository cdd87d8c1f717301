#include "suites/conformance/contention/crowd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

#include "suites/conformance/contention/part.hpp"

namespace ipcmark::contention {
namespace {

using std::chrono::steady_clock;

// The processes of a round as their parent sees them.
class Crowd {
 public:
  Crowd(const Round& round, Medium& medium, const std::string& folder) : round_(round), medium_(medium) {
    // A consumer that gets more than all there is need not write down how much more.
    const std::uint64_t all = std::uint64_t{round.producers} * round.messages;
    for (const Side side : {Side::consumer, Side::producer}) {
      const unsigned count = side == Side::producer ? round.producers : round.consumers;
      for (unsigned number = 0; number < count; ++number) {
        const std::string path = folder + "/" + history_name(side, number);
        HistoryFile::create(path, side, number, round.run,
                            side == Side::producer ? round.messages : all + 256);
        Member& member = members_.emplace_back(side, number, path);
        member.actor = &medium.start(
            side, encode(Part{.round = round, .side = side, .number = number, .folder = folder}));
      }
    }
  }

  // Until everybody has come to an end. What went wrong, or nothing.
  std::string run() {
    medium_.hand_over();
    for (Member& member : members_) member.actor->say("go");
    std::string failure = wait_for_producers();
    if (failure.empty() && round_.rules.delivery == Delivery::every) failure = wait_for_arrivals();
    if (failure.empty()) failure = stop_consumers();
    if (!failure.empty()) {
      for (Member& member : members_) member.actor->kill();
      return failure;
    }
    for (Member& member : members_) member.actor->say("leave");
    for (Member& member : members_) {
      const os::Exit exit = member.actor->wait();
      if (!exit.clean()) failure += member.name() + " ended with " + exit.text();
    }
    return failure;
  }

 private:
  struct Member {
    Member(Side of, unsigned which, const std::string& path) : side(of), number(which), history(path) {}
    std::string name() const {
      return fmt::format("{} {}", side == Side::producer ? "producer" : "consumer", number);
    }
    Side side;
    unsigned number;
    HistoryFile history;
    Actor* actor = nullptr;
  };

  static void pause() { std::this_thread::sleep_for(std::chrono::microseconds(500)); }

  bool all_ended(Side side) const {
    return std::all_of(members_.begin(), members_.end(), [side](const Member& member) {
      return member.side != side || member.history.ended();
    });
  }
  std::string deaths() {
    for (Member& member : members_) {
      // Nobody told it to be.
      if (member.actor->ended()) return member.name() + " ended: " + member.actor->hear();
    }
    return {};
  }
  // A consumer has no reason to leave while its producers are there.
  std::string desertions() const {
    for (const Member& member : members_) {
      if (member.side != Side::consumer || !member.history.ended()) continue;
      const Record& last = member.history[member.history.count() - 1];
      if (last.status == Status::ok) return member.name() + " got far more than was sent";
      return member.name() + " left before it was told to: " + result_of(Io{.status = last.status});
    }
    return {};
  }
  std::string trouble() {
    std::string what = deaths();
    return what.empty() ? desertions() : what;
  }

  std::string wait_for_producers() {
    while (!all_ended(Side::producer)) {
      if (std::string what = trouble(); !what.empty()) return what;
      pause();
    }
    for (const Member& member : members_) {
      if (member.side != Side::producer || member.history.count() == 0) continue;
      if (member.history[member.history.count() - 1].status != Status::ok)
        return member.name() + " could not send: " + member.actor->hear();
    }
    return {};
  }

  std::uint64_t calls(Side side) const {
    std::uint64_t sum = 0;
    for (const Member& member : members_) sum += member.side == side ? member.history.count() : 0;
    return sum;
  }

  // Consumers are told to stop when all has arrived. When nothing moves for long they are told to as well,
  // and first take what is there, so that no message is called lost because somebody was slow; what takes so
  // long is only the finding.
  std::string wait_for_arrivals() {
    constexpr std::chrono::seconds quiet{2};
    const std::uint64_t all = calls(Side::producer) + round_.consumers;  // each waits in one call more
    std::uint64_t latest = 0;
    steady_clock::time_point moved = steady_clock::now();
    for (;;) {
      const std::uint64_t now = calls(Side::consumer);
      if (now >= all) return {};
      if (std::string what = trouble(); !what.empty()) return what;
      if (now != latest) {
        latest = now;
        moved = steady_clock::now();
      } else if (steady_clock::now() - moved > quiet) {
        return {};
      }
      pause();
    }
  }

  // Again and again, since a signal that comes just before a call blocks is not seen by it.
  std::string stop_consumers() {
    while (!all_ended(Side::consumer)) {
      for (Member& member : members_) {
        if (member.side == Side::consumer && !member.history.ended()) member.actor->ask_to_stop();
      }
      if (std::string what = deaths(); !what.empty()) return what;
      pause();
    }
    for (const Member& member : members_) {
      if (member.side != Side::consumer) continue;
      const Record& last = member.history[member.history.count() - 1];
      if (last.status == Status::ok) return member.name() + " got far more than was sent";
      if (last.status != Status::stopped && last.status != Status::closed)
        return member.name() + " came to an end of its own: " + result_of(Io{.status = last.status});
    }
    return {};
  }

  const Round& round_;
  Medium& medium_;
  std::deque<Member> members_;
};

}  // namespace

std::string play_processes(const Round& round, Medium& medium, const std::string& folder) {
  return Crowd(round, medium, folder).run();
}

}  // namespace ipcmark::contention
