// What the harness is measured against: the same work in two forked processes and nothing else. No stamps, no
// checks, no framing, no endpoint; one reading of the clock for each round trip. These loops are yardsticks
// and not mechanisms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ipcmark {

// Round trips in nanoseconds. The bulk mean is the whole time over the number of trips.
struct BareTrips {
  double bulk_mean = 0, p50 = 0;
};

struct BarePlace {
  unsigned producer = 0, consumer = 0;  // processors
};

BareTrips bare_pipe(BarePlace, std::size_t size, std::uint64_t trips);
BareTrips bare_unix_stream(BarePlace, std::size_t size, std::uint64_t trips);
BareTrips bare_posix_mq(BarePlace, std::size_t size, std::uint64_t trips, const std::string& name);
// A counter on a line of its own for each way, and nothing else.
BareTrips bare_cache_lines(BarePlace, std::uint64_t trips);

// How a ring publishes: by a head index that the consumer polls, both indices cached (as rigtorp's SPSCQueue
// does); by such an index once for 16 messages; by a mark in each slot, as shm_spsc does.
enum class BareRing : std::uint8_t { indexed, batched, marked };
// Messages per second through a ring in shared memory; each is copied from the producer's memory into its
// slot and from there into the consumer's. `messages` is a multiple of 160.
double bare_ring(BarePlace, std::size_t size, std::size_t depth, std::uint64_t messages, BareRing);
// Round trips through two of the rings with marks. A message of 64 bytes and its mark are two lines each way.
BareTrips bare_ring_trips(BarePlace, std::size_t size, std::size_t depth, std::uint64_t trips);

}  // namespace ipcmark
