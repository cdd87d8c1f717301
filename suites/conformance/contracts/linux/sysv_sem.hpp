// What the clauses of SVS share; sysv_sem.cpp has their table.
#pragma once

#include <sys/sem.h>

#include <string>
#include <vector>

#include "harness/os/host.hpp"
#include "harness/run/session.hpp"
#include "suites/conformance/actor.hpp"
#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/circumstances.hpp"

namespace ipcmark::svs {

union Argument {  // of semctl(2), which leaves its declaration to the caller
  int value;
  unsigned short* values;
  semid_ds* facts;
};

// A key for a set, which is removed when this goes, whoever has created it.
class Key {
 public:
  explicit Key(Session& session) : number_(os::system_v_key(os::own_id(), session.next_link())) {}
  Key(const Key&) = delete;
  ~Key() {
    if (const int set = ::semget(number_, 0, 0); set != -1) ::semctl(set, 0, IPC_RMID);
  }
  key_t number() const noexcept { return number_; }
  std::string text() const { return std::to_string(number_); }

 private:
  key_t number_;
};

class Set {
 public:
  // One semaphore for each value. Throws Unsupported where none can be made.
  Set(Session&, const std::vector<int>& values);
  void remove() const { ::semctl(id_, 0, IPC_RMID); }
  void set(int value, int k = 0) const {
    check(::semctl(id_, k, SETVAL, Argument{.value = value}), "semctl SETVAL");
  }
  int value(int k = 0) const { return check(::semctl(id_, k, GETVAL), "semctl GETVAL"); }
  int waiting_for_more(int k = 0) const { return check(::semctl(id_, k, GETNCNT), "semctl GETNCNT"); }
  int waiting_for_zero(int k = 0) const { return check(::semctl(id_, k, GETZCNT), "semctl GETZCNT"); }
  int id() const noexcept { return id_; }
  std::string text() const { return std::to_string(id_); }

 private:
  Key key_;
  int id_ = -1;
};

// semop(2) with these operations: "0" or the name of the error.
std::string operate(int set, std::vector<sembuf> operations);
inline sembuf step(int change, short flags = 0, unsigned short k = 0) {
  return {.sem_num = k, .sem_op = static_cast<short>(change), .sem_flg = flags};
}

// A play: obeys, on the set whose id is its text, "CHANGE [FLAGS]" for the first semaphore, answered as
// operate() is.
void serve(Stage&);
std::string answer(Actor&, int change, short flags = 0);

// Bodies of sysv_sem_values.cpp.
void many_operations_are_one();
void holders_exclude_each_other();
void zero_waits_for_zero();
void limits_are_refused();
void openers_see_by_the_time_whether_values_are_set();

// Bodies of sysv_sem_ends.cpp.
void undo_gives_back_what_a_killed_holder_has();
void undo_ends_at_zero();
void timeouts_expire();
void removal_wakes_all();
void handlers_always_end_a_wait();
void undo_stays_with_the_process();

}  // namespace ipcmark::svs
