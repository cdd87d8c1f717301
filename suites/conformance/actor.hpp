// The processes of a clause. An actor is this executable started anew, which runs one function of the test:
//
//   os::Pipe pipe;
//   Actor writer([](Stage& stage) {
//     stage.say(result_of(::write(stage.fd(0), text, sizeof text)));
//   }, {pipe.write.raw()});
//   writer.await_blocked();
//   EXPECT_EQ(writer.hear(), "200000");
//
// The function must be a lambda without captures, or a plain function: all that it knows comes through
// handles and lines of text. It is found in the new process by its distance from a known function of the same
// file, since each process has its own address layout.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/mechanism.hpp"
#include "harness/os/channel.hpp"
#include "harness/os/process.hpp"
#include "suites/conformance/sight.hpp"

namespace ipcmark {

// What an actor sees of the test that started it.
class Stage {
 public:
  Stage(os::Channel, std::string text, std::vector<os::RawHandle> handles);
  // The k-th handle that the actor was given; the actor owns it.
  os::RawHandle handle(std::size_t k) const;
  int fd(std::size_t k) const { return static_cast<int>(handle(k)); }
  std::span<const os::RawHandle> handles() const noexcept { return handles_; }
  // Closes the k-th handle.
  void close(std::size_t k) const;
  const std::string& text() const noexcept { return text_; }
  void say(const std::string& line);
  // The next line from the test. Ends this process when the test is gone.
  std::string hear();
  // Until this process is killed.
  [[noreturn]] static void wait_to_be_killed();

 private:
  os::Channel test_;
  std::string text_;
  std::vector<os::RawHandle> handles_;
};

using Play = void (*)(Stage&);
using EndPlay = void (*)(Stage&, Endpoint&);

// How an actor comes to be.
enum class Birth : std::uint8_t {
  anew,   // this executable started anew
  forked  // a copy of the test: for a clause that needs thousands of them, at a tenth of the cost. Where
          // there are no copies, as anew
};

// How long one looks before an actor counts as stuck.
enum class Look : std::uint8_t {
  brief,    // where that is what is to be expected
  thorough  // where it would be a finding
};

class Actor {
 public:
  // `handles` stay the caller's own. `text` is for the play.
  explicit Actor(Play play, const std::vector<os::RawHandle>& handles = {}, const std::string& text = {});
  // An end of a link, which is opened before the play begins: ends.hpp. It says "ready" once it is open.
  Actor(EndPlay play, const std::string& job, const std::vector<os::RawHandle>& handles,
        const std::string& text, Birth birth = Birth::anew);

  void say(const std::string& line);
  // The next line. When the actor ends without one: how it ended, as in "exit code 0". Throws Unsupported
  // when the play did.
  std::string hear();
  // The same, or nothing once the actor is stuck: it stays asleep in a system call that is not a wait for a
  // line of this test, or has used processor time for nothing. The clock of a spin is its own processor time,
  // so that a slow host gives it no less.
  std::optional<std::string> hear_unless_stuck(Look);
  // Tells it to stop (os::stop_requested) until a line comes; again and again, since a signal that comes just
  // before a call begins to wait ends nothing.
  std::string stop_and_hear();

  // Returns once the actor waits inside a system call that is not a wait for a line of this test. Throws
  // Unsupported where /proc/PID/syscall cannot be read, and std::runtime_error when the actor has ended.
  void await_blocked();
  // The same for one that has to be in this system call: SYS_futex. Not on Windows.
  void await_blocked_in(long system_call);
  Doing look() const { return sight_.look(); }
  std::uint64_t processor_time() const { return sight_.processor_time(); }  // ns

  std::int64_t id() const noexcept { return process_.id(); }
  void signal(int number) const;  // not on Windows
  void ask_to_stop() { process_.ask_to_stop(); }
  void stop() const { sight_.stop(); }      // returns once the actor stands still
  void resume() const { sight_.resume(); }  // after stop()
  // Kills it; returns once the process is dead and reaped, or, without reaping, at once.
  void kill();
  void kill_unreaped() const { sight_.kill(); }
  os::Exit wait();  // for its end
  bool ended() { return process_.try_wait().has_value(); }

 private:
  void start(const char* role, std::ptrdiff_t play, const std::vector<os::RawHandle>& handles,
             const std::string& text, Birth birth = Birth::anew);
  void look_until(bool (*)(const Doing&, long), long argument) const;
  std::optional<std::string> take_line();
  os::Channel line_;
  Sight sight_;
  os::Process process_;
};

// Says a line to an actor and returns what it answers.
std::string ask(Actor&, const std::string& line);

// The numbers by which an actor will know the handles that it is given.
std::vector<os::RawHandle> numbers_in_actor(const std::vector<os::RawHandle>& handles);

// "12" for a result of 12, the name of errno ("EAGAIN") for -1. Not on Windows.
std::string result_of(long result);
// "ok" or the status, with the name of the system's error: "closed", "error EPIPE".
std::string result_of(const Io&);

// What a process that was started as `ipcmark --actor DISTANCE TEXT`, or --actor-end, does; the exit code.
int actor_main(const std::string& role, const std::string& distance, const std::string& text);

}  // namespace ipcmark
