// Two producers and two consumers share one link: what do they cost one another? Each message reaches one
// consumer. The clock runs from the first producer's first message until the last consumer has the last one,
// so the rate is that of all together; latency is one-way, sampled, and mostly spent in a full channel. When
// pinned, the producers share one processor and the consumers the other, as they do on one of two cores.
//
// Checked: every message of each producer, once, and at each consumer in the order sent. Consumers cannot
// know their last message, so they are told when the producers are through (harness/run/cast.hpp).
#include "suites/workloads/workload.hpp"

namespace ipcmark {
namespace {

constexpr Part parts[]{
    {.role = "producer", .loop = "produce", .out = 0, .in = -1, .count = 2},
    {.role = "consumer", .loop = "share", .out = -1, .in = 0, .count = 2},
};

}  // namespace

extern constinit const Workload crowd{
    .name = "crowd",
    .summary = "two producers and two consumers on one link, as fast as it takes them",
    .latency = "one way, sampled, channel full",
    .headline = rate,
    .links = 1,
    .parts = parts,
    .lanes = Lanes::producers,
};

}  // namespace ipcmark
