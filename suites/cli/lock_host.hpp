// Whoever measures has the host for itself.
#pragma once

#include <nlohmann/json.hpp>

#include "harness/os/host.hpp"

namespace ipcmark {

// Throws UsageError when another run measures, unless it is to wait for its end; then Interrupted when a
// termination signal comes.
os::HostLock lock_host(bool wait);

// The environment of a result, with what the doctor says of it.
nlohmann::json environment_with_doctor();

}  // namespace ipcmark
