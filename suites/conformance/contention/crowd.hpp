// The processes of a round: started, watched, told to stop.
#pragma once

#include <string>

#include "suites/conformance/contention/round.hpp"

namespace ipcmark::contention {

// Plays a round over a medium; the histories are in the folder afterwards. Returns what went wrong with a
// process, or nothing: it died, left before its time, or could not send.
std::string play_processes(const Round&, Medium&, const std::string& folder);

}  // namespace ipcmark::contention
