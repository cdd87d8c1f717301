// FLT: faults by ptrace(2), signals and limits.
#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/faults/faults.hpp"

namespace ipcmark {
namespace {

template <Moment moment>
constexpr bool has(const Traits& traits) {
  return applies_to(moment, traits);
}
template <Moment moment>
constexpr bool has_every(const Traits& traits) {
  return applies_to(moment, traits) && !traits.may_miss();
}

constexpr bool blocks(const Traits& traits) { return transfers(traits) && traits.waits.block; }
constexpr bool blocks_for_room(const Traits& traits) { return waits_for_room(traits) && traits.waits.block; }
constexpr bool streams(const Traits& traits) { return transfers(traits) && !traits.may_miss(); }

constexpr Clause table[]{
    {.id = "FLT-05",
     .title = "AProducerKilledAtAnyPointOfASendToAWaitingConsumerHarmsOnlyAsTheTraitsSay",
     .source = "harness/mechanism.hpp, survives_peer_kill",
     .of = faults::swept<Moment::sends_to_one_that_waits, Fault::kill>,
     .applies = has<Moment::sends_to_one_that_waits>,
     .kind = Kind::fault},
    {.id = "FLT-06",
     .title = "AProducerKilledAtAnyPointOfASendBehindAnotherHarmsOnlyAsTheTraitsSay",
     .source = "harness/mechanism.hpp, survives_peer_kill",
     .of = faults::swept<Moment::sends_behind_another, Fault::kill>,
     .applies = has<Moment::sends_behind_another>,
     .kind = Kind::fault},
    {.id = "FLT-07",
     .title = "AProducerKilledJustAfterItWasWokenHarmsOnlyAsTheTraitsSay",
     .source = "harness/mechanism.hpp, survives_peer_kill",
     .of = faults::swept<Moment::woken_to_send, Fault::kill>,
     .applies = has<Moment::woken_to_send>,
     .kind = Kind::fault},
    {.id = "FLT-08",
     .title = "AConsumerKilledAtAnyPointOfAReceiveHarmsOnlyAsTheTraitsSay",
     .source = "harness/mechanism.hpp, survives_peer_kill",
     .of = faults::swept<Moment::receives, Fault::kill>,
     .applies = has<Moment::receives>,
     .kind = Kind::fault},
    {.id = "FLT-09",
     .title = "AConsumerKilledJustAfterItWasWokenHarmsOnlyAsTheTraitsSay",
     .source = "harness/mechanism.hpp, survives_peer_kill",
     .of = faults::swept<Moment::woken_to_receive, Fault::kill>,
     .applies = has<Moment::woken_to_receive>,
     .kind = Kind::fault},
    {.id = "FLT-10",
     .title = "AWeaknessThatTheTraitsStateIsThere",
     .source = "harness/mechanism.hpp, survives_peer_kill",
     .of = faults::stated_weakness_is_there,
     .applies = [](const Traits& traits) { return transfers(traits) && !traits.survives_peer_kill; },
     .kind = Kind::fault,
     .slow = true},
    {.id = "FLT-11",
     .title = "AProducerHaltedAtAnyPointOfASendCostsNothingButTime",
     .source = "signal(7), SIGSTOP; harness/mechanism.hpp",
     .of = faults::swept<Moment::sends_to_one_that_waits, Fault::halt>,
     .applies = has_every<Moment::sends_to_one_that_waits>,
     .kind = Kind::fault,
     .slow = true},
    {.id = "FLT-12",
     .title = "AConsumerHaltedAtAnyPointOfAReceiveCostsNothingButTime",
     .source = "signal(7), SIGSTOP; harness/mechanism.hpp",
     .of = faults::swept<Moment::receives, Fault::halt>,
     .applies = has_every<Moment::receives>,
     .kind = Kind::fault,
     .slow = true},
    {.id = "FLT-18",
     .title = "SignalsWithoutRestartDuringAReceiveLoseNothing",
     .source = "signal(7), Interruption of system calls",
     .of = faults::signals_during_a_receive,
     .applies = blocks,
     .kind = Kind::fault},
    {.id = "FLT-19",
     .title = "SignalsWithoutRestartDuringASendLoseNothing",
     .source = "signal(7), Interruption of system calls",
     .of = faults::signals_during_a_send,
     .applies = blocks_for_room,
     .kind = Kind::fault},
    {.id = "FLT-20",
     .title = "SignalsWithoutRestartDuringAStreamLoseNothing",
     .source = "signal(7), Interruption of system calls",
     .of = faults::signals_during_a_stream,
     .applies = streams,
     .kind = Kind::fault},
    {.id = "FLT-21",
     .title = "NoDescriptorLeftIsACleanErrorAndLeavesNothing",
     .source = "getrlimit(2), RLIMIT_NOFILE; harness/errors.hpp",
     .of = faults::descriptors_used_up,
     .applies = transfers,
     .kind = Kind::fault},
    {.id = "FLT-22",
     .title = "AFileSizeLimitIsACleanErrorAndLeavesNothing",
     .source = "getrlimit(2), RLIMIT_FSIZE; harness/errors.hpp",
     .of = faults::file_size_used_up,
     .applies = transfers,
     .kind = Kind::fault},
    {.id = "FLT-23",
     .title = "QueueLimitsAreACleanErrorAndLeaveNothing",
     .source = "getrlimit(2), RLIMIT_MSGQUEUE, RLIMIT_SIGPENDING; harness/errors.hpp",
     .of = faults::queues_used_up,
     .applies = transfers,
     .kind = Kind::fault},
    {.id = "FLT-24",
     .title = "NoSystemVObjectLeftIsACleanErrorAndLeavesNothing",
     .source = "proc_sys_kernel(5), msgmni, sem, shmmni; ipc_namespaces(7)",
     .of = faults::system_v_objects_used_up,
     .applies = transfers,
     .kind = Kind::fault},
    {.id = "FLT-25",
     .title = "AFullFileSystemIsACleanErrorAndLeavesNothing",
     .source = "tmpfs(5), size; shm_overview(7)",
     .of = faults::shared_memory_used_up,
     .applies = transfers,
     .kind = Kind::fault},
    {.id = "FLT-26",
     .title = "AKilledParentLeavesNoProcessAndNoName",
     .source = "harness/run/session.hpp; prctl(2), PR_SET_PDEATHSIG",
     .body = faults::killed_parent_leaves_nothing,
     .kind = Kind::fault,
     .slow = true},
};

}  // namespace

const Section traced_faults_section{.name = "FLT", .count = 0, .clauses = table};

}  // namespace ipcmark
