// A process held by ptrace(2) right before a call, which goes on one instruction at a time.
//
// A system call is one step, however long it sleeps in it. The process marks the call itself, by a SIGSTOP
// right before it and a SIGURG right after it (scene.hpp, "marked"), so that steps count from one to the
// other. A tracer is told of SIGURG, which nobody else heeds.
#pragma once

#include <cstddef>
#include <string>

#include "suites/conformance/actor.hpp"

namespace ipcmark {

class Stepper {
 public:
  enum class Halt : std::uint8_t {
    reached,  // as many steps as were asked for
    ended,    // the call is over
    asleep    // in a system call that does not return
  };

  // Throws Unsupported where tracing is forbidden.
  explicit Stepper(Actor&);
  ~Stepper();  // lets it go on, if it lives
  Stepper(const Stepper&) = delete;
  Stepper& operator=(const Stepper&) = delete;

  // Returns once the process stands before its call; to be called after it was told to make it.
  void await_call();
  // Once the call has ended: the process goes on, and comes to its next one.
  void leave_call();
  // Goes on for up to this many steps from here. One that is asleep goes on with the step that it is in.
  Halt go(std::size_t steps, Look);
  std::size_t steps() const noexcept { return steps_; }  // since await_call() or count_from_here()
  void count_from_here() noexcept { steps_ = 0; }
  // True once the step in which it slept is over, looked at without waiting.
  bool awake();

  // Where it stands: a function of a shared library, or the distance from the beginning of a file.
  std::string place() const;
  // It dies where it stands, with SIGKILL.
  void kill();
  // It goes on as if nothing had been.
  void let_go();

 private:
  // Waits for the end of a step; false when the process sleeps instead.
  bool wait_for_step(Look);
  Actor& actor_;
  int process_;
  std::size_t steps_ = 0;
  bool held_ = true, in_step_ = false, ended_ = false;
};

}  // namespace ipcmark
