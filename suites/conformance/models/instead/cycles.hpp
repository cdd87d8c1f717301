// Takes the place of harness/os/arch/*/cycles.hpp where mechanisms are explored: a turn of a loop that waits
// lets the others go on.
#pragma once

#include <cstdint>

#include "suites/conformance/models/explorer.hpp"

namespace ipcmark::os {

inline std::uint64_t read_counter() noexcept { return 0; }
inline bool counter_is_invariant() noexcept { return false; }
inline void cpu_relax() noexcept { model::pause(); }
inline void prefetch(const void*) noexcept {}

}  // namespace ipcmark::os
