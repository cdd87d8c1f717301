// Named semaphores for the clauses of SEM, and the bodies of those about waits, deadlines and handlers.
#pragma once

#include <fcntl.h>
#include <semaphore.h>

#include <string>
#include <utility>

#include "harness/errors.hpp"
#include "harness/os/host.hpp"
#include "harness/run/session.hpp"
#include "suites/conformance/actor.hpp"

namespace ipcmark {

inline sem_t* open_semaphore(const std::string& name, int flags = 0, unsigned value = 0) {
  sem_t* const semaphore = ::sem_open(name.c_str(), flags, 0600, value);
  if (semaphore == SEM_FAILED) throw_errno("sem_open " + name);
  return semaphore;
}

inline int value_of(sem_t* semaphore) {
  int value = -1;
  check(::sem_getvalue(semaphore, &value), "sem_getvalue");
  return value;
}

inline std::string name_in(Session& session) {
  return "/" + os::object_name(session.id(), session.next_link());
}

// A named semaphore of the test, which is removed when this goes.
class NamedSemaphore {
 public:
  NamedSemaphore(Session& session, unsigned value) : NamedSemaphore(name_in(session), value) {}
  NamedSemaphore(std::string name, unsigned value)
      : name_(std::move(name)), semaphore_(open_semaphore(name_, O_CREAT | O_EXCL, value)) {}
  ~NamedSemaphore() {
    ::sem_close(semaphore_);
    ::sem_unlink(name_.c_str());
  }
  NamedSemaphore(const NamedSemaphore&) = delete;
  NamedSemaphore& operator=(const NamedSemaphore&) = delete;

  const std::string& name() const noexcept { return name_; }
  sem_t* get() const noexcept { return semaphore_; }
  int value() const { return value_of(semaphore_); }
  void post() const { check(::sem_post(semaphore_), "sem_post"); }

 private:
  std::string name_;
  sem_t* semaphore_;
};

// Waits for the semaphore that the text names as it is told, "wait" or "timed 20" for so many milliseconds.
// Says what came of it, and with a deadline whether it was before or after that.
void wait_as_told(Stage&);

void timed_wait_ends_at_its_deadline();  // SEM-07
void handler_interrupts_a_wait();        // SEM-08
void handler_may_post();                 // SEM-10

}  // namespace ipcmark
