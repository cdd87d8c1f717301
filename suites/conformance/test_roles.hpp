// What a process that a test has started does instead of running tests: `ipcmark_tests --<role> [argument]`.
// Handle os::first_child_handle is a pipe to the test. A role that waits does so until it is killed.
#pragma once

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "harness/mechanism.hpp"
#include "harness/os/host.hpp"
#include "harness/os/process.hpp"
#include "harness/run/session.hpp"

namespace ipcmark {

using TestRole = int (*)(const std::string& argument);

namespace test_roles {

inline void say(const std::string& line, os::RawHandle to = os::first_child_handle) {
  const std::string whole = line + "\n";
  static_cast<void>(!::write(static_cast<int>(to), whole.data(), whole.size()));
}

[[noreturn]] inline void wait_to_be_killed() {
  for (;;) ::pause();
}

// The numbers of all open descriptors to the first handle, and to each of the others its own number.
inline int list_handles(const std::string&) {
  std::vector<int> open;
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 1;
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != ::dirfd(folder))
      open.push_back(std::atoi(entry->d_name));
  }
  ::closedir(folder);
  std::sort(open.begin(), open.end());
  std::string line;
  for (const int one : open) line += (line.empty() ? "" : " ") + std::to_string(one);
  say(line);
  for (const int one : open) {
    if (one > os::first_child_handle) say(std::to_string(one), one);
  }
  return 0;
}

inline int exit_with(const std::string& code) { return std::atoi(code.c_str()); }

inline int die_of(const std::string& signal) {
  ::raise(std::atoi(signal.c_str()));
  return 0;
}

inline int peak_below(const std::string& bytes) {
  return os::usage_of_self().peak_rss_bytes < std::strtoull(bytes.c_str(), nullptr, 10) ? 0 : 1;
}

inline int hold(const std::string&) {
  say("ready");
  wait_to_be_killed();
}

// Two processes in one group, both with the pipe.
inline int hold_twice(const std::string&) {
  if (::fork() == 0) wait_to_be_killed();
  return hold({});
}

// Has a child of its own that says "ready" and holds the pipe.
inline int have_a_child(const std::string&) {
  const os::RawHandle pipe = os::first_child_handle;
  const os::Process child = os::Process::start(os::executable_path(), {"--hold"}, std::span(&pipe, 1));
  wait_to_be_killed();
}

inline int hold_the_host_lock(const std::string&) {
  const auto [lock, holder] = os::HostLock::acquire();
  say(lock ? "ready" : "taken by " + std::to_string(holder));
  wait_to_be_killed();
}

// A run with a link of the named mechanism, or of "mechanism/memory"; "unsupported: ..." when there is none.
// Its janitor has the pipe as its standard output, so that the pipe ends when both are gone. Says the run's
// id.
inline int run_a_session(const std::string& wanted) {
  ::dup2(static_cast<int>(os::first_child_handle), STDOUT_FILENO);
  os::close_handle(os::first_child_handle);
  const std::size_t slash = wanted.find('/');
  const std::string memory = slash == std::string::npos ? "posix_shm" : wanted.substr(slash + 1);
  const auto* const kind = std::find(std::begin(os::memory_names), std::end(os::memory_names), memory);
  Session session;
  std::unique_ptr<Link> link;
  try {
    link = mechanism_named(wanted.substr(0, slash))
               ->create({.max_message = 64,
                         .depth = 4,
                         .memory = static_cast<os::Memory>(kind - std::begin(os::memory_names)),
                         .run = session.id(),
                         .link = session.next_link()});
  } catch (const Unsupported& missing) {
    say(std::string("unsupported: ") + missing.what(), STDOUT_FILENO);
    return 0;
  }
  say(session.id(), STDOUT_FILENO);
  wait_to_be_killed();
}

}  // namespace test_roles

// Null when there is none of this name.
inline TestRole test_role_named(std::string_view name) {
  if (name == "--list-handles") return test_roles::list_handles;
  if (name == "--exit-with") return test_roles::exit_with;
  if (name == "--die-of") return test_roles::die_of;
  if (name == "--peak-below") return test_roles::peak_below;
  if (name == "--hold") return test_roles::hold;
  if (name == "--hold-twice") return test_roles::hold_twice;
  if (name == "--have-a-child") return test_roles::have_a_child;
  if (name == "--hold-the-host-lock") return test_roles::hold_the_host_lock;
  if (name == "--run-a-session") return test_roles::run_a_session;
  return nullptr;
}

}  // namespace ipcmark
