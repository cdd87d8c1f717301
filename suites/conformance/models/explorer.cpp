#include "suites/conformance/models/explorer.hpp"

#include <ucontext.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace ipcmark::model {
namespace {

constexpr std::size_t stack_bytes = 128 * 1024;
constexpr std::size_t nobody = ~std::size_t{0};

bool acquires(std::memory_order order) {
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}
bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

// The stacks of all runs: new ones each time would cost more than the run.
char* stack_of(std::size_t thread) {
  static std::vector<std::unique_ptr<char[]>> stacks;
  while (stacks.size() <= thread) stacks.emplace_back(new char[stack_bytes]);
  return stacks[thread].get();
}

enum class State { ready, pausing, sleeping, ended };

struct Thread {
  std::function<void()> body;
  ucontext_t context{};
  State state = State::ready;
  std::size_t sleeps_on = nobody;  // object
  std::size_t stores_seen = 0;     // of the run, when it paused
  bool fresh = false;              // after a wait: loads see the newest, until it does anything else
  View view;
  View released;  // by the latest release fence: relaxed stores leave it behind
  View acquired;  // of what relaxed loads have seen: the next acquire fence takes it over
};

struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace

void View::join(const View& other) {
  const auto larger = [](std::vector<std::size_t>& mine, const std::vector<std::size_t>& theirs) {
    if (mine.size() < theirs.size()) mine.resize(theirs.size());
    for (std::size_t k = 0; k < theirs.size(); ++k) mine[k] = std::max(mine[k], theirs[k]);
  };
  larger(objects, other.objects);
  larger(threads, other.threads);
}
void View::raise(std::size_t id, std::size_t at) {
  if (objects.size() <= id) objects.resize(id + 1);
  objects[id] = std::max(objects[id], at);
}

// One run: the threads, what was decided, and what happened.
class Explorer {
 public:
  Explorer(const std::function<Program()>& make, const Limits& limits, std::vector<std::size_t> decisions,
           bool in_words)
      : limits_(limits), decisions_(std::move(decisions)), in_words_(in_words) {
    current = this;
    program_ = make();
    for (auto& body : program_.threads) {
      threads_.push_back(std::make_unique<Thread>());
      threads_.back()->body = body;
    }
    for (std::size_t k = 0; k < threads_.size(); ++k) prepare(*threads_[k], stack_of(k));
  }
  ~Explorer() {
    current = this;  // another one may have run in between
    running_ = nobody;
    for (auto& thread : threads_) thread->body = nullptr;
    program_ = {};  // what it made touches shared memory to the end
    current = nullptr;
  }

  void run() {
    try {
      while (pick()) {
        ::swapcontext(&main_, &threads_[running_]->context);
        if (!failure_.empty()) return;
        if (++steps_ > limits_.steps) throw Failed("the run does not end");
      }
      if (std::any_of(threads_.begin(), threads_.end(),
                      [](const auto& t) { return t->state != State::ended; }))
        throw Failed("deadlock: " + stuck());
      running_ = nobody;
      program_.at_end();
    } catch (const Failed& failed) {
      failure_ = failed.what();
    }
  }

  // The next decision among `count` alternatives: as in the list, then always the first.
  std::size_t decide(std::size_t count) {
    if (count == 1) return 0;
    if (at_ == decisions_.size()) {
      decisions_.push_back(0);
      alternatives_.push_back(count);
    } else if (at_ == alternatives_.size()) {
      alternatives_.push_back(count);
    }
    return decisions_[at_++];
  }

  // Called by a thread at each operation: others may come first.
  void step() {
    if (running_ == nobody) return;  // while the program is made, or at its end
    Thread& thread = *threads_[running_];
    ::swapcontext(&thread.context, &main_);
  }
  void did(const std::string& what) {
    if (running_ != nobody) ++threads_[running_]->view.threads[running_];
    if (!in_words_) return;
    words.push_back((running_ == nobody ? std::string("-") : "thread " + std::to_string(running_)) + ": " +
                    what);
  }
  void fail(const std::string& what) {
    failure_ = what;
    if (running_ != nobody) ::swapcontext(&threads_[running_]->context, &main_);  // never comes back
    throw Failed(what);
  }

