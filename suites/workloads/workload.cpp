#include "suites/workloads/workload.hpp"

#include <algorithm>

namespace ipcmark {

extern const Workload ping_pong, stream, idle;

std::span<const Workload* const> workloads() {
  static constexpr const Workload* all[]{&ping_pong, &stream, &idle};
  return all;
}

const Workload* workload_named(std::string_view name) {
  const auto all = workloads();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Workload* w) { return w->name == name; });
  return found == all.end() ? nullptr : *found;
}

}  // namespace ipcmark
