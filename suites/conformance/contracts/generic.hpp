// The clauses of section GEN, by topic: what holds for every mechanism, by its traits. The table is in
// generic.cpp.
#pragma once

#include "harness/mechanism.hpp"
#include "suites/conformance/traffic.hpp"

namespace ipcmark::generic {

// Several where the traits allow it.
constexpr unsigned producers_of(const Traits& traits, unsigned wanted) {
  return traits.many_producers ? wanted : 1;
}
constexpr unsigned consumers_of(const Traits& traits, unsigned wanted) {
  return traits.many_consumers ? wanted : 1;
}

// generic_messages.cpp
void every_send_is_received_once(const Mechanism&);
void nothing_is_received_twice(const Mechanism&);
void nothing_of_an_earlier_run_is_received(const Mechanism&);
void bytes_and_length_arrive_unchanged(const Mechanism&);
void one_receive_is_one_message(const Mechanism&);

// generic_order.cpp
void each_producers_messages_come_in_order(const Mechanism&);
void receives_of_several_consumers_agree_with_the_order(const Mechanism&);
void a_send_that_returned_comes_before_one_that_begins_later(const Mechanism&);
void no_receive_ends_before_its_send_began(const Mechanism&);
void fan_in_delivers_the_union(const Mechanism&);
void several_consumers_share_the_messages(const Mechanism&);
void every_consumer_gets_every_message(const Mechanism&);
void shares_of_equal_producers(const Mechanism&);

// generic_peers.cpp
void peers_that_both_write_first(const Mechanism&);
void a_stopped_consumer(const Mechanism&);
void a_stopped_producer(const Mechanism&);
void a_signal_storm(const Mechanism&);
void a_stranger_does_not_keep_the_channel_open(const Mechanism&);

// generic_deaths.cpp
void a_killed_producer_leaves_a_prefix(const Mechanism&);
void a_killed_consumer_takes_one_message_at_most(const Mechanism&);
void queued_messages_outlive_their_processes_as_declared(const Mechanism&);

// generic_host.cpp
void nothing_leaks(const Mechanism&);
void the_names_left_are_the_declared_ones(const Mechanism&);
void another_user_is_refused(const Mechanism&);

}  // namespace ipcmark::generic
