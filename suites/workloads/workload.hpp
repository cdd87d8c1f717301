// A workload: who runs which loop, over which links, and what its figures mean.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/mechanism.hpp"

namespace ipcmark {

struct Part {
  std::string_view role;  // "producer" or "consumer": whose resources they are in the record
  std::string_view loop;  // harness/loops.hpp
  int out = -1, in = -1;  // the links that it sends and receives on; -1 for none
  unsigned count = 1;     // processes that play it, on the same links and, if pinned, on the same processor
};

// What the lanes of its messages are: harness/lanes.hpp.
enum class Lanes : std::uint8_t {
  none,       // one producer, and every consumer gets all that it sends
  producers,  // one for each producer; the consumers share them
  classes     // ordinary and urgent messages of one producer
};

struct Workload {
  std::string_view name;
  std::string_view summary;
  std::string_view latency;     // what latency_ns is
  std::string_view headline;    // the statistic that it is for; less of it is better unless it is a rate
  unsigned links = 1;           // of a one-way mechanism; a duplex one needs a single link
  std::span<const Part> parts;  // producers first
  Lanes lanes = Lanes::none;
  bool scheduled = false;  // messages are due at a rate, an option of its trials; latency is from then
};

inline constexpr std::string_view rate = "messages_per_s";

std::span<const Workload* const> workloads();
const Workload* workload_named(std::string_view name);

// Why a mechanism cannot carry a workload at all; empty when it can.
std::string why_unfit(const Workload&, const Traits&);
// Why it cannot with messages of this size; 0 for signals.
std::string why_unfit(const Workload&, const Traits&, std::size_t size);

// A process of a launch.
struct Player {
  const Part* part = nullptr;
  std::size_t place = 0;      // which of the workload's parts it plays
  std::string name;           // "producer", or "producer 2" where there are several
  std::uint8_t producer = 0;  // its number among the producers
  bool is_producer() const noexcept { return part->role == "producer"; }
};
std::vector<Player> players_of(const Workload&);
std::size_t lanes_of(const Workload&) noexcept;

}  // namespace ipcmark
