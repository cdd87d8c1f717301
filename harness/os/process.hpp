// Child processes: this executable started anew, with exactly the handles that it is given.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/os/handle.hpp"

namespace ipcmark::os {

// The path of this program's file.
std::string executable_path();

// POSIX: in a child, handle k of the list given to Process::start is first_child_handle + k. 0 to 2 are the
// standard streams.
inline constexpr RawHandle first_child_handle = 3;

// By which number a child will know handle k of the list given to Process::start. Windows does not renumber
// what it hands down: there it is the parent's own.
RawHandle number_in_child(std::span<const RawHandle> handles, std::size_t k) noexcept;

// In a child: its handle 0 of that list. Windows: told by the environment, IPCMARK_FIRST_HANDLE.
RawHandle first_handle();

// How a child ended.
struct Exit {
  int code = 0;  // when signal is 0; Windows: whatever ended it, with a status such as 0xC0000005 for a crash
  int signal = 0;  // POSIX: the signal that killed it
  bool clean() const noexcept { return code == 0 && signal == 0; }
  std::string text() const;  // "exit code 3", "killed by signal 9 (Killed)"
};

class Process {
 public:
  Process() = default;
  // Starts `file` in a process group of its own. It inherits the standard streams and `handles`, nothing
  // else, and is killed when this process dies unless it is to outlive it: prctl(2), PR_SET_PDEATHSIG;
  // Windows: a job object of its own with JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE.
  static Process start(const std::string& file, const std::vector<std::string>& arguments,
                       std::span<const RawHandle> handles, bool outlives_parent = false);
  // A child that was started in another way.
  static Process adopt(std::int64_t id) noexcept;
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();  // kills and reaps what still runs

  std::int64_t id() const noexcept { return id_; }
  bool running() const noexcept { return id_ > 0; }
  void ask_to_stop() noexcept;  // see os/wait.hpp
  void kill() noexcept;         // at once, with its whole group; reaped by wait()
  Exit wait() noexcept;         // reaps; returns at once when that was done before
  std::optional<Exit> try_wait() noexcept;

 private:
  std::int64_t id_ = 0;
  Exit exit_;
  Handle process_, job_;  // Windows only, where a number alone is no hold on a process
};

// What a process has used so far. Times in nanoseconds, memory in bytes: getrusage(2), proc_pid_status(5),
// proc_pid_smaps(5). Windows: GetProcessTimes, in steps of the scheduler's tick (15.6 ms there, 10 ms under
// Wine), and GetProcessMemoryInfo, which counts faults of both kinds as one. Under Wine the work of its
// server, which answers much of what a kernel would, is not in it.
struct Usage {
  using MaybeCount = std::optional<std::uint64_t>;  // nothing where the system does not tell
  std::uint64_t user_ns = 0, system_ns = 0;
  MaybeCount voluntary_switches = 0, involuntary_switches = 0;
  std::uint64_t minor_faults = 0;
  MaybeCount major_faults = 0;
  std::uint64_t peak_rss_bytes = 0;
};
Usage usage_of_self() noexcept;

// Memory of this process with shared pages divided among their users: Pss of /proc/self/smaps_rollup. Windows
// does not know it.
std::optional<std::uint64_t> proportional_memory();

// Descriptors (Windows: handles) that this process has open: /proc/self/fd; GetProcessHandleCount.
std::optional<std::uint64_t> open_handles();

// Hardware counters of this process, both halves of a system call where the kernel allows it:
// perf_event_open(2).
class HardwareCounters {
 public:
  HardwareCounters();  // never throws: unavailable() says why there are none
  const std::string& unavailable() const noexcept { return unavailable_; }
  bool kernel_included() const noexcept { return kernel_included_; }
  void start() noexcept;
  struct Reading {
    std::uint64_t cycles = 0, instructions = 0, cache_misses = 0;
  };
  std::optional<Reading> stop() noexcept;

 private:
  std::vector<Handle> events_;
  std::string unavailable_;
  bool kernel_included_ = true;
};

// SIGINT and SIGTERM set a flag instead of killing; blocking calls return EINTR. Windows: Ctrl-C counts as
// SIGINT, the end of the console or of the session as SIGTERM.
void catch_termination();
int termination_signal() noexcept;    // 0 while none came
std::string signal_text(int signal);  // "Interrupt"
// From now on a write without a reader fails and does not kill (SIGPIPE); on Windows it never does.
void survive_closed_pipes() noexcept;
// Whether processes are dead at their start for no reason of ours: under Wine 8.0 one in some thousands is.
bool starts_may_fail() noexcept;
std::string error_text(int error);  // of errno, or of GetLastError: "Broken pipe"
bool process_exists(std::int64_t id) noexcept;
std::int64_t own_id() noexcept;
// The way into the kernel and back: getppid(2). Windows: GetExitCodeThread, which under Wine asks the server.
void cheapest_system_call() noexcept;

}  // namespace ipcmark::os
