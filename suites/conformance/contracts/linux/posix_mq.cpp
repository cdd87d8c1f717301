// MQ: mq_overview(7).
#include "suites/conformance/contracts/linux/posix_mq.hpp"

#include <sstream>

#include "harness/os/host.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace mq {

Name::Name(Session& session) : text_("/" + os::object_name(session.id(), session.next_link())) {}
Name::~Name() {
  if (!text_.empty()) ::mq_unlink(text_.c_str());
}

Queue::Queue(Session& session, long messages, long size, mode_t mode)
    : name_(session), handle_(try_to_create(name_, messages, size, mode)) {
  if (handle_) return;
  if (errno == ENOSYS || errno == EMFILE || errno == ENOSPC)
    throw Unsupported("no POSIX message queue for this user: mq_open says " + error_name(errno) +
                      "; it needs CONFIG_POSIX_MQUEUE, RLIMIT_MSGQUEUE and fs.mqueue.queues_max");
  throw_errno("mq_open of a new queue");
}
long Queue::waiting() const { return attributes_of(fd()).mq_curmsgs; }

int try_to_open(const std::string& name, int flags) { return ::mq_open(name.c_str(), flags); }
int try_to_create(const std::string& name, long messages, long size, mode_t mode, int flags) {
  mq_attr shape{};
  shape.mq_maxmsg = messages;
  shape.mq_msgsize = size;
  return ::mq_open(name.c_str(), O_CREAT | O_EXCL | flags, mode, &shape);
}
int open_queue(const std::string& name, int flags) { return check(try_to_open(name, flags), "mq_open"); }
mq_attr attributes_of(int queue) {
  mq_attr now{};
  check(::mq_getattr(queue, &now), "mq_getattr");
  return now;
}
void set_nonblocking(int queue, bool wanted) {
  mq_attr flags{};
  flags.mq_flags = wanted ? O_NONBLOCK : 0;
  check(::mq_setattr(queue, &flags, nullptr), "mq_setattr");
}

namespace {

std::string told(ssize_t taken, const std::string& buffer, unsigned priority) {
  if (taken == -1) return error_name(errno);
  return buffer.substr(0, static_cast<std::size_t>(taken)) + "@" + std::to_string(priority);
}

}  // namespace

std::string put(int queue, std::string_view text, unsigned priority) {
  return result_of(::mq_send(queue, text.data(), text.size(), priority));
}
std::string put_until(int queue, std::string_view text, const timespec& deadline) {
  return result_of(::mq_timedsend(queue, text.data(), text.size(), 0, &deadline));
}
std::string take(int queue, std::size_t room) {
  std::string buffer(room, '?');
  unsigned priority = 0;
  const ssize_t taken = ::mq_receive(queue, buffer.data(), buffer.size(), &priority);
  return told(taken, buffer, priority);
}
std::string take_until(int queue, const timespec& deadline) {
  std::string buffer(usual_size, '?');
  unsigned priority = 0;
  const ssize_t taken = ::mq_timedreceive(queue, buffer.data(), buffer.size(), &priority, &deadline);
  return told(taken, buffer, priority);
}
void fill(int queue) {
  while (put(queue, "full") == "0") {
  }
}

namespace {

void serve_with(Stage& stage, int flags) {
  const int queue = open_queue(stage.text(), O_RDWR | flags);
  const auto room = static_cast<std::size_t>(attributes_of(queue).mq_msgsize);
  for (;;) {
    std::istringstream words(stage.hear());
    std::string call, text;
    unsigned priority = 0;
    words >> call >> priority >> text;
    stage.say(call == "put" ? put(queue, text, priority) : take(queue, room));
  }
}

}  // namespace

std::string answer(Actor& actor, const std::string& order) {
  actor.say(order);
  return actor.hear();
}

void serve(Stage& stage) { serve_with(stage, 0); }
void serve_without_waiting(Stage& stage) { serve_with(stage, O_NONBLOCK); }