  std::size_t new_object() { return objects_++; }
  std::size_t running() const { return running_; }
  Thread& self() { return running_ == nobody ? outside_ : *threads_[running_]; }
  View& sequential() { return sequential_; }
  void stored() {
    ++stores_;
    for (auto& thread : threads_) {
      if (thread->state == State::pausing) thread->state = State::ready;
    }
  }
  void sleep(std::size_t object) {
    self().state = State::sleeping;
    self().sleeps_on = object;
    step();
  }
  std::size_t wake(std::size_t object, std::size_t most) {
    std::size_t woken = 0;
    for (auto& thread : threads_) {
      if (woken < most && thread->state == State::sleeping && thread->sleeps_on == object) {
        thread->state = State::ready;
        thread->view.join(self().view);
        ++woken;
      }
    }
    return woken;
  }
  void pause() {
    Thread& thread = self();
    thread.fresh = true;
    if (thread.stores_seen == stores_) thread.state = State::pausing;
    thread.stores_seen = stores_;
    step();
  }

  bool may_be_stale() const { return stale_ < limits_.stale; }
  void was_stale() { ++stale_; }
  const Weakened& weakened() const { return limits_.weakened; }
  const std::string& failure() const { return failure_; }
  const std::vector<std::size_t>& decisions() const { return decisions_; }
  const std::vector<std::size_t>& alternatives() const { return alternatives_; }
  std::size_t steps() const { return steps_; }

  static Explorer* current;
  std::vector<std::string> words;
  std::map<const void*, std::unique_ptr<Location>> locations;
  std::map<const void*, std::unique_ptr<Cell>> cells;
  const std::byte* memory = nullptr;  // what programs share
  std::size_t memory_bytes = 0;

 private:
  void prepare(Thread& thread, char* stack) {
    thread.view = outside_.view;  // all that was done before it began
    thread.view.threads.assign(threads_.size(), 0);
    ::getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = stack;
    thread.context.uc_stack.ss_size = stack_bytes;
    thread.context.uc_link = &main_;
    ::makecontext(&thread.context, &Explorer::enter, 0);
  }
  static void enter() {
    Explorer& now = *current;
    Thread& thread = *now.threads_[now.running_];
    try {
      thread.body();
    } catch (const std::exception& error) {
      now.failure_ = std::string("a thread threw: ") + error.what();
    }
    thread.state = State::ended;
  }

  // Chooses who takes the next step; false when nobody can.
  bool pick() {
    std::vector<std::size_t> able;
    const bool goes_on = running_ != nobody && threads_[running_]->state == State::ready;
    if (goes_on) able.push_back(running_);
    for (std::size_t k = 0; k < threads_.size(); ++k) {
      if (k != running_ && threads_[k]->state == State::ready) able.push_back(k);
    }
    if (able.empty()) return false;
    if (goes_on && preemptions_ >= limits_.preemptions) able.resize(1);
    const std::size_t chosen = able[decide(able.size())];
    if (goes_on && chosen != running_) ++preemptions_;
    running_ = chosen;
    return true;
  }
  std::string stuck() const {
    std::string text;
    for (std::size_t k = 0; k < threads_.size(); ++k) {
      if (threads_[k]->state == State::sleeping) text += "thread " + std::to_string(k) + " sleeps; ";
      if (threads_[k]->state == State::pausing)
        text += "thread " + std::to_string(k) + " waits for a store; ";
    }
    return text + "nobody can go on";
  }

