// Starting a child; each POSIX system has its own way to let go of foreign descriptors and of a dead parent.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/os/handle.hpp"

namespace ipcmark::os {

// The process id. See Process::start. A child whose handles find no place under RLIMIT_NOFILE ends with exit
// code 126, one whose file cannot be executed with 127.
std::int64_t start_child(const std::string& file, const std::vector<std::string>& arguments,
                         std::span<const RawHandle> handles, bool outlives_parent);

// fork(2): like start_child, but the child goes on here, where this returns 0, with the handles in the places
// that Process::start would give them. It is for a test that needs thousands of processes, and costs a tenth
// of a program that is started anew. The child must end by _exit(2).
std::int64_t fork_child(std::span<const RawHandle> handles);

}  // namespace ipcmark::os
