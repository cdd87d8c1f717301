// What the plays of several clauses need: memory that processes share, what comes of touching it, and a place
// where they wait for each other.
#pragma once

#include <sched.h>
#include <sys/mman.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/os/handle.hpp"
#include "harness/os/memory.hpp"
#include "suites/conformance/actor.hpp"

namespace ipcmark {

std::size_t page_size() noexcept;

// A shared mapping of a file; throws when it cannot be made.
os::Mapping map_shared(int file, std::size_t size, int protection = PROT_READ | PROT_WRITE);

// Bytes without a name, all of them zero: memfd_create(2).
os::Handle make_memfd(std::size_t size);

// A T of zeroes for the processes of a test. The test makes it and gives raw() to its actors, which open it.
template <class T>
class SharedBlock {
 public:
  SharedBlock() : file_(make_memfd(sizeof(T))), memory_(map_shared(file_.fd(), sizeof(T))) {}
  explicit SharedBlock(int file) : memory_(map_shared(file, sizeof(T))) {}
  T* operator->() const noexcept { return reinterpret_cast<T*>(memory_.data()); }
  os::RawHandle raw() const noexcept { return file_.raw(); }

 private:
  os::Handle file_;
  os::Mapping memory_;
};

// Nobody passes before as many processes as are to be together have come; of use again and again.
class Gate {
 public:
  void pass(std::uint32_t together) noexcept {
    const std::uint32_t turn = turn_.load();
    if (come_.fetch_add(1) + 1 == together) {
      come_.store(0);
      turn_.fetch_add(1);
    }
    while (turn_.load() == turn) ::sched_yield();
  }

 private:
  std::atomic<std::uint32_t> come_, turn_;
};

// Until a word that another process changes has a value.
template <class T>
void await_value(const std::atomic<T>& word, T wanted) noexcept {
  while (word.load() != wanted) ::sched_yield();
}

// What comes of touching a byte: "ok", or the signal and its reason, as in "SIGBUS BUS_ADRERR".
std::string load_from(const std::byte* place);
std::string store_to(std::byte* place, std::byte value = std::byte{1});

// The number in the next line of an actor; throws when it says anything else.
long number_from(Actor&);

// A fork of an actor, which dies with it; what fork(2) returns.
int fork_of_actor();

// An actor may become another program, cat(1), which waits for input.
class AnotherProgram {
 public:
  AnotherProgram();
  std::vector<os::RawHandle> handles() const;  // the actor's 0 and 1
  // Returns once the actor, which was told to, has become the program.
  void await(Actor&);
  [[noreturn]] static void become(Stage&);

 private:
  os::Handle input_read_, input_write_, done_read_, done_write_;
};

// Two processors for processes that are to run at the same time; the same one twice where there is no other.
struct Places {
  unsigned first = 0, second = 0;
  bool apart() const noexcept { return first != second; }
};
Places two_places();

// Moves this process into a namespace of its own, CLONE_NEWIPC or CLONE_NEWNS, in which it is privileged:
// unshare(2). A user who may not do so gets a user namespace as well.
void enter_namespace(int kind);

}  // namespace ipcmark
