// GEN: what holds for every mechanism, by its traits.
#include "suites/conformance/contracts/generic.hpp"

#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

constexpr bool payload(const Traits& traits) { return has_payload(traits); }
constexpr bool transfer(const Traits& traits) { return has_any_transfer(traits); }

// Left out of the quick form, as slow ones are, is what another clause of it sees as well: a message that is
// received twice GEN-01, what outlives all processes GUA-07.
constexpr Clause table[]{
    {.id = "GEN-01",
     .title = "EveryAcknowledgedSendIsReceivedOnceOrAsTheDeliveryClassSays",
     .source = "harness/mechanism.hpp, Delivery; the total queue of Jepsen's checker",
     .of = generic::every_send_is_received_once,
     .applies = transfer},
    {.id = "GEN-02",
     .title = "NoMessageIsReceivedMoreOftenThanItWasSent",
     .source = "harness/mechanism.hpp, recv; the total queue of Jepsen's checker, duplicated",
     .of = generic::nothing_is_received_twice,
     .applies = [](const Traits& traits) { return transfer(traits) && !traits.broadcasts; },
     .slow = true},
    {.id = "GEN-03",
     .title = "NothingOfAnEarlierRunIsReceived",
     .source = "the total queue of Jepsen's checker, unexpected",
     .of = generic::nothing_of_an_earlier_run_is_received,
     .applies = transfer},
    {.id = "GEN-04",
     .title = "BytesAndLengthArriveUnchangedForEverySizeUpToTheLargest",
     .source = "harness/mechanism.hpp, send: one message of 0 to max_message bytes",
     .of = generic::bytes_and_length_arrive_unchanged,
     .applies = payload},
    {.id = "GEN-05",
     .title = "OneReceiveReturnsExactlyOneMessage",
     .source = "unix(7), mq_receive(3); harness/mechanism.hpp, recv",
     .of = generic::one_receive_is_one_message,
     .applies = payload},
    {.id = "GEN-06",
     .title = "EachProducersMessagesComeInTheOrderSent",
     .source = "unix(7), pipe(7), mq_overview(7); Traits::fifo",
     .of = generic::each_producers_messages_come_in_order,
     .applies = [](const Traits& traits) { return payload(traits) && traits.fifo; }},
    {.id = "GEN-07",
     .title = "ReceivesOfSeveralConsumersAgreeWithEachProducersOrder",
     .source = "Herlihy and Wing, Linearizability (1990), of a queue",
     .of = generic::receives_of_several_consumers_agree_with_the_order,
     .applies = [](const Traits& traits) { return payload(traits) && traits.fifo && traits.many_consumers; }},
    {.id = "GEN-08",
     .title = "ASendThatReturnedBeforeAnotherBeganIsReceivedFirst",
     .source = "Herlihy and Wing, Linearizability (1990), of a queue",
     .of = generic::a_send_that_returned_comes_before_one_that_begins_later,
     .applies = [](const Traits& traits) { return payload(traits) && traits.fifo && traits.many_producers; }},
    {.id = "GEN-09",
     .title = "NoReceiveEndsBeforeItsSendBegan",
     .source = "the histories of knossos; clock_gettime(2): CLOCK_MONOTONIC is one for all processes",
     .of = generic::no_receive_ends_before_its_send_began,
     .applies = transfer,
     .slow = true},
    {.id = "GEN-10",
     .title = "AConsumerGetsTheUnionOfAllProducers",
     .source = "Traits::many_producers",
     .of = generic::fan_in_delivers_the_union,
     .applies = [](const Traits& traits) { return transfer(traits) && traits.many_producers; }},
    {.id = "GEN-11",
     .title = "EachMessageReachesExactlyOneOfSeveralConsumers",
     .source = "Traits::many_consumers",
     .of = generic::several_consumers_share_the_messages,
     .applies =
         [](const Traits& traits) {
           return transfer(traits) && traits.many_consumers && traits.delivery == Delivery::every;
         }},
    {.id = "GEN-12",
     .title = "EachMessageReachesEveryConsumerOfABroadcast",
     .source = "Traits::broadcasts",
     .of = generic::every_consumer_gets_every_message,
     .applies = [](const Traits& traits) { return payload(traits) && traits.broadcasts; }},
    {.id = "GEN-13",
     .title = "PeersThatBothWriteFirstGoOnWhileWhatTheyWriteFits",
     .source = "pipe(7), Pipe capacity; socket(7), SO_SNDBUF",
     .of = generic::peers_that_both_write_first,
     .applies =
         [](const Traits& traits) {
           return payload(traits) && traits.duplex && traits.waits.block &&
                  traits.delivery == Delivery::every;
         }},
    {.id = "GEN-14",
     .title = "AStoppedConsumerLosesNothingThatTheDeliveryClassKeeps",
     .source = "harness/mechanism.hpp, Delivery; signal(7), SIGSTOP",
     .of = generic::a_stopped_consumer,
     .applies = transfer},
    {.id = "GEN-15",
     .title = "AProducerThatIsStoppedAndContinuedLosesAndRepeatsNothing",
     .source = "signal(7), SIGSTOP and SIGCONT",
     .of = generic::a_stopped_producer,
     .applies = transfer},
    {.id = "GEN-16",
     .title = "AKilledProducerLeavesAGapFreePrefix",
     .source = "pipe(7), unix(7); signal(7), SIGKILL",
     .of = generic::a_killed_producer_leaves_a_prefix,
     .applies = transfer},
    {.id = "GEN-17",
     .title = "AKilledConsumerTakesAtMostTheMessageThatItWasReceiving",
     .source = "the indeterminate operations of knossos; signal(7), SIGKILL",
     .of = generic::a_killed_consumer_takes_one_message_at_most,
     .applies =
         [](const Traits& traits) {
           return transfer(traits) && traits.many_consumers && traits.delivery == Delivery::every;
         }},
    {.id = "GEN-18",
     .title = "WhatIsQueuedOutlivesItsProcessesAsDeclared",
     .source = "mq_overview(7), Persistence; fifo(7); Traits::lifetime",
     .of = generic::queued_messages_outlive_their_processes_as_declared,
     .applies = transfer,
     .slow = true},
    {.id = "GEN-19",
     .title = "NothingIsLeftOfManyLinksThatWereUsedAndDestroyed",
     .source = "harness/mechanism.hpp, ~Link",
     .of = generic::nothing_leaks,
     .applies = transfer},
    {.id = "GEN-20",
     .title = "AKilledRunLeavesTheDeclaredNamesAndTheJanitorRemovesThem",
     .source = "mq_overview(7), sem_overview(7), shm_overview(7), unix(7); Traits::lifetime",
     .of = generic::the_names_left_are_the_declared_ones,
     .applies = transfer},
    {.id = "GEN-22",
     .title = "ASignalEveryMillisecondLosesAndRepeatsNothing",
     .source = "signal(7), Interruption of system calls",
     .of = generic::a_signal_storm,
     .applies = transfer},
    {.id = "GEN-23",
     .title = "SharesOfEqualProducersAddUpToWhatIsReceived",
     .source = "Jain, Chiu, Hawe, A quantitative measure of fairness (1984)",
     .of = generic::shares_of_equal_producers,
     .applies = [](const Traits& traits) { return transfer(traits) && traits.many_producers; }},
    {.id = "GEN-24",
     .title = "AStrangerStartedByAProducerDoesNotKeepTheChannelOpen",
     .source = "pipe(7); open(2), O_CLOEXEC; Traits::sees_peer_death",
     .of = generic::a_stranger_does_not_keep_the_channel_open,
     .applies = [](const Traits& traits) { return transfer(traits) && traits.sees_peer_death; }},
    {.id = "GEN-25",
     .title = "AnotherUserIsRefusedAtANameOfMode0600",
     .source = "shm_open(3), mq_open(3), sem_open(3), sysvipc(7), path_resolution(7)",
     .of = generic::another_user_is_refused,
     .applies =
         [](const Traits& traits) { return transfer(traits) && traits.lifetime != Lifetime::handles; }},
};

constexpr LeftOut left_out[]{
    {.id = "GEN-21",
     .reason =
         "send and recv of a mechanism have no deadline, so that no poll is ever in a timed call; timed "
         "waits are clauses of the facilities that have them (FTX, SEM, MQ, RMX, SVS)"},
};

}  // namespace

const Section generic_section{.name = "GEN", .count = 26, .clauses = table, .left_out = left_out};

}  // namespace ipcmark
