// SVS: semaphores of System V, semop(2).
#include "suites/conformance/contracts/linux/sysv_sem.hpp"

#include <sstream>

#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace svs {

Set::Set(Session& session, const std::vector<int>& values) : key_(session) {
  id_ = ::semget(key_.number(), static_cast<int>(values.size()), IPC_CREAT | IPC_EXCL | 0600);
  if (id_ == -1 && (errno == ENOSYS || errno == ENOSPC))
    throw Unsupported("no System V semaphores: semget says " + error_name(errno) +
                      "; they need CONFIG_SYSVIPC and room below SEMMNI and SEMMNS of kernel.sem");
  check(id_, "semget");
  for (std::size_t k = 0; k < values.size(); ++k) set(values[k], static_cast<int>(k));
}

std::string operate(int set, std::vector<sembuf> operations) {
  return result_of(::semop(set, operations.data(), operations.size()));
}
void serve(Stage& stage) {
  for (;;) {
    std::istringstream words(stage.hear());
    int change = 0;
    short flags = 0;
    words >> change >> flags;
    stage.say(operate(std::stoi(stage.text()), {step(change, flags)}));
  }
}
std::string answer(Actor& actor, int change, short flags) {
  actor.say(std::to_string(change) + " " + std::to_string(flags));
  return actor.hear();
}

namespace {

constexpr Clause table[]{
    {.id = "SVS-01",
     .title = "OperationsOfOneCallHappenTogetherOrNotAtAll",
     .source = "semop(2)",
     .body = many_operations_are_one},
    {.id = "SVS-02",
     .title = "HoldersOfASemaphoreExcludeEachOther",
     .source = "semop(2)",
     .body = holders_exclude_each_other},
    {.id = "SVS-03",
     .title = "OperationZeroWaitsForZero",
     .source = "semop(2), sem_op of zero",
     .body = zero_waits_for_zero},
    {.id = "SVS-04",
     .title = "KilledHolderGivesBackWhatItTookWithSemUndoAndNothingElse",
     .source = "semop(2), SEM_UNDO",
     .body = undo_gives_back_what_a_killed_holder_has},
    {.id = "SVS-05",
     .title = "UndoThatWouldGoBelowZeroStopsAtZero",
     .source = "semop(2), bugs",
     .body = undo_ends_at_zero},
    {.id = "SVS-06",
     .title = "SemtimedopEndsWithEagainAfterItsTimeAndNotBefore",
     .source = "semop(2), semtimedop",
     .body = timeouts_expire},
    {.id = "SVS-07",
     .title = "RemovalWakesAllSleepers",
     .source = "semop(2), EIDRM; semctl(2), IPC_RMID",
     .body = removal_wakes_all},
    {.id = "SVS-08",
     .title = "HandlerEndsAWaitEvenWithSaRestart",
     .source = "semop(2), EINTR; signal(7), interfaces that are never restarted",
     .body = handlers_always_end_a_wait},
    {.id = "SVS-09",
     .title = "ValuesAboveSemvmxAndCallsOfMoreThanSemopmOperationsAreRefused",
     .source = "semop(2), ERANGE and E2BIG; semctl(2), SETVAL",
     .body = limits_are_refused},
    {.id = "SVS-10",
     .title = "OpenerOfANewSetSeesByOtimeThatItsValuesAreNotSet",
     .source = "semget(2), notes on creation and initialization",
     .body = openers_see_by_the_time_whether_values_are_set},
    {.id = "SVS-11",
     .title = "UndoIsNotInheritedByForkAndIsKeptOverExec",
     .source = "semop(2), on fork and execve",
     .body = undo_stays_with_the_process},
};

}  // namespace
}  // namespace svs

const Section sysv_sem_section{.name = "SVS", .count = 11, .clauses = svs::table};

}  // namespace ipcmark
