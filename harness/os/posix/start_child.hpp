// Starting a child; each POSIX system has its own way to let go of foreign descriptors and of a dead parent.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/os/handle.hpp"

namespace ipcmark::os {

// The process id. See Process::start.
std::int64_t start_child(const std::string& file, const std::vector<std::string>& arguments,
                         std::span<const RawHandle> handles, bool outlives_parent);

}  // namespace ipcmark::os
