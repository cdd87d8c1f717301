// A workload: who runs which loop, over which links, and what its figures mean.
#pragma once

#include <span>
#include <string_view>

#include "harness/mechanism.hpp"

namespace ipcmark {

struct Part {
  std::string_view role;  // "producer" or "consumer": whose resources they are in the record
  std::string_view loop;  // harness/loops.hpp
  int out = -1, in = -1;  // the links that it sends and receives on; -1 for none
};

struct Workload {
  std::string_view name;
  std::string_view summary;
  std::string_view latency;     // what latency_ns is
  std::string_view headline;    // the statistic that it is for; less of it is better unless it is a rate
  unsigned links = 1;           // of a one-way mechanism; a duplex one needs a single link
  std::span<const Part> parts;  // producers first
};

inline constexpr std::string_view rate = "messages_per_s";

std::span<const Workload* const> workloads();
const Workload* workload_named(std::string_view name);

}  // namespace ipcmark
