// Sleeping on a word of memory that several processes share, which Windows has no call for: WaitOnAddress
// works inside one process only (Microsoft, WaitOnAddress, "Remarks").
//
// Behind the memory of a section lies a table of places, and with its handle go those of as many events, one
// for each place. Whoever goes to sleep takes a place by writing there for which word it waits, looks at the
// word once more, and waits for the place's event. Whoever changes a word looks at all places afterwards and
// sets the events of those that wait for it. A full fence stands between the two steps of both, so that at
// least one of them sees the other. Only the sleeper gives its place back, behind its wait: were the place
// free earlier, the next one there could take the event that was set for the one before, who may not have
// begun to wait. So a sleeper that is killed keeps its place, and costs every later wake of that word an
// event set in vain. An event that was set too late wakes the next sleeper in its place for nothing, which
// looks again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/os/atomics.hpp"
#include "harness/os/handle.hpp"

namespace ipcmark::os {

// Zeroes are a table in which nobody sleeps. Its users may come and go at any point.
struct SleepersTable {
  static constexpr std::size_t places = 32;
  Atomic<std::uint32_t> asleep[places];  // the word's offset plus one; 0: free
};

// Its place behind `size` bytes of memory, and the bytes of both.
constexpr std::size_t sleepers_offset(std::size_t size) noexcept { return (size + 63) / 64 * 64; }
constexpr std::size_t with_sleepers(std::size_t size) noexcept {
  return sleepers_offset(size) + sizeof(SleepersTable);
}

// From now on wait_on and the like of os/wait.hpp know the words of this memory; the events are those of its
// places, in their order.
void know_sleepers(std::byte* memory, std::size_t size, std::vector<Handle> events);
void forget_sleepers(const std::byte* memory) noexcept;

}  // namespace ipcmark::os
