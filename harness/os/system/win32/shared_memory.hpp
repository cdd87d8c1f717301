// What shared memory is on this system, for those who state it.
#pragma once

#include <string_view>

namespace ipcmark::os {

inline constexpr bool memory_has_kinds = false;
inline constexpr bool memory_outlives_all = false;  // a section goes with the last handle to it
inline constexpr std::string_view memory_manual = "CreateFileMapping (Microsoft)";
inline constexpr std::string_view memory_and_wait_manual = "CreateFileMapping, CreateEvent (Microsoft)";
inline constexpr bool waits_on_any_word = false;  // os/wait.hpp: also on one that is in no shared memory

}  // namespace ipcmark::os
