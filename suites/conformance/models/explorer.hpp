// Runs a small concurrent program in every order, and with every value that a weak memory lets a load see.
//
// The program is a function that makes some shared objects and some threads over them. It is run again and
// again from the start, each time with other decisions, depth first, until all are used up: which thread
// takes the next step, and which of the values that it may still see a load returns. A step is an operation
// on shared memory; what a thread does between two of them is its own.
//
// Memory is that of C++20 without consume, out-of-thin-air values and stores that overtake an earlier store
// to the same object (views, after Kang, Hur, Lahav, Vafeiadis and Dreyer, "A promising semantics for
// relaxed-memory concurrency", POPL 2017, without promises). Each object keeps all values that were stored to
// it. A thread has a view, the oldest value of each object that it may still see; an acquire load takes over
// the view that a release store left with the value; a fence of seq_cst joins the thread's view with the one
// that all such fences share. So a store followed by a load of another object may be seen late by others,
// unless a full fence lies between: the reordering that x86 has, and all those of ARM that need no promises.
//
// Found are: an assertion of the program that does not hold, a data race on plain memory, a deadlock (a
// sleeper whom nobody wakes is one), and a run that never ends. What was found comes with the decisions that
// lead there, which replay() takes, and with the steps in words.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ipcmark::model {

class Explorer;

// What a thread of the program has seen so far: for each object the oldest value that it may still see, for
// each thread the steps of it that happened before.
struct View {
  std::vector<std::size_t> objects, threads;
  void join(const View& other);
  std::size_t object(std::size_t id) const { return id < objects.size() ? objects[id] : 0; }
  std::size_t thread(std::size_t id) const { return id < threads.size() ? threads[id] : 0; }
  void raise(std::size_t id, std::size_t at);
};

// An object of up to 64 bits that is read and written by atomic operations. Made by a program before its
// threads run.
class Location {
 public:
  explicit Location(std::uint64_t value, std::string name = {});
  std::uint64_t load(std::memory_order order);
  void store(std::uint64_t value, std::memory_order order);
  // Replaces the newest value by change(it), and returns it; when `change` says nothing, only reads it.
  std::uint64_t update(const std::function<std::pair<bool, std::uint64_t>(std::uint64_t)>& change,
                       std::memory_order order, const char* what);
  // futex(2): sleeps when the newest value, cut by `mask`, is `seen`; wakes up to `most` sleepers and returns
  // how many.
  void wait(std::uint64_t seen, std::uint64_t mask);
  std::size_t wake(std::size_t most);

 private:
  struct Value {
    std::uint64_t value = 0;
    View view;  // what whoever acquires it takes over
  };
  std::size_t id_;
  std::string name_;
  std::vector<Value> values_;
};

// Plain memory: two accesses, one of them a write, must not meet without one happening before the other.
class Cell {
 public:
  explicit Cell(std::string name = {});
  std::uint64_t read();
  void write(std::uint64_t value);

 private:
  std::size_t id_;
  std::string name_;
  std::uint64_t value_ = 0;
  std::size_t writer_ = 0, written_at_ = 0;  // thread and its step
  bool written_ = false;
  std::vector<std::size_t> read_at_;  // for each thread
};

// The Location or the Cell that stands for what lies at an address, made when it is first asked for, with the
// value that is there.
Location& location_at(const void* address, std::uint64_t value);
Cell& cell_at(const void* address);
// Names for what lies in `bytes` from here on: "+64".
void name_memory(const void* begin, std::size_t bytes);
bool is_shared(const void* address);

void fence(std::memory_order order);
// A turn of a loop that waits for others: the thread goes on once another one has written something, and then
// sees what is newest of it.
void pause();
// What must hold. Ends the run as a failure when it does not.
void require(bool holds, const std::string& what);
// Adds a line to the steps of this run.
void note(const std::string& what);

// One program, made anew for each run: the constructor's body makes the shared objects.
struct Program {
  std::vector<std::function<void()>> threads;
  std::function<void()> at_end = [] {};  // after all threads have ended
};

// A memory that keeps less than it is asked for: what a program with a forgotten order would have.
struct Weakened {
  bool fences = false, releases = false, acquires = false;
};

struct Limits {
  std::size_t preemptions = ~std::size_t{0};  // switches away from a thread that could go on
  std::size_t stale = ~std::size_t{0};        // loads that return something older than the newest
  std::size_t runs = 20'000'000;              // beyond this the search gives up, and says so
  std::size_t steps = 5'000;                  // of one run
  Weakened weakened = {};
};

struct Report {
  bool exhausted = false;  // every order within the limits was tried
  std::size_t runs = 0, longest = 0;
  std::string failure;                 // what was found; empty: nothing
  std::vector<std::size_t> decisions;  // that lead to it
  std::vector<std::string> steps;      // in words
  std::string text() const;            // all of it
};

// Explores the program that `make` makes. Stops at the first failure.
Report explore(const std::function<Program()>& make, const Limits& limits = {});
// One run with given decisions: the same failure again.
Report replay(const std::function<Program()>& make, const std::vector<std::size_t>& decisions,
              const Limits& limits = {});

}  // namespace ipcmark::model
