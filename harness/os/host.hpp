// The host: its limits and facts, the one run that may measure, and the names that a run leaves.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/os/handle.hpp"

namespace ipcmark::os {

// The first line of a small file such as /proc/sys/fs/mqueue/msg_max, without its end of line. For
// systems that have such files.
std::optional<std::string> first_line(const std::string& path);
std::optional<std::int64_t> number_in(const std::string& path);

// A fact of the environment, by group: {"kernel", "release", "6.1.0"}. What cannot be known is "unknown".
struct Fact {
  std::string group, name, value;
};
std::vector<Fact> host_facts();

// Time stolen by the hypervisor since boot, all processors, in ns: proc(5), /proc/stat. Windows knows neither
// this nor the two below.
std::optional<std::uint64_t> stolen_ns();
// Time in which some task waited for a processor, in us: /proc/pressure/cpu "some total".
std::optional<std::uint64_t> cpu_pressure_us();
double load_average();

// A private directory (0700) for the names in the file system that a run needs; made when first asked for.
std::string private_directory(const std::string& run);
// The same, in a file system whose files are not themselves memory: where private_directory() is, or in
// /var/tmp, whose files outlive a restart (hier(7)). Throws Unsupported when both are a tmpfs.
std::string private_directory_on_disk(const std::string& run);
void remove_private_directories(const std::string& run) noexcept;  // those that are empty

// Names are made of the run's id, so that whatever dies, they can be found and removed. Down to creator_of
// they are the same on every system: harness/os/names.cpp.
inline constexpr std::string_view name_prefix = "ipcmark-";
// Whether a name is `run`'s, or of a dead run when `run` is empty.
bool is_name_of(std::string_view name, const std::string& run);
std::string object_name(const std::string& run, unsigned link);  // "ipcmark-<run>-<link>"

// A run's id holds the number of its process: "<time>-<pid>-<random>".
std::string new_run_id();
// The process of a run, by its id or by a name that begins with it; 0 for anything else, so that a name that
// only resembles ours is never taken for one.
std::int64_t creator_of(std::string_view run);

std::int32_t system_v_key(std::int64_t creator,
                          unsigned link);  // unique among living processes; not on Windows

// Names and System V objects that exist now and were made by `run`, or by any run whose process is dead when
// `run` is empty. remove_leftovers removes them and returns what it removed.
std::vector<std::string> leftovers(const std::string& run);
std::vector<std::string> remove_leftovers(const std::string& run);

// Removes the POSIX message queue of a link, where there are such. Where no mqueue file system is mounted, no
// listing shows it.
void remove_queue(const std::string& run, unsigned link) noexcept;

// Only one process may measure on a host at a time.
class HostLock {
 public:
  // The lock, or the id of the process that has it.
  static std::pair<std::optional<HostLock>, std::int64_t> acquire();
  // Blocks until the present holder is gone or a termination signal arrives.
  static void wait_for_holder();

 private:
  explicit HostLock(Handle handle) : handle_(std::move(handle)) {}
  Handle handle_;
};

// The command line of a process, for "who is running"; Windows: its program's file.
std::string command_of(std::int64_t process);

bool is_terminal(int descriptor) noexcept;
int terminal_width() noexcept;

}  // namespace ipcmark::os
