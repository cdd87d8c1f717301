// SVM: message queues of System V, msgop(2).
#include "suites/conformance/contracts/linux/sysv_msg.hpp"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <vector>

#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace svm {

msqid_ds facts_of(int queue) {
  msqid_ds facts{};
  check(::msgctl(queue, IPC_STAT, &facts), "msgctl IPC_STAT");
  return facts;
}

std::size_t limit(const char* name) {
  const auto value = os::number_in(std::string("/proc/sys/kernel/") + name);
  if (!value) throw Unsupported(std::string("kernel.") + name + " cannot be read");
  return static_cast<std::size_t>(*value);
}

Queue::Queue(Session& session) : key_(session) {
  id_ = ::msgget(key_.number(), IPC_CREAT | IPC_EXCL | 0600);
  if (id_ == -1 && (errno == ENOSYS || errno == ENOSPC))
    throw Unsupported("no System V message queue: msgget says " + error_name(errno) +
                      "; it needs CONFIG_SYSVIPC and room below kernel.msgmni");
  check(id_, "msgget");
}

void Queue::shrink(std::size_t bytes) const {
  msqid_ds facts = facts_of(id_);
  facts.msg_qbytes = bytes;
  check(::msgctl(id_, IPC_SET, &facts), "msgctl IPC_SET");
}

std::string put(int queue, long type, std::string_view text, int flags) {
  std::vector<char> letter(sizeof type + text.size());
  std::memcpy(letter.data(), &type, sizeof type);
  std::copy(text.begin(), text.end(), letter.begin() + sizeof type);
  return result_of(::msgsnd(queue, letter.data(), text.size(), flags));
}
std::string take(int queue, long type, int flags, std::size_t room) {
  std::vector<char> letter(sizeof type + room);
  const ssize_t taken = ::msgrcv(queue, letter.data(), room, type, flags);
  if (taken == -1) return error_name(errno);
  std::memcpy(&type, letter.data(), sizeof type);
  return std::string(letter.data() + sizeof type, static_cast<std::size_t>(taken)) + "@" +
         std::to_string(type);
}
std::string take_at_once(int queue, long type, int flags) { return take(queue, type, flags | IPC_NOWAIT); }

void serve(Stage& stage) {
  const int queue = std::stoi(stage.text());
  for (;;) {
    std::istringstream words(stage.hear());
    std::string call, text;
    long type = 0;
    words >> call >> type >> text;
    stage.say(call == "put" ? put(queue, type, text) : take(queue, type));
  }
}
std::string answer(Actor& actor, const std::string& order) {
  actor.say(order);
  return actor.hear();
}

namespace {

constexpr Clause table[]{
    {.id = "SVM-01",
     .title = "OneReceiveReturnsOneMessageItsTypeAndItsLength",
     .source = "msgop(2)",
     .body = every_size_and_type_arrives_as_sent},
    {.id = "SVM-02",
     .title = "TooSmallABufferLeavesTheMessageUnlessMsgNoerrorCutsIt",
     .source = "msgop(2), E2BIG and MSG_NOERROR",
     .body = small_buffers_refuse_or_truncate},
    {.id = "SVM-03",
     .title = "TypeArgumentChoosesTheFirstOfAllOfOneTypeOrOfTheLowest",
     .source = "msgop(2), msgtyp",
     .body = type_argument_chooses},
    {.id = "SVM-04",
     .title = "MsgExceptSkipsOneType",
     .source = "msgop(2), MSG_EXCEPT",
     .body = except_skips_a_type},
    {.id = "SVM-05",
     .title = "EmptyMessagesAreLimitedInNumberByMsgQbytes",
     .source = "msgop(2), on the capacity of a queue",
     .body = empty_messages_are_counted},
    {.id = "SVM-06",
     .title = "FullQueueRefusesASendWithIpcNowaitAndBlocksAnyOtherUntilAReceive",
     .source = "msgop(2), EAGAIN",
     .body = full_queues_refuse_or_block},
    {.id = "SVM-07",
     .title = "MessageLongerThanMsgmaxIsRefused",
     .source = "msgop(2), MSGMAX and EINVAL",
     .body = long_messages_are_refused},
    {.id = "SVM-08",
     .title = "RemovalWakesBlockedSendersAndReceivers",
     .source = "msgctl(2), IPC_RMID; msgop(2), EIDRM",
     .body = removal_wakes_all},
    {.id = "SVM-09",
     .title = "HandlerEndsAWaitEvenWithSaRestart",
     .source = "msgop(2), EINTR; signal(7), interfaces that are never restarted",
     .body = handlers_always_end_a_wait},
    {.id = "SVM-10",
     .title = "QueueAndMessagesSurviveTheDeathOfAllUsersUntilIpcRmid",
     .source = "sysvipc(7); msgctl(2), IPC_RMID",
     .body = messages_outlive_their_users},
    {.id = "SVM-11",
     .title = "OfRacingCreatorsOneWinsAndAKeyIsOneQueueForAll",
     .source = "msgget(2), EEXIST and ENOENT",
     .body = only_one_creator_wins},
    {.id = "SVM-12",
     .title = "MoreThanMsgmniQueuesAreRefused",
     .source = "msgget(2), MSGMNI and ENOSPC",
     .body = number_of_queues_is_limited},
    {.id = "SVM-13",
     .title = "CountsBytesAndLastProcessesAgreeWithWhatWasDone",
     .source = "msgctl(2), struct msqid_ds",
     .body = facts_agree_with_history},
    {.id = "SVM-14",
     .title = "FailedReceiveRemovesNothing",
     .source = "msgrcv of POSIX.1-2017, return value: of a call that fails no message is received",
     .body = failed_receive_removes_nothing,
     .deviation = "Linux takes the message out before it copies it, so that EFAULT destroys it (ipc/msg.c, "
                  "do_msgrcv); a bad address is outside of what POSIX defines"},
    {.id = "SVM-15",
     .title = "DeadReceiverTakesAtMostTheMessageOfItsDeath",
     .source = "documented nowhere: what a kill of a waiting receiver may cost",
     .body = dead_receiver_takes_at_most_the_message_of_its_death},
    {.id = "SVM-16",
     .title = "ModesBindOwnersAndOthersAndOnlyOwnersChangeOrRemove",
     .source = "sysvipc(7), permissions; msgop(2) and msgget(2), EACCES; msgctl(2), EPERM",
     .body = modes_and_owners_bind_users},
    {.id = "SVM-17",
     .title = "ManySendersAndReceiversLoseRepeatSwapAndTearNothing",
     .source = "msgop(2); the intent of msgstress01 of the Linux Test Project",
     .body = stress_loses_nothing},
};

}  // namespace
}  // namespace svm

const Section sysv_msg_section{.name = "SVM", .count = 17, .clauses = svm::table};

}  // namespace ipcmark
