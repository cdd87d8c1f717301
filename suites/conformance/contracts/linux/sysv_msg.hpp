// What the clauses of SVM share; sysv_msg.cpp has their table.
#pragma once

#include <sys/msg.h>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "harness/os/host.hpp"
#include "harness/run/session.hpp"
#include "suites/conformance/actor.hpp"
#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/circumstances.hpp"

namespace ipcmark::svm {

msqid_ds facts_of(int queue);
std::size_t limit(const char* name);  // kernel.NAME

// A key for a queue, which is removed when this goes, whoever has created it.
class Key {
 public:
  explicit Key(Session& session) : number_(os::system_v_key(os::own_id(), session.next_link())) {}
  Key(const Key&) = delete;
  ~Key() {
    if (const int queue = ::msgget(number_, 0); queue != -1) ::msgctl(queue, IPC_RMID, nullptr);
  }
  key_t number() const noexcept { return number_; }
  std::string text() const { return std::to_string(number_); }

 private:
  key_t number_;
};

class Queue {
 public:
  explicit Queue(Session&);  // throws Unsupported where none can be made
  void remove() const { ::msgctl(id_, IPC_RMID, nullptr); }
  // Lets the queue hold this many bytes, and messages: less than kernel.msgmnb needs no capability.
  void shrink(std::size_t bytes) const;
  int id() const noexcept { return id_; }
  const Key& key() const noexcept { return key_; }
  std::string text() const { return std::to_string(id_); }

 private:
  Key key_;
  int id_ = -1;
};

// One call each. put says "0" or the name of the error, take says "TEXT@TYPE" or the name of the error.
std::string put(int queue, long type, std::string_view text, int flags = 0);
std::string take(int queue, long type = 0, int flags = 0, std::size_t room = 64);
std::string take_at_once(int queue, long type = 0, int flags = 0);

// A play: obeys, on the queue whose id is its text, "put TYPE TEXT" and "take TYPE", which wait where they
// have to.
void serve(Stage&);
std::string answer(Actor&, const std::string& order);

// Bodies of sysv_msg_messages.cpp.
void every_size_and_type_arrives_as_sent();
void small_buffers_refuse_or_truncate();
void type_argument_chooses();
void except_skips_a_type();
void empty_messages_are_counted();
void full_queues_refuse_or_block();
void long_messages_are_refused();
void facts_agree_with_history();
void failed_receive_removes_nothing();
void stress_loses_nothing();

// Bodies of sysv_msg_names.cpp.
void removal_wakes_all();
void handlers_always_end_a_wait();
void messages_outlive_their_users();
void only_one_creator_wins();
void number_of_queues_is_limited();
void dead_receiver_takes_at_most_the_message_of_its_death();
void modes_and_owners_bind_users();

}  // namespace ipcmark::svm
