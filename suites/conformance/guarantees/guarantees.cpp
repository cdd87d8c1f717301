// GUA: a section of our own. A wrong trait is a failure here.
#include "suites/conformance/guarantees/guarantees.hpp"

#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

constexpr bool payload(const Traits& traits) { return has_payload(traits); }
constexpr bool transfer(const Traits& traits) { return has_any_transfer(traits); }

constexpr Clause table[]{
    {.id = "GUA-01",
     .title = "MessagesAreWholeUpToAMeasuredSize",
     .source = "pipe(7), PIPE_BUF; unix(7); harness/mechanism.hpp, Framing",
     .of = guarantees::messages_are_whole,
     .applies = payload,
     .kind = Kind::guarantee},
    {.id = "GUA-02",
     .title = "SoManyMessagesFitAndTheAxesChangeIt",
     .source =
         "pipe(7), Pipe capacity; socket(7), SO_SNDBUF; mq_overview(7); harness/tuning.hpp, depth and buffer",
     .of = guarantees::so_many_messages_fit,
     .applies = [](const Traits& traits) { return transfer(traits) && traits.delivery == Delivery::every; },
     .kind = Kind::guarantee},
    {.id = "GUA-03",
     .title = "AMessageOfTheLargestSizeThatCreateAcceptsCanBeSent",
     .source = "harness/mechanism.hpp, Options::max_message",
     .of = guarantees::the_largest_message,
     .applies = payload,
     .kind = Kind::guarantee},
    {.id = "GUA-04",
     .title = "TheOrderIsTheDeclaredOne",
     .source = "Traits::fifo, Traits::priorities, Traits::selects",
     .of = guarantees::the_order,
     .applies = payload,
     .kind = Kind::guarantee},
    {.id = "GUA-05",
     .title = "ASlowConsumerCausesWhatTheDeliveryClassSays",
     .source = "Traits::delivery",
     .of = guarantees::a_slow_consumer,
     .applies = transfer,
     .kind = Kind::guarantee},
    {.id = "GUA-06",
     .title = "TheDeathOfAllProducersIsSeenIfDeclared",
     .source = "Traits::sees_peer_death",
     .of = guarantees::the_death_of_all_producers,
     .applies = transfer,
     .kind = Kind::guarantee},
    {.id = "GUA-07",
     .title = "WhatIsQueuedSurvivesTheDeathsThatItShould",
     .source = "Traits::lifetime; mq_overview(7), Persistence",
     .of = guarantees::what_survives,
     .applies = transfer,
     .kind = Kind::guarantee},
    {.id = "GUA-08",
     .title = "EachDeclaredWaitSleepsOrSpins",
     .source = "Traits::waits",
     .of = guarantees::how_it_waits,
     .applies = transfer,
     .kind = Kind::guarantee},
    {.id = "GUA-09",
     .title = "OneLinkCarriesBothWaysIfDeclared",
     .source = "Traits::duplex",
     .of = guarantees::both_ways,
     .applies = [](const Traits& traits) { return payload(traits) && traits.duplex; },
     .kind = Kind::guarantee},
    {.id = "GUA-10",
     .title = "ItsEndpointsAreOfTheDeclaredKind",
     .source = "Traits::framing, loans, priorities, selects",
     .of = guarantees::the_kind_of_its_endpoints,
     .applies = [](const Traits&) { return true; },
     .kind = Kind::guarantee},
    {.id = "GUA-11",
     .title = "SharedMemoryIsMadeOfWhatWasChosen",
     .source = "harness/tuning.hpp, memory; memfd_create(2), shm_overview(7)",
     .of = guarantees::the_memory_is_what_was_chosen,
     .applies = [](const Traits& traits) { return traits.axes.memory; },
     .kind = Kind::guarantee},
};

}  // namespace

const Section guarantee_section{.name = "GUA", .count = 0, .clauses = table};

}  // namespace ipcmark
