// Locks of POSIX that processes share, and an actor that does with them what it is told.
#pragma once

#include <pthread.h>

#include <deque>
#include <string>
#include <utility>

#include "suites/conformance/contracts/linux/shared_object.hpp"

namespace ipcmark {

struct Locks {
  pthread_mutex_t mutex;
  pthread_rwlock_t rwlock;
  pthread_cond_t condition;
  pthread_barrier_t barrier;
  Word handled;  // signals
  Word locked;   // calls of lock that have returned, whatever their result
  Word woken;    // waits for the condition that have returned
  Word done;     // other calls of the condition and the barrier that have returned
};

enum class Mutex : bool { stalled, robust };

// A clause's locks and the actors that use them. Handle 1 of an actor is an empty pipe.
class LockCast {
 public:
  explicit LockCast(Mutex, unsigned parties = 1);
  // An actor that hears the name of a call, and says "0", "serial", or the name of an error.
  Actor& add();
  Locks& locks() const noexcept { return *locks_; }
  // An actor that has locked the mutex.
  Actor& add_owner();
  // One that waits inside a call.
  Actor& add_waiter(const std::string& call);

 private:
  Shared<Locks> locks_;
  os::Handle pipe_reader_, pipe_writer_;
  std::deque<Actor> actors_;
};

// Bodies of clauses that take more than a few lines: lock_hazards.cpp.
void killed_waiters_and_signal();
void killed_waiter_and_destroy();
void killed_arrival_at_a_barrier();
void one_serial_thread_each_cycle();
void stale_pending_operation();
void storm_of_kills();

}  // namespace ipcmark
