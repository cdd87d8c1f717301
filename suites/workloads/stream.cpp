// The producer sends as fast as the channel takes it. Its clock starts with the first message and stops when
// the consumer has the last one. Latency is one-way, from just before the send to just after the receive, of
// sampled messages: under this load it is mostly the time spent in a full channel.
#include "suites/workloads/workload.hpp"

namespace ipcmark {
namespace {

constexpr Part parts[]{
    {.role = "producer", .loop = "produce", .out = 0, .in = -1},
    {.role = "consumer", .loop = "consume", .out = -1, .in = 0},
};

}  // namespace

extern constinit const Workload stream{
    .name = "stream",
    .summary = "one way, as fast as the channel takes it",
    .latency = "one way, sampled, channel full",
    .headline = rate,
    .links = 1,
    .parts = parts,
};

}  // namespace ipcmark
