#include "suites/workloads/workload.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/lanes.hpp"

namespace ipcmark {
namespace {

// The most processes that send on one link, or receive on one.
unsigned most_on_a_link(const Workload& workload, int Part::*end) {
  unsigned most = 0;
  for (int link = 0; link < static_cast<int>(workload.links); ++link) {
    unsigned here = 0;
    for (const Part& part : workload.parts) here += part.*end == link ? part.count : 0;
    most = std::max(most, here);
  }
  return most;
}

}  // namespace

extern const Workload ping_pong, stream, idle, crowd, urgent, open_loop;

std::span<const Workload* const> workloads() {
  static constexpr const Workload* all[]{&ping_pong, &stream, &idle, &crowd, &urgent, &open_loop};
  return all;
}

const Workload* workload_named(std::string_view name) {
  const auto all = workloads();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Workload* w) { return w->name == name; });
  return found == all.end() ? nullptr : *found;
}

std::string why_unfit(const Workload& workload, const Traits& traits) {
  const unsigned producers = most_on_a_link(workload, &Part::out);
  const unsigned consumers = most_on_a_link(workload, &Part::in);
  if (producers > 1 && !traits.many_producers)
    return fmt::format("{} has {} producers on one link, which here takes one", workload.name, producers);
  if (consumers > 1 && !traits.many_consumers)
    return fmt::format("{} has {} consumers on one link, which here takes one", workload.name, consumers);
  if (workload.scheduled && traits.framing == Framing::signal)
    return fmt::format("{} needs messages that say when they were due, and these carry nothing",
                       workload.name);
  if (workload.lanes == Lanes::none) return {};
  if (workload.lanes == Lanes::classes && traits.priorities < 2)
    return fmt::format("{} needs priorities, and messages here have none", workload.name);
  if (traits.framing == Framing::signal || traits.framing == Framing::none)
    return fmt::format("{} needs messages that say whose they are, and these carry nothing", workload.name);
  if (traits.may_miss() || !traits.fifo)
    return fmt::format("{} counts every message as lost that is missing, or out of order", workload.name);
  return {};
}

std::string why_unfit(const Workload& workload, const Traits& traits, std::size_t size) {
  if (std::string reason = why_unfit(workload, traits); !reason.empty()) return reason;
  if (workload.lanes != Lanes::none && size < full_stamp)
    return fmt::format("below {} bytes a message does not say whose it is", full_stamp);
  if (traits.may_miss() && size != 0 && size < full_stamp) {
    return fmt::format(
        "below {} bytes a message carries 16 bits of its number, too few to tell how many are missing",
        full_stamp);
  }
  return {};
}

std::vector<Player> players_of(const Workload& workload) {
  std::vector<Player> players;
  std::uint8_t producers = 0;
  for (std::size_t place = 0; place < workload.parts.size(); ++place) {
    const Part& part = workload.parts[place];
    for (unsigned number = 1; number <= part.count; ++number) {
      Player player{.part = &part, .place = place, .name = std::string(part.role)};
      if (part.count > 1) player.name += fmt::format(" {}", number);
      if (player.is_producer()) player.producer = producers++;
      players.push_back(std::move(player));
    }
  }
  return players;
}

std::size_t lanes_of(const Workload& workload) noexcept {
  if (workload.lanes == Lanes::none) return 0;
  if (workload.lanes == Lanes::classes) return 2;
  std::size_t producers = 0;
  for (const Part& part : workload.parts) producers += part.role == "producer" ? part.count : 0;
  return producers;
}

}  // namespace ipcmark
