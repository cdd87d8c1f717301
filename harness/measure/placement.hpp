// Where the processes of a launch run. A factor of the measurement and part of its label.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/os/cpu.hpp"

namespace ipcmark {

enum class Placement : std::uint8_t {
  same_core,     // all on one processor, time-sliced
  two_cores,     // each role on a core of its own, in one socket; several processes of a role share it
  smt_siblings,  // two hardware threads of one core
  two_sockets,
  unpinned  // as the scheduler likes
};

std::string_view name_of(Placement) noexcept;
std::optional<Placement> placement_named(std::string_view) noexcept;
inline constexpr Placement every_placement[]{Placement::same_core, Placement::two_cores,
                                             Placement::smt_siblings, Placement::two_sockets,
                                             Placement::unpinned};

// The processor of each of `roles` processes; an empty list for unpinned. More roles than there are
// processors share them in turn. When this host has no such place, `reason` says why and the result is
// nothing.
std::optional<std::vector<unsigned>> place(Placement, std::size_t roles, const os::Topology&,
                                           std::string& reason);

}  // namespace ipcmark
