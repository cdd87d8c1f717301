// What one process of a contention case does: sends, or receives, and writes its history.
#pragma once

#include <string>

#include "suites/conformance/contention/round.hpp"

namespace ipcmark::contention {

// What an actor is told: the round, and which part of it is its own.
struct Part {
  Round round;
  Side side = Side::producer;
  unsigned number = 0;
  std::string folder;
};
std::string encode(const Part&);
Part decode_part(const std::string&);
// The name of the file within the folder of a round.
std::string history_name(Side, unsigned number);

}  // namespace ipcmark::contention
