// The clauses about faults, by what is done; the tables are section.cpp and linux/section.cpp.
#pragma once

#include "suites/conformance/clause.hpp"
#include "suites/conformance/faults/sweep.hpp"

namespace ipcmark::faults {

// kills.cpp: one that is idle, or waits
void idle_producer_killed(const Mechanism&);
void idle_consumer_killed(const Mechanism&);
void waiting_producer_killed(const Mechanism&);
void waiting_consumer_killed(const Mechanism&);

// linux/sweeps.cpp: at any point of a call
template <Moment moment, Fault fault>
void swept(const Mechanism&);
void stated_weakness_is_there(const Mechanism&);

// stops.cpp: SIGSTOP and SIGCONT
void stopped_consumer(const Mechanism&);
void stopped_producer(const Mechanism&);
void stopped_waiting_producer(const Mechanism&);

// several.cpp: several consumers
void one_of_several_killed(const Mechanism&);
void each_waiting_consumer_woken(const Mechanism&);

// linux/storms.cpp: signals without SA_RESTART
void signals_during_a_receive(const Mechanism&);
void signals_during_a_send(const Mechanism&);
void signals_during_a_stream(const Mechanism&);

// linux/limits.cpp: limits that are reached while a link is made
void descriptors_used_up(const Mechanism&);
void file_size_used_up(const Mechanism&);
void queues_used_up(const Mechanism&);
void system_v_objects_used_up(const Mechanism&);
void shared_memory_used_up(const Mechanism&);

// linux/parents.cpp: the parent of a run killed
void killed_parent_leaves_nothing();

}  // namespace ipcmark::faults
