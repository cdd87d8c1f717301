// What shared memory is on this system, for those who state it.
#pragma once

#include <string_view>

namespace ipcmark::os {

inline constexpr bool memory_has_kinds = false;
inline constexpr bool memory_outlives_all = false;  // a section goes with the last handle to it
inline constexpr std::string_view memory_manual = "CreateFileMapping (Microsoft)";
inline constexpr std::string_view memory_and_wait_manual = "CreateFileMapping, CreateEvent (Microsoft)";

}  // namespace ipcmark::os
