// Messages are due at a fixed rate, whether the channel keeps up or not: how late is a message under such a
// load? Latency is one-way and from the moment at which it was due, so that a producer which has to wait for
// room, or a consumer that pauses, is seen by every message that was due meanwhile, as by the users of a
// service (Tene, "How NOT to Measure Latency": coordinated omission). Offered more than the channel carries,
// latency grows for as long as the launch lasts, and the rate that is reached stays below the one offered.
//
// The producer is awake for 200 us before a message is due, and above 5000 messages a second always; so its
// CPU time is of the schedule and not of the mechanism.
#include "suites/workloads/workload.hpp"

namespace ipcmark {
namespace {

constexpr Part parts[]{
    {.role = "producer", .loop = "offer", .out = 0, .in = -1},
    {.role = "consumer", .loop = "consume", .out = -1, .in = 0},
};

}  // namespace

extern constinit const Workload open_loop{
    .name = "open_loop",
    .summary = "one way at a fixed rate: how late a message is under load",
    .latency = "one way, from when a message was due",
    .headline = "p99",
    .links = 1,
    .parts = parts,
    .scheduled = true,
};

}  // namespace ipcmark