namespace {

constexpr Clause table[]{
    {.id = "MQ-01",
     .title = "OneReceiveReturnsOneMessageOfExactlyItsLength",
     .source = "mq_receive(3)",
     .body = every_size_arrives_as_sent},
    {.id = "MQ-02",
     .title = "MessagesWithoutBytesAreSentAndReceived",
     .source = "mq_send(3), on zero-length messages",
     .body = empty_messages_are_messages},
    {.id = "MQ-03",
     .title = "HighestPriorityComesFirstAndTheOldestOfIt",
     .source = "POSIX.1-2017 mq_receive and mq_send; mq_receive(3)",
     .body = highest_priority_comes_first},
    {.id = "MQ-04",
     .title = "PrioritiesUpTo32767AreAcceptedAndNoHigherOne",
     .source = "mq_overview(7); mq_send of POSIX.1-2017, EINVAL",
     .body = priorities_end_below_mq_prio_max},
    {.id = "MQ-05",
     .title = "MessageLongerThanMqMsgsizeIsRefusedAndNothingIsQueued",
     .source = "mq_send(3), EMSGSIZE",
     .body = long_messages_are_refused},
    {.id = "MQ-06",
     .title = "BufferSmallerThanMqMsgsizeIsRefusedAndTheMessageStays",
     .source = "mq_receive(3), EMSGSIZE",
     .body = small_buffers_are_refused},
    {.id = "MQ-07",
     .title = "FullQueueRefusesANonblockingSendAndBlocksAnyOtherUntilAReceive",
     .source = "mq_send(3), EAGAIN",
     .body = full_queues_refuse_or_block},
    {.id = "MQ-08",
     .title = "EmptyQueueRefusesANonblockingReceiveAndBlocksAnyOtherUntilASend",
     .source = "mq_receive(3), EAGAIN",
     .body = empty_queues_refuse_or_block},
    {.id = "MQ-09",
     .title = "DeadlinesAreAbsoluteTimesOfDay",
     .source = "mq_timedreceive and mq_timedsend of POSIX.1-2017, CLOCK_REALTIME and ETIMEDOUT",
     .body = deadlines_are_times_of_day},
    {.id = "MQ-10",
     .title = "WhatNeedNotWaitNeverTimesOut",
     .source = "mq_receive(3) and mq_send(3), on deadlines that have passed",
     .body = what_need_not_wait_does_not_time_out},
    {.id = "MQ-11",
     .title = "DeadlineWithNanosecondsOutOfRangeIsRefusedWhereItWouldBlock",
     .source = "mq_receive(3) and mq_send(3), EINVAL",
     .body = deadlines_out_of_range_are_refused},
    {.id = "MQ-12",
     .title = "HandlerEndsAWaitUnlessItWasInstalledWithSaRestart",
     .source = "signal(7), interfaces that are restarted",
     .body = handlers_decide_whether_a_wait_goes_on},
    {.id = "MQ-13",
     .title = "OfRacingCreatorsOneWinsAndANameIsOneQueueForAll",
     .source = "mq_open(3), O_EXCL; mq_open of POSIX.1-2017",
     .body = only_one_creator_wins},
    {.id = "MQ-14",
     .title = "UnlinkRemovesTheNameAtOnceAndNoOpenQueue",
     .source = "mq_unlink(3)",
     .body = unlinking_takes_the_name_alone},
    {.id = "MQ-15",
     .title = "QueueAndMessagesSurviveTheDeathOfAllUsers",
     .source = "mq_overview(7), kernel persistence",
     .body = messages_outlive_their_users},
    {.id = "MQ-16",
     .title = "ShapesBeyondMsgMaxAndMsgsizeMaxNeedCapSysResource",
     .source = "mq_overview(7), /proc interfaces; mq_open(3), EINVAL",
     .body = shapes_beyond_the_limits_are_refused},
    {.id = "MQ-17",
     .title = "QueuesOfOneUserTogetherFitIntoRlimitMsgqueue",
     .source = "getrlimit(2), RLIMIT_MSGQUEUE",
     .body = bytes_of_a_user_are_limited,
     .documented = "mq_open(3) gives EMFILE for the limit on descriptors only, and names no error for this",
     .observed = "EMFILE, although descriptors are left",
     .alone = true},
    {.id = "MQ-18",
     .title = "MoreQueuesThanQueuesMaxNeedCapSysResource",
     .source = "mq_overview(7), queues_max; mq_open(3), ENOSPC",
     .body = number_of_queues_is_limited},
    {.id = "MQ-19",
     .title = "NotificationComesOnceAndOnlyWhenAnEmptyQueueGetsAMessage",
     .source = "mq_notify(3)",
     .body = notification_comes_once},
    {.id = "MQ-20",
     .title = "WaitingReceiverComesBeforeARegisteredProcess",
     .source = "mq_notify(3)",
     .body = waiting_receiver_precedes_notification},
    {.id = "MQ-21",
     .title = "OnlyOneProcessIsRegisteredAndItsDeathFreesThePlace",
     .source = "mq_notify(3), EBUSY",
     .body = one_process_is_registered_at_a_time},
    {.id = "MQ-22",
     .title = "DescriptorsThatAForkCopiedShareTheirFlags",
     .source = "mq_overview(7), on open message queue descriptions and fork",
     .body = copies_of_a_fork_share_their_flags},
    {.id = "MQ-23",
     .title = "DescriptorIsClosedOnExec",
     .source = "mq_overview(7), on execve",
     .body = descriptors_close_on_exec},
    {.id = "MQ-24",
     .title = "PollTellsOfMessagesAndOfRoom",
     .source = "mq_overview(7), polling",
     .body = poll_tells_of_messages_and_of_room},
    {.id = "MQ-25",
     .title = "FailedReceiveRemovesNothing",
     .source = "mq_receive of POSIX.1-2017, return value: of a call that fails no message is removed",
     .body = failed_receive_removes_nothing,
     .deviation =
         "Linux takes the message out before it copies it, so that EFAULT destroys it (ipc/mqueue.c, "
         "do_mq_timedreceive); a bad address is outside of what POSIX defines"},
    {.id = "MQ-26",
     .title = "DeadReceiverTakesAtMostTheMessageOfItsDeath",
     .source = "documented nowhere: what a kill of a waiting receiver may cost",
     .body = dead_receiver_takes_at_most_the_message_of_its_death},
    {.id = "MQ-27",
     .title = "ModesBindOwnersAndOthersAndUnlinkNeedsTheRight",
     .source = "mq_open(3) and mq_unlink(3), EACCES; mq_overview(7), permissions",
     .body = modes_bind_users},
    {.id = "MQ-28",
     .title = "MqCurmsgsIsWhatWasSentLessWhatWasReceived",
     .source = "mq_getattr(3)",
     .body = attributes_count_what_is_left},
};

}  // namespace
}  // namespace mq

const Section posix_mq_section{.name = "MQ", .count = 28, .clauses = mq::table};

}  // namespace ipcmark
