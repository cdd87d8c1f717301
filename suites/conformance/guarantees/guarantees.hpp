// The clauses of section GUA, by topic: what each mechanism guarantees, measured, and held against its
// traits. The table is in guarantees.cpp; what they record is what `ipcmark verify` shows as a table.
#pragma once

#include "harness/mechanism.hpp"
#include "suites/conformance/traffic.hpp"

namespace ipcmark::guarantees {

// capacity.cpp
void messages_are_whole(const Mechanism&);
void so_many_messages_fit(const Mechanism&);
void the_largest_message(const Mechanism&);
void the_memory_is_what_was_chosen(const Mechanism&);

// classes.cpp
void the_order(const Mechanism&);
void a_slow_consumer(const Mechanism&);
void how_it_waits(const Mechanism&);
void both_ways(const Mechanism&);
void the_kind_of_its_endpoints(const Mechanism&);

// deaths.cpp
void the_death_of_all_producers(const Mechanism&);
void what_survives(const Mechanism&);

}  // namespace ipcmark::guarantees
