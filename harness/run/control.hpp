// What the parent and a child say to each other, one JSON object per line (harness/run/README.md has each
// message). Nothing is said during a timed section.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/mechanism.hpp"
#include "harness/os/channel.hpp"
#include "harness/os/clock.hpp"
#include "harness/os/process.hpp"
#include "harness/run/sabotaged.hpp"

namespace ipcmark {

// What a child is: which loop over which endpoints.
struct Job {
  std::string role;  // the name of the part it plays: "producer", "consumer 2"
  std::string loop;  // "ping", "echo", ...: harness/loops.hpp
  std::string mechanism;
  Wait wait = Wait::block;
  std::size_t size = 0;  // of every message, bytes
  std::uint16_t run_tag = 0;
  std::uint8_t producer = 0;
  std::size_t lanes = 0;  // that it tells apart, and receives until it is told to stop: harness/lanes.hpp
  std::size_t rate = 0;   // messages that it offers in a second, where its loop has a schedule
  std::optional<unsigned> processor;  // pinned to it when given
  std::optional<Sabotage> sabotage;   // its endpoints are made worse on purpose
  os::Clock clock;
  std::optional<Ticket> out, in;  // handles: as the parent's numbers until they are sent
  Role out_role = Role::producer, in_role = Role::consumer;
  bool duplex = false;  // one endpoint for both ways: `out` is it
};

struct RoundOrder {
  LoopPlan plan;
  bool measured = false;  // with usage, counters and the histogram in the answer
};

struct RoundReport {
  std::uint64_t begun = 0, ended = 0;  // ticks
  std::uint64_t sent = 0, received = 0, next = 0;
  Status status = Status::ok;
  int os_error = 0;
  Tally tally;
  std::vector<LaneCount> lanes;  // what it received of each, where it tells them apart
  std::uint64_t overtaken = 0;   // ordinary messages that came after an urgent one which was sent after them
  Histogram latency;             // ticks
  os::Usage usage;               // of this round; peak memory is of the whole process
  std::optional<std::uint64_t> proportional_bytes;
  std::optional<std::uint64_t> open_handles;  // that its endpoints hold
  std::optional<os::HardwareCounters::Reading> counters;
  std::string counters_unavailable;
  bool counters_include_kernel = true;
};

std::string encode(const Job&);
Job decode_job(const std::string& line);
std::string encode(const RoundOrder&);
std::string encode(const RoundReport&, bool measured);
RoundReport decode_report(const std::string& line);
std::string encode_ready();
// A set-up that threw: the parent throws the same.
std::string encode_failure(const std::string& kind, const std::string& text);

// An order that a child has received; nothing when it is to finish.
std::optional<RoundOrder> decode_order(const std::string& line);
// Throws what the child threw when the line tells a failure: Unsupported, or std::runtime_error.
void throw_if_failure(const std::string& line, const std::string& role);

}  // namespace ipcmark
