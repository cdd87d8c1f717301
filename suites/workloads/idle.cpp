// One message in a millisecond, and nothing between: what does a consumer burn that mostly waits, and how
// late is it when something comes at last? CPU time per message is the time burnt in one millisecond, of
// which a spinning consumer takes all. Latency is one-way, after idling.
#include "suites/workloads/workload.hpp"

namespace ipcmark {
namespace {

constexpr Part parts[]{
    {.role = "producer", .loop = "trickle", .out = 0, .in = -1},
    {.role = "consumer", .loop = "consume", .out = -1, .in = 0},
};

}  // namespace

extern constinit const Workload idle{
    .name = "idle",
    .summary = "one message in a millisecond: what waiting costs",
    .latency = "one way, after idling",
    .headline = "cpu_ns_per_message",
    .links = 1,
    .parts = parts,
};

}  // namespace ipcmark
