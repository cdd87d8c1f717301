// What the kinds of shared memory share.
#pragma once

#include "harness/os/memory.hpp"

namespace ipcmark::os {

// mmap(2) of a whole descriptor, anywhere, or over what is mapped at `place`. The pages are still to be
// touched.
Mapping map_shared(const Handle&, std::size_t size, std::byte* place = nullptr);

// Makes this process's entries for every page, ready for writing, so that no timed call faults.
void touch(const Mapping&);

// Memory that is known by a descriptor only: memfd, huge_pages and transparent_huge.
std::unique_ptr<SharedMemory> create_by_descriptor(Memory, std::size_t size);
Mapping open_by_descriptor(Memory, Handle socket, std::size_t size);

}  // namespace ipcmark::os
