// What the clauses of MQ share; posix_mq.cpp has their table.
#pragma once

#include <fcntl.h>
#include <mqueue.h>

#include <ctime>
#include <string>
#include <string_view>

#include "harness/run/session.hpp"
#include "suites/conformance/actor.hpp"
#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/circumstances.hpp"

namespace ipcmark::mq {

// A name for a queue, which is unlinked when this goes.
class Name {
 public:
  explicit Name(Session&);
  Name(Name&& other) noexcept = default;
  ~Name();
  const std::string& text() const noexcept { return text_; }
  operator const std::string&() const noexcept { return text_; }

 private:
  std::string text_;  // empty once moved from
};

// A queue with its name, which this process has open for both ways.
class Queue {
 public:
  // Messages and bytes of one. Throws Unsupported where no queue can be made.
  explicit Queue(Session&, long messages = 4, long size = 16, mode_t mode = 0600);
  const std::string& name() const noexcept { return name_; }
  int fd() const noexcept { return handle_.fd(); }
  long waiting() const;  // messages in it

 private:
  Name name_;
  os::Handle handle_;
};

// mq_open(3) of a queue that exists, and of one that does not yet; -1 and errno as there.
int try_to_open(const std::string& name, int flags);
int try_to_create(const std::string& name, long messages, long size, mode_t mode = 0600, int flags = O_RDWR);
int open_queue(const std::string& name, int flags);  // throws instead
mq_attr attributes_of(int queue);
void set_nonblocking(int queue, bool);

constexpr std::size_t usual_size = 16;  // of the largest message of a Queue

// One call each. put says "0" or the name of the error; take says "TEXT@PRIORITY" or the name of the error.
std::string put(int queue, std::string_view text, unsigned priority = 0);
std::string take(int queue, std::size_t room = usual_size);
std::string put_until(int queue, std::string_view text, const timespec& deadline);
std::string take_until(int queue, const timespec& deadline);
void fill(int queue);  // with "full@0"; the queue must be non-blocking

// Plays; their text is the name of the queue, which each opens for itself.
//   "put PRIORITY TEXT" and "take" are answered as above; "put PRIORITY" alone sends no bytes
void serve(Stage&);
void serve_without_waiting(Stage&);  // with O_NONBLOCK

// What an actor that serves answers to an order.
std::string answer(Actor&, const std::string& order);

// Bodies of posix_mq_messages.cpp.
void every_size_arrives_as_sent();
void empty_messages_are_messages();
void highest_priority_comes_first();
void priorities_end_below_mq_prio_max();
void long_messages_are_refused();
void small_buffers_are_refused();
void full_queues_refuse_or_block();
void empty_queues_refuse_or_block();
void attributes_count_what_is_left();

// Bodies of posix_mq_waits.cpp.
void deadlines_are_times_of_day();
void what_need_not_wait_does_not_time_out();
void deadlines_out_of_range_are_refused();
void handlers_decide_whether_a_wait_goes_on();
void poll_tells_of_messages_and_of_room();
void failed_receive_removes_nothing();
void dead_receiver_takes_at_most_the_message_of_its_death();

// Bodies of posix_mq_names.cpp.
void only_one_creator_wins();
void unlinking_takes_the_name_alone();
void messages_outlive_their_users();
void shapes_beyond_the_limits_are_refused();
void bytes_of_a_user_are_limited();
void number_of_queues_is_limited();
void copies_of_a_fork_share_their_flags();
void descriptors_close_on_exec();
void modes_bind_users();

// Bodies of posix_mq_notify.cpp.
void notification_comes_once();
void waiting_receiver_precedes_notification();
void one_process_is_registered_at_a_time();

}  // namespace ipcmark::mq
