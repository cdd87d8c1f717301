// FLT: what a fault of one process does to the others; here what every system has.
#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/faults/faults.hpp"

namespace ipcmark {
namespace {

constexpr bool shares_among_consumers(const Traits& traits) {
  return transfers(traits) && traits.many_consumers;
}

constexpr Clause table[]{
    {.id = "FLT-01",
     .title = "TheEndOfTheLastProducerIsNoticedAsTheTraitsSay",
     .source = "harness/mechanism.hpp, sees_peer_death",
     .of = faults::idle_producer_killed,
     .applies = transfers,
     .kind = Kind::fault},
    {.id = "FLT-02",
     .title = "AnIdleConsumerKilledHarmsOnlyAsTheTraitsSay",
     .source = "harness/mechanism.hpp, survives_peer_kill",
     .of = faults::idle_consumer_killed,
     .applies = transfers,
     .kind = Kind::fault},
    {.id = "FLT-03",
     .title = "AProducerKilledWhileItWaitsForRoomHarmsOnlyAsTheTraitsSay",
     .source = "harness/mechanism.hpp, survives_peer_kill",
     .of = faults::waiting_producer_killed,
     .applies = waits_for_room,
     .kind = Kind::fault},
    {.id = "FLT-04",
     .title = "AConsumerKilledWhileItWaitsHarmsOnlyAsTheTraitsSay",
     .source = "harness/mechanism.hpp, survives_peer_kill",
     .of = faults::waiting_consumer_killed,
     .applies = transfers,
     .kind = Kind::fault},
    {.id = "FLT-13",
     .title = "AStoppedConsumerCostsNothingButTime",
     .source = "signal(7), SIGSTOP",
     .of = faults::stopped_consumer,
     .applies = transfers,
     .kind = Kind::fault},
    {.id = "FLT-14",
     .title = "AStoppedProducerIsNotTakenForADeadOne",
     .source = "signal(7), SIGSTOP",
     .of = faults::stopped_producer,
     .applies = transfers,
     .kind = Kind::fault},
    {.id = "FLT-15",
     .title = "AProducerStoppedWhileItWaitsForRoomGoesOnWhereItWas",
     .source = "signal(7), SIGSTOP",
     .of = faults::stopped_waiting_producer,
     .applies = waits_for_room,
     .kind = Kind::fault},
    {.id = "FLT-16",
     .title = "OneOfSeveralConsumersKilledTakesAtMostOneMessageAlong",
     .source = "harness/mechanism.hpp, many_consumers, survives_peer_kill",
     .of = faults::one_of_several_killed,
     .applies = shares_among_consumers,
     .kind = Kind::fault},
    {.id = "FLT-17",
     .title = "EachOfSeveralWaitingConsumersIsWokenForAMessage",
     .source = "harness/mechanism.hpp, many_consumers",
     .of = faults::each_waiting_consumer_woken,
     .applies = shares_among_consumers,
     .kind = Kind::fault},
};

}  // namespace

const Section faults_section{.name = "FLT", .count = 0, .clauses = table};

}  // namespace ipcmark
