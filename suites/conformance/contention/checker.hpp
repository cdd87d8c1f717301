// Judges the histories of a contention case: what every process says that it sent and got, and when.
//
// Accounting has three states. A message that was acknowledged has arrived or is lost; one whose send was
// never acknowledged, and one for each consumer that was killed, is indeterminate: it may have arrived or
// not.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/mechanism.hpp"
#include "suites/conformance/contention/history.hpp"

namespace ipcmark::contention {

enum class Defect : std::uint8_t {
  lost,              // acknowledged, and never came
  lost_tail,         // the same for the last messages of a producer
  repeated,          // came twice to one consumer
  given_twice,       // came to two consumers
  reordered,         // came to one consumer after a later one of its producer
  reordered_across,  // its receive began after another consumer's had ended with a later one
  compensated,       // lost, and another one came twice, so that the count is right
  torn,              // holds a part of another message
  flipped,           // has a byte that no message has there
  truncated,         // is shorter than it was sent
  merged,            // two messages in one
  foreign,           // of an earlier run, or sent by nobody
  early              // received before it was sent
};
inline constexpr std::string_view defect_names[]{
    "lost",    "lost_tail", "repeated", "given_twice", "reordered", "reordered_across", "compensated", "torn",
    "flipped", "truncated", "merged",   "foreign",     "early"};
inline constexpr std::size_t defects = std::size(defect_names);

// What the mechanism promises: harness/mechanism.hpp.
struct Rules {
  Delivery delivery = Delivery::every;
  bool fifo = true;
  bool payload = true;  // false: wake-ups, which can only be counted
};

struct Judgement {
  std::array<std::uint64_t, defects> counts{};
  std::vector<std::string> texts;  // of some findings of each defect
  std::uint64_t acknowledged = 0, received = 0, indeterminate = 0;
  std::uint64_t missed = 0;  // did not come, which the mechanism's kind of delivery allows

  void add(Defect, const std::string& text);  // of many of one kind it keeps the first texts
  bool clean() const noexcept;
  std::vector<std::string> found() const;  // names of the defects, in their order
  std::string text() const;                // on one line; empty when clean
  bool operator==(const Judgement&) const = default;
};

Judgement judge(std::span<const History>, const Rules&);
// The part of it for wake-ups.
Judgement judge_wakes(std::span<const History>, const Rules&);

// Of a send, and of a receive.
inline bool acknowledged(const Record& record) noexcept {
  return record.progress == Progress::over && record.status == Status::ok;
}
inline bool brought_something(const Record& record) noexcept {
  return record.progress == Progress::over &&
         (record.status == Status::ok || record.status == Status::truncated);
}

}  // namespace ipcmark::contention
