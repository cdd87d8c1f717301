#include "suites/cli/lock_host.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "harness/measure/doctor.hpp"
#include "harness/os/process.hpp"
#include "harness/results/environment.hpp"
#include "harness/run/cast.hpp"
#include "suites/cli/doctor.hpp"

namespace ipcmark {

os::HostLock lock_host(bool wait) {
  for (;;) {
    auto [lock, holder] = os::HostLock::acquire();
    if (lock) return std::move(*lock);
    if (holder == 0) continue;
    const std::string who = fmt::format("process {} ({})", holder, os::command_of(holder));
    if (!wait) {
      throw UsageError(
          fmt::format("another run is measuring on this host: {}; wait for its end with --wait", who));
    }
    fmt::print(stderr, "waiting for {}\n", who);
    os::HostLock::wait_for_holder();
    if (os::termination_signal() != 0) throw Interrupted();
  }
}

nlohmann::json environment_with_doctor() {
  nlohmann::json environment = environment_record();
  environment["doctor"] = to_json(examine_host());
  return environment;
}

}  // namespace ipcmark
