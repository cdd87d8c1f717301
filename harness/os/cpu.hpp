// Processors: which there are, how they hang together, and running on one of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ipcmark::os {

struct Processor {
  unsigned id = 0;      // as the operating system numbers it
  unsigned core = 0;    // physical core: SMT siblings share it
  unsigned socket = 0;  // package
  unsigned numa = 0;
};

struct Topology {
  std::vector<Processor> usable;  // allowed to this process, ascending by id
  unsigned cores = 0, sockets = 0, numa_nodes = 0;
  std::size_t cache_line = 64;  // bytes
};

// Read once, through hwloc or GetLogicalProcessorInformationEx, then remembered. Windows: the processors of
// this process's group, which are all where there are at most 64.
const Topology& topology();

// Runs this thread, and those that it starts, on one processor only from now on: sched_setaffinity(2).
// Windows: this thread alone, SetThreadAffinityMask.
void pin_to(unsigned processor);

}  // namespace ipcmark::os
