#include "harness/measure/placement.hpp"

#include <algorithm>

namespace ipcmark {
namespace {

using Processors = std::vector<os::Processor>;

// The first pair for which `fits` holds.
template <class Fits>
std::optional<std::vector<unsigned>> first_pair(const Processors& all, Fits fits) {
  for (const os::Processor& one : all) {
    for (const os::Processor& other : all) {
      if (one.id < other.id && fits(one, other)) return std::vector{one.id, other.id};
    }
  }
  return std::nullopt;
}

std::optional<std::vector<unsigned>> pair_for(Placement placement, const os::Topology& host,
                                              std::string& reason) {
  const auto siblings = [](const auto& a, const auto& b) { return a.core == b.core; };
  const auto cores = [](const auto& a, const auto& b) { return a.core != b.core && a.socket == b.socket; };
  const auto sockets = [](const auto& a, const auto& b) { return a.socket != b.socket; };
  switch (placement) {
    case Placement::two_cores:
      reason = "only one core is usable by this process";
      return first_pair(host.usable, cores);
    case Placement::smt_siblings:
      reason = "no usable core shows two hardware threads";
      return first_pair(host.usable, siblings);
    case Placement::two_sockets:
      reason = "only one socket is usable by this process";
      return first_pair(host.usable, sockets);
    default: return std::vector{host.usable.front().id, host.usable.front().id};
  }
}

}  // namespace

std::string_view name_of(Placement placement) noexcept {
  switch (placement) {
    case Placement::same_core: return "same_core";
    case Placement::two_cores: return "two_cores";
    case Placement::smt_siblings: return "smt_siblings";
    case Placement::two_sockets: return "two_sockets";
    case Placement::unpinned: return "unpinned";
  }
  return "unknown";
}

std::optional<Placement> placement_named(std::string_view name) noexcept {
  for (const Placement placement : every_placement) {
    if (name_of(placement) == name) return placement;
  }
  return std::nullopt;
}

std::optional<std::vector<unsigned>> place(Placement placement, std::size_t roles, const os::Topology& host,
                                           std::string& reason) {
  if (placement == Placement::unpinned) return std::vector<unsigned>{};
  if (host.usable.empty()) {
    reason = "no processor is usable";
    return std::nullopt;
  }
  const auto pair = pair_for(placement, host, reason);
  if (!pair) return std::nullopt;
  std::vector<unsigned> places;
  for (std::size_t role = 0; role < roles; ++role) places.push_back((*pair)[role % pair->size()]);
  return places;
}

}  // namespace ipcmark
