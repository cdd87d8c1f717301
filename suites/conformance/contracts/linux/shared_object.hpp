// An object in memory that the processes of a clause share, waiting on its words, and whether anything can
// still happen among processes that sleep.
#pragma once

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "harness/errors.hpp"
#include "harness/os/handle.hpp"
#include "harness/os/wait.hpp"
#include "suites/conformance/actor.hpp"

namespace ipcmark {

using Word = std::atomic<std::uint32_t>;

// mmap(2), which fails with a value of its own.
inline void* map_memory(void* where, std::size_t size, int protection, int flags, int descriptor) {
  void* const memory = ::mmap(where, size, protection, flags, descriptor, 0);
  if (memory == MAP_FAILED) throw_errno("mmap");
  return memory;
}

// The one who creates it constructs it; the others map it by its handle, each at an address of its own.
template <class T>
class Shared {
 public:
  Shared() : created_(check(::memfd_create("ipcmark", MFD_CLOEXEC), "memfd_create")) {
    check(::ftruncate(created_.fd(), sizeof(T)), "ftruncate");
    object_ = ::new (map(created_.fd())) T();
  }
  explicit Shared(const std::string& path)
      : created_(check(::open(path.c_str(), O_RDWR | O_CLOEXEC), "open")),
        object_(std::launder(static_cast<T*>(map(created_.fd())))) {}
  explicit Shared(int descriptor) : object_(std::launder(static_cast<T*>(map(descriptor)))) {}
  ~Shared() { ::munmap(static_cast<void*>(object_), sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  os::RawHandle raw() const noexcept { return created_.raw(); }
  // For those who are given no handles of the test: what they open(2).
  std::string path() const {
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(created_.raw());
  }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }

 private:
  static void* map(int descriptor) {
    return map_memory(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor);
  }
  os::Handle created_;
  T* object_ = nullptr;
};

// futex(2) as it is; the result is -1 and errno, or what the operation returns.
inline long futex(const Word* word, int operation, std::uint32_t value, const timespec* timeout = nullptr,
                  const Word* other = nullptr, std::uint32_t expected = 0) noexcept {
  return ::syscall(SYS_futex, word, operation, value, timeout, other, expected);
}
// For the operations that take a second number where others take a time.
inline long futex_requeue(const Word* from, const Word* to, std::uint32_t wakes, unsigned long moves,
                          std::uint32_t expected) noexcept {
  return ::syscall(SYS_futex, from, FUTEX_CMP_REQUEUE, wakes, moves, to, expected);
}
inline constexpr std::uint32_t everybody = INT_MAX;

// A count that one process advances and another waits for.
inline void advance(Word& count) noexcept {
  count.fetch_add(1);
  os::wake_all(count);
}
inline void await_count(const Word& count, std::uint32_t least) noexcept {
  for (std::uint32_t seen = 0; (seen = count.load()) < least;) os::wait_on(count, seen);
}

// How a process sleeps that nobody but another process can wake. Two equal looks: it did nothing in between.
struct Asleep {
  bool for_a_line = false, dead = false;  // else in futex(2)
  std::uint64_t switches = 0;             // how often it has gone to sleep
  bool operator==(const Asleep&) const = default;
};
// Nothing while it does something else.
inline std::optional<Asleep> asleep(std::int64_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  std::ifstream status(folder + "/status");
  std::string word;
  while (status >> word && word != "State:") {
  }
  if (!(status >> word) || word == "Z" || word == "X") return Asleep{.dead = true};
  if (word != "S") return std::nullopt;
  while (status >> word && word != "voluntary_ctxt_switches:") {
  }
  Asleep now;
  status >> now.switches;
  long call = -1;
  unsigned long argument = 0;
  std::ifstream(folder + "/syscall") >> call >> std::hex >> argument;
  now.for_a_line = call == SYS_recvfrom && argument == os::first_child_handle;
  return call == SYS_futex || now.for_a_line ? std::optional(now) : std::nullopt;
}

// True once ready() is. False once it is not and all these processes are asleep or dead: when nobody else
// wakes them, it never will be.
template <class Ready>
bool happens(Ready ready, const std::vector<std::int64_t>& processes) {
  const auto look = [&] {
    std::vector<std::optional<Asleep>> seen;
    for (const std::int64_t process : processes) seen.push_back(asleep(process));
    return seen;
  };
  for (;; std::this_thread::sleep_for(std::chrono::microseconds(100))) {
    if (ready()) return true;
    const auto first = look();
    const bool all = std::all_of(first.begin(), first.end(), [](const auto& one) { return one.has_value(); });
    if (all && look() == first) return ready();
  }
}

// fork(2) within an actor; the child dies with it.
inline pid_t fork_bound() {
  const pid_t parent = ::getpid();
  const pid_t child = check(::fork(), "fork");
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  return 0;
}
inline void kill_and_reap(pid_t child) noexcept {
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

}  // namespace ipcmark
