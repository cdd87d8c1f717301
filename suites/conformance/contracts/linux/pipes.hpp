// What the clauses about pipes and FIFOs share: both kinds with both ends, and a process that holds one end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/os/handle.hpp"
#include "harness/run/session.hpp"
#include "suites/conformance/actor.hpp"

namespace ipcmark {

// pipe(2) and a FIFO have one data path, so most clauses are asserted of both.
enum class Form : std::uint8_t { pipe, fifo };
inline constexpr Form both_forms[]{Form::pipe, Form::fifo};
const char* name_of(Form) noexcept;  // "a pipe of pipe(2)"

// Both ends, of which each blocks unless it was made not to.
struct Pipe {
  explicit Pipe(int flags = 0);  // of pipe2(2)
  explicit Pipe(Form);           // the name of the FIFO is gone already
  os::Handle read, write;
};

// A FIFO of mode 0600 with a name of its own, which goes with this object.
class Fifo {
 public:
  Fifo();
  ~Fifo();
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;
  const std::string& folder() const noexcept { return folder_; }
  const std::string& path() const noexcept { return path_; }

 private:
  Session session_;
  std::string folder_, path_;
};

// Bytes of a page, which is also what one slot of a pipe holds.
long page_bytes();
// Slots of a pipe.
long slots_of(const os::Handle&);

// Play of a process that holds one end: its handle 0, or the FIFO whose path is its text. It ignores SIGPIPE
// and does as it is told, a line for a call, which it answers with result_of(long) unless something else is
// said here:
//
//   make             mkfifo(3): "made"
//   open r|w|rw[n]   open(2), with n for O_NONBLOCK: "open"
//   close            "closed"
//   write TEXT       in one call
//   bytes N          writes the next N of a sequence of bytes, in one call
//   fill N           writes N bytes at a time until no more fit: "65536 EAGAIN"
//   read N           one call: the bytes, or "end" at the end of the file
//   try N            the same without blocking: what has to be there is read so, and its lack is a failure
//                    instead of a hang
//   count N          the same as try, answered by the number of bytes
//   drain N          reads until N bytes or the end, and compares with the sequence: "65536", "3000 wrong"
//   poll             poll(2) without waiting: "nothing", or of "IN OUT ERR HUP" what holds
//   wait             the same, but waits for one
//   size, resize N   fcntl(2): F_GETPIPE_SZ, F_SETPIPE_SZ
//   catch restart    SIGUSR1 has a handler that says "caught", with SA_RESTART; "catch once" without: "ready"
//   renounce         give_up_privileges(): "nobody" or "oneself"
void hold_one_end(Stage&);

// Leaves this process without capabilities, as user and group 65534. Where it may not change its user (that
// needs CAP_SETUID and CAP_SETGID), it stays who it is, and the answer is false.
bool give_up_privileges();

// Both ends, each with a process of its own.
struct Pair {
  explicit Pair(Form form)
      : pipe(form), writer(hold_one_end, {pipe.write.raw()}), reader(hold_one_end, {pipe.read.raw()}) {}
  // This process keeps none.
  void hand_over() noexcept {
    pipe.read.reset();
    pipe.write.reset();
  }
  Pipe pipe;
  Actor writer, reader;
};

// Bodies of clauses that lie in files of their own: pipe_room.cpp, pipe_races.cpp, pipe_limits.cpp.
void small_write_is_whole_or_refused(Form);
void large_write_may_be_partial(Form);
void blocking_write_takes_all(Form);
void capacity_is_what_fcntl_says(Form);
void messages_take_whole_pages(Form);
void only_whole_pages_become_free(Form);
void small_writes_are_never_torn();
void large_writes_may_be_torn();
void every_byte_goes_to_one_reader();
void close_on_exec_closes_both_ends();
void sizes_are_rounded_and_bounded();
void past_the_limit_of_a_user_pipes_are_small_but_work();
void out_of_descriptors_leaves_nothing_open();

}  // namespace ipcmark
