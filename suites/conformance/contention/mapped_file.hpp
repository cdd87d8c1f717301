// A file in memory: one file of the same name for each system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/os/memory.hpp"

namespace ipcmark::contention {

// Makes the file, or empties it, and allocates all its blocks, so that a full disk is an error here and not
// in the middle of a write to memory.
void allocate_file(const std::string& path, std::size_t size);

enum class Access : std::uint8_t { read, write };
// The whole of it; nothing of an empty one.
os::Mapping map_file(const std::string& path, Access);

}  // namespace ipcmark::contention
