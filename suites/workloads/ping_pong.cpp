// One message goes there, the same one comes back, and only then the next: a closed loop. Latency is the time
// of the whole round trip as the producer sees it, so it contains both ways, two sends, two receives, and one
// clock reading.
#include "suites/workloads/workload.hpp"

namespace ipcmark {
namespace {

constexpr Part parts[]{
    {.role = "producer", .loop = "ping", .out = 0, .in = 1},
    {.role = "consumer", .loop = "echo", .out = 1, .in = 0},
};

}  // namespace

extern constinit const Workload ping_pong{
    .name = "ping_pong",
    .summary = "one message there and back, then the next (closed loop)",
    .latency = "round trip",
    .headline = "p50",
    .links = 2,
    .parts = parts,
};

}  // namespace ipcmark
