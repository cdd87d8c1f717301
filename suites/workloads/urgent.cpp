// One message in 64 is urgent and overtakes the others, of which the producer sends as many as the channel
// takes: how late is it, though the queue is full? Latency is one-way and of the urgent ones; the rate is
// that of all, of which the ordinary ones are 63 in 64. Where consumers are faster than producers the queue
// is never full and there is nothing to overtake: `overtaken_messages` in the record tells how many ordinary
// messages lay in an urgent one's way.
//
// Checked: each class by itself, complete, once and in order; and at the beginning of each launch, of an
// ordinary message and an urgent one that lie in the channel together, that the urgent one comes first.
#include "suites/workloads/workload.hpp"

namespace ipcmark {
namespace {

constexpr Part parts[]{
    {.role = "producer", .loop = "urge", .out = 0, .in = -1},
    {.role = "consumer", .loop = "attend", .out = -1, .in = 0},
};

}  // namespace

extern constinit const Workload urgent{
    .name = "urgent",
    .summary = "one message in 64 overtakes the others, of which the channel is full",
    .latency = "one way, of urgent messages",
    .headline = "p50",
    .links = 1,
    .parts = parts,
    .lanes = Lanes::classes,
};

}  // namespace ipcmark
