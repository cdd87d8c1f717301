// Shared memory within one process: every endpoint of a link has it at the same address. In place of the
// system's in programs that explore mechanisms, or run them between threads.
#pragma once

#include <cstddef>
#include <span>

namespace ipcmark::model {

// The memory that was made last.
std::span<const std::byte> one_memory() noexcept;

}  // namespace ipcmark::model
