// A kill, or a halt, at any point of a call: the call is made again and again by fresh processes over a fresh
// link, and stepped to another point each time.
#pragma once

#include <optional>
#include <vector>

#include "suites/conformance/faults/scene.hpp"

namespace ipcmark {

// The situations in which a call is stepped through.
enum class Moment : std::uint8_t {
  sends_to_one_that_waits,  // a producer; the consumer sleeps in its receive
  sends_behind_another,     // a producer; a finished message lies in the channel
  woken_to_send,            // a producer that slept for room, from its wake-up on
  receives,                 // a consumer; a message lies in the channel
  woken_to_receive,         // a consumer that slept, from its wake-up on
};
std::string_view name_of(Moment) noexcept;
constexpr Role victim_of(Moment moment) {
  return moment == Moment::receives || moment == Moment::woken_to_receive ? Role::consumer : Role::producer;
}
constexpr bool applies_to(Moment moment, const Traits& traits) {
  if (!transfers(traits)) return false;
  if (moment == Moment::woken_to_send) return waits_for_room(traits) && traits.waits.block;
  if (moment == Moment::woken_to_receive || moment == Moment::sends_to_one_that_waits)
    return traits.waits.block;
  return true;
}

enum class Fault : std::uint8_t { kill, halt };

struct Swept {
  std::size_t length = 0;  // steps of the whole call
  std::size_t points = 0;  // at which it was killed
  double slowest = 0;      // seconds from a kill until it was clear what it did to the others
  std::vector<std::string> weaknesses, defects;  // "step 12 of 96 (pthread_mutex_unlock): ..."
};
// Nothing where the moment never comes: a mechanism whose sends meet their receive has no second message, and
// one that never waits none to be woken for. `until_harmed`: the first weakness will do, and has to be a sure
// one.
std::optional<Swept> sweep(const Mechanism&, Moment, Fault, bool until_harmed = false);

}  // namespace ipcmark
