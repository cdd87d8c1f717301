// What a test sees of an actor from outside, and does to it: the part of actors that is of one system, with a
// file of the same name for each.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/os/channel.hpp"
#include "harness/os/handle.hpp"
#include "harness/os/process.hpp"

namespace ipcmark {

// What a process is doing.
struct Doing {
  enum class State : std::uint8_t {
    runs,
    asleep,   // inside a system call that is not a wait for a line of the test
    listens,  // waits for a line of the test
    stopped,
    ended
  };
  State state = State::runs;
  std::string place;              // equal in two looks: the same sleep all the while
  std::optional<long> call = {};  // Linux: the number of the system call in which it sleeps
};

// What tells a sleep from a loop, by processor time.
struct SleepSigns {
  std::chrono::nanoseconds in_vain;  // who has used so much and never slept is in a loop
  // How long one that looks asleep is left alone, to see that it was no loop of short system calls. None
  // where a look tells the two apart.
  std::chrono::milliseconds rest;
  // How many looks in a row find a sender asleep that can go no further, a millisecond and more apart.
  unsigned looks_at_stuck;
};
extern const SleepSigns sleep_signs;

class Sight {
 public:
  Sight();  // before the process is there
  Sight(Sight&&) noexcept = default;
  Sight& operator=(Sight&&) noexcept = default;

  // What the process has to inherit, so that it can be seen.
  std::vector<os::RawHandle> handles() const;
  void set_process(std::int64_t id) { process_ = id; }

  // Throws Unsupported where this host does not let one look.
  Doing look() const;
  // Processor time in ns that it has used; 0 for one that has ended.
  std::uint64_t processor_time() const;

  // Returns once it stands still: SIGSTOP; Windows: NtSuspendProcess.
  void stop() const;
  void resume() const;
  // At once, alone, and without reaping.
  void kill() const;

 private:
  std::int64_t process_ = 0;
  os::Handle page_;  // Windows only: where the process shows what cannot be seen
};

// In an actor, before it hears the first line of its play.
void be_seen(std::span<const os::RawHandle>);
// Around a wait for a line of the test.
void show_listening(bool) noexcept;

// Keeps a handle that was inherited from this process's own children.
void keep_from_children(os::RawHandle);

// A copy of this process, which calls `role` with these handles in the places that os::Process::start gives
// them, and ends with what that returns. Nothing where the system has no copies of processes (Windows).
std::optional<os::Process> start_copy(std::span<const os::RawHandle> handles, int (*role)(void*),
                                      void* argument);

// The name of an error number: "EPIPE", "ERROR_BROKEN_PIPE".
std::string error_name(int number);

}  // namespace ipcmark
