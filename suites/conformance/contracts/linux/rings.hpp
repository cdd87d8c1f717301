// What the clauses of rings in shared memory share. Which mechanisms lie there is told by the axis `memory`.
#pragma once

#include "suites/conformance/contracts/linux/shared_object.hpp"
#include "suites/conformance/ends.hpp"

namespace ipcmark {

constexpr bool lies_in_shared_memory(const Traits& traits) {
  return traits.axes.memory && traits.framing == Framing::message;
}
// Messages that wait in slots, of which nobody loses any.
constexpr bool is_a_ring(const Traits& traits) {
  return lies_in_shared_memory(traits) && traits.axes.depth && traits.delivery == Delivery::every;
}

// Bodies of clauses that take more than a few lines: rings_at_risk.cpp.
void producer_killed_in_the_middle(const Mechanism&);
void no_last_wake_is_missed(const Mechanism&);

}  // namespace ipcmark