  Limits limits_;
  std::vector<std::size_t> decisions_, alternatives_;
  bool in_words_;
  Program program_;
  std::vector<std::unique_ptr<Thread>> threads_;
  Thread outside_;  // whoever makes the program
  ucontext_t main_{};
  std::size_t running_ = nobody, at_ = 0, steps_ = 0, preemptions_ = 0, stale_ = 0, objects_ = 0, stores_ = 0;
  View sequential_;  // what every fence of seq_cst knows
  std::string failure_;
};
Explorer* Explorer::current = nullptr;

Location::Location(std::uint64_t value, std::string name)
    : id_(Explorer::current->new_object()), name_(std::move(name)) {
  values_.push_back({value, {}});
}

std::uint64_t Location::load(std::memory_order order) {
  Explorer& now = *Explorer::current;
  now.step();
  Thread& self = now.self();
  const std::size_t newest = values_.size() - 1;
  const bool only_newest =
      self.fresh || now.running() == nobody || order == std::memory_order_seq_cst || !now.may_be_stale();
  const std::size_t oldest = only_newest ? newest : self.view.object(id_);
  const std::size_t seen = newest - now.decide(newest - oldest + 1);
  if (seen != newest) now.was_stale();
  self.view.raise(id_, seen);
  if (acquires(order) && !now.weakened().acquires) {
    self.view.join(values_[seen].view);
  } else {
    self.acquired.join(values_[seen].view);
  }
  now.did("loads " + name_ + ": " + std::to_string(values_[seen].value) +
          (seen == newest ? "" : " (there is a newer value)"));
  return values_[seen].value;
}

void Location::store(std::uint64_t value, std::memory_order order) {
  Explorer& now = *Explorer::current;
  now.step();
  Thread& self = now.self();
  now.did("stores " + std::to_string(value) + " to " + name_);
  self.fresh = false;
  self.view.raise(id_, values_.size());
  View left = releases(order) && !now.weakened().releases ? self.view : self.released;
  left.raise(id_, values_.size());
  values_.push_back({value, std::move(left)});
  now.stored();
}

std::uint64_t Location::update(const std::function<std::pair<bool, std::uint64_t>(std::uint64_t)>& change,
                               std::memory_order order, const char* what) {
  Explorer& now = *Explorer::current;
  now.step();
  Thread& self = now.self();
  const Value old = values_.back();
  const auto [changes, value] = change(old.value);
  self.fresh = false;
  self.view.raise(id_, values_.size() - 1);
  if (acquires(order) && !now.weakened().acquires) {
    self.view.join(old.view);
  } else {
    self.acquired.join(old.view);
  }
  now.did(std::string(what) + " " + name_ + ": " + std::to_string(old.value) +
          (changes ? " becomes " + std::to_string(value) : " stays"));
  if (!changes) return old.value;
  self.view.raise(id_, values_.size());
  View left = releases(order) && !now.weakened().releases ? self.view : self.released;
  left.join(old.view);  // an update goes on with the release sequence of what it replaces
  left.raise(id_, values_.size());
  values_.push_back({value, std::move(left)});
  now.stored();
  return old.value;
}

void Location::wait(std::uint64_t seen, std::uint64_t mask) {
  Explorer& now = *Explorer::current;
  now.step();
  const bool sleeps = (values_.back().value & mask) == (seen & mask);
  now.did((sleeps ? "sleeps on " : "need not sleep on ") + name_);
  if (sleeps) now.sleep(id_);
  now.self().fresh = true;
}
std::size_t Location::wake(std::size_t most) {
  Explorer& now = *Explorer::current;
  now.step();
  const std::size_t woken = now.wake(id_, most);
  now.did("wakes " + std::to_string(woken) + " sleeping on " + name_);
  return woken;
}

Cell::Cell(std::string name) : id_(Explorer::current->new_object()), name_(std::move(name)) {}

std::uint64_t Cell::read() {
  Explorer& now = *Explorer::current;
  now.step();
  now.did("reads " + name_ + ": " + std::to_string(value_));
  now.self().fresh = false;
  const std::size_t self = now.running();
  if (self == nobody) return value_;
  if (written_ && writer_ != self && now.self().view.thread(writer_) < written_at_)
    now.fail("data race: thread " + std::to_string(self) + " reads " + name_ + " while thread " +
             std::to_string(writer_) + " writes to it");
  if (read_at_.size() <= self) read_at_.resize(self + 1);
  read_at_[self] = now.self().view.thread(self);
  return value_;
}
void Cell::write(std::uint64_t value) {
  Explorer& now = *Explorer::current;
  now.step();
  now.did("writes " + std::to_string(value) + " to " + name_);
  now.self().fresh = false;
  const std::size_t self = now.running();
  value_ = value;
  if (self == nobody) return;
  const View& view = now.self().view;
  if (written_ && writer_ != self && view.thread(writer_) < written_at_)
    now.fail("data race: threads " + std::to_string(self) + " and " + std::to_string(writer_) +
             " both write to " + name_);
  for (std::size_t other = 0; other < read_at_.size(); ++other) {
    if (other != self && view.thread(other) < read_at_[other])
      now.fail("data race: thread " + std::to_string(self) + " writes to " + name_ + " while thread " +
               std::to_string(other) + " reads it");
  }
  written_ = true;
  writer_ = self;
  written_at_ = view.thread(self);
}

void name_memory(const void* begin, std::size_t bytes) {
  Explorer::current->memory = static_cast<const std::byte*>(begin);
  Explorer::current->memory_bytes = bytes;
}
bool is_shared(const void* address) {
  const Explorer& now = *Explorer::current;
  const auto* const at = static_cast<const std::byte*>(address);
  return at >= now.memory && at < now.memory + now.memory_bytes;
}
namespace {
std::string name_at(const void* address) {
  return is_shared(address)
             ? "+" + std::to_string(static_cast<const std::byte*>(address) - Explorer::current->memory)
             : "own memory";
}
template <class Object, class... Arguments>
Object& object_at(std::map<const void*, std::unique_ptr<Object>>& all, const void* address,
                  Arguments... with) {
  std::unique_ptr<Object>& found = all[address];
  if (!found) found = std::make_unique<Object>(with..., name_at(address));
  return *found;
}
}  // namespace
Location& location_at(const void* address, std::uint64_t value) {
  return object_at(Explorer::current->locations, address, value);
}
Cell& cell_at(const void* address) { return object_at(Explorer::current->cells, address); }

void fence(std::memory_order order) {
  Explorer& now = *Explorer::current;
  now.step();
  Thread& self = now.self();
  now.did("fence");
  self.fresh = false;
  if (now.weakened().fences) return;
  if (acquires(order)) self.view.join(self.acquired);
  if (order == std::memory_order_seq_cst) {
    self.view.join(now.sequential());
    now.sequential().join(self.view);
  }
  if (releases(order)) self.released = self.view;
}
void pause() { Explorer::current->pause(); }
void require(bool holds, const std::string& what) {
  if (!holds) Explorer::current->fail(what);
}
void note(const std::string& what) { Explorer::current->did(what); }

std::string Report::text() const {
  std::string all = failure.empty() ? "nothing found" : failure;
  all += " (" + std::to_string(runs) + " runs, " + std::to_string(longest) + " steps at most" +
         (exhausted ? ", every order" : "") + ")\n";
  for (const std::string& step : steps) all += "  " + step + "\n";
  if (failure.empty()) return all;
  all += "decisions:";
  for (const std::size_t one : decisions) all += " " + std::to_string(one);
  return all + "\n";
}

Report replay(const std::function<Program()>& make, const std::vector<std::size_t>& decisions,
              const Limits& limits) {
  Report report;
  Explorer run(make, limits, decisions, true);
  run.run();
  report.runs = 1;
  report.longest = run.steps();
  report.failure = run.failure();
  report.decisions = run.decisions();
  report.steps = run.words;
  return report;
}

Report explore(const std::function<Program()>& make, const Limits& limits) {
  Report report;
  std::vector<std::size_t> decisions;
  while (report.runs < limits.runs) {
    Explorer run(make, limits, decisions, false);
    run.run();
    ++report.runs;
    report.longest = std::max(report.longest, run.steps());
    if (!run.failure().empty()) {
      const std::size_t runs = report.runs, longest = report.longest;
      report = replay(make, run.decisions(), limits);
      report.runs = runs;
      report.longest = longest;
      return report;
    }
    // The last decision that has another alternative left takes it; what came behind it is forgotten.
    decisions = run.decisions();
    while (!decisions.empty() && decisions.back() + 1 == run.alternatives()[decisions.size() - 1])
      decisions.pop_back();
    if (decisions.empty()) {
      report.exhausted = true;
      return report;
    }
    ++decisions.back();
  }
  return report;
}

}  // namespace ipcmark::model
