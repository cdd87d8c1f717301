// What shared memory is on this system, for those who state it.
#pragma once

#include <string_view>

namespace ipcmark::os {

inline constexpr bool memory_has_kinds = true;  // os/memory.hpp: more than one Memory
inline constexpr bool memory_outlives_all =
    true;  // the usual one has a name, and stays until that is removed
inline constexpr std::string_view memory_manual = "shm_overview(7)";
inline constexpr std::string_view memory_and_wait_manual = "shm_overview(7), futex(2)";
inline constexpr bool waits_on_any_word = true;  // os/wait.hpp: also on one that is in no shared memory

}  // namespace ipcmark::os
