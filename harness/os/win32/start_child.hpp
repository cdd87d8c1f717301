// Starting a child, and the name by which it is asked to stop.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/os/handle.hpp"

namespace ipcmark::os {

struct StartedChild {
  std::int64_t id = 0;
  Handle process, job;
};

// See Process::start.
StartedChild start_child(const std::string& file, const std::vector<std::string>& arguments,
                         std::span<const RawHandle> handles, bool outlives_parent);

// The event for which the listener of that process waits.
std::wstring stop_event_of(std::int64_t process);

inline constexpr const wchar_t* first_handle_variable = L"IPCMARK_FIRST_HANDLE";

}  // namespace ipcmark::os
