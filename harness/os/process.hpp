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

// In a child, handle k of the list given to Process::start is first_child_handle + k. 0 to 2 are the standard
// streams.
inline constexpr RawHandle first_child_handle = 3;

// How a child ended.
struct Exit {
  int code = 0;    // when signal is 0
  int signal = 0;  // POSIX: the signal that killed it
  bool clean() const noexcept { return code == 0 && signal == 0; }
  std::string text() const;  // "exit code 3", "killed by signal 9 (Killed)"
};

class Process {
 public:
  Process() = default;
  // Starts `file` in a process group of its own. It inherits the standard streams and `handles`, nothing
  // else, and is killed when this process dies (prctl(2), PR_SET_PDEATHSIG) unless it is to outlive it.
  static Process start(const std::string& file, const std::vector<std::string>& arguments,
                       std::span<const RawHandle> handles, bool outlives_parent = false);
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
};

// What a process has used so far. Times in nanoseconds, memory in bytes: getrusage(2), proc_pid_smaps(5).
struct Usage {
  std::uint64_t user_ns = 0, system_ns = 0;
  std::uint64_t voluntary_switches = 0, involuntary_switches = 0;
  std::uint64_t minor_faults = 0, major_faults = 0;
  std::uint64_t peak_rss_bytes = 0;
};
Usage usage_of_self() noexcept;

// Memory of this process with shared pages divided among their users: Pss of /proc/self/smaps_rollup.
std::optional<std::uint64_t> proportional_memory();

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

// SIGINT and SIGTERM set a flag instead of killing; blocking calls return EINTR.
void catch_termination();
int termination_signal() noexcept;  // 0 while none came
bool process_exists(std::int64_t id) noexcept;
std::int64_t own_id() noexcept;
void cheapest_system_call() noexcept;  // getppid(2): the way into the kernel and back

}  // namespace ipcmark::os
