// SVS, values: operations that happen together, exclusion, limits, and sets that are not ready yet.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <numeric>
#include <random>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "harness/os/clock.hpp"
#include "suites/conformance/contracts/linux/sysv_sem.hpp"

namespace ipcmark::svs {

namespace {

// Moves units from one semaphore to another until it is killed, and says when it has begun.
void move_units(Stage& stage) {
  std::istringstream words(stage.text());
  int set = 0;
  std::uint64_t seed = 0;
  words >> set >> seed;
  std::mt19937_64 random(seed);
  for (bool begun = false;;) {
    const auto from = static_cast<unsigned short>(random() % 3);
    const auto to = static_cast<unsigned short>((from + 1 + random() % 2) % 3);
    const std::string result = operate(set, {step(-1, IPC_NOWAIT, from), step(1, 0, to)});
    if (result != "0" && result != "EAGAIN") throw std::runtime_error("semop: " + result);
    if (result == "0" && !std::exchange(begun, true)) stage.say("begun");
  }
}

}  // namespace

void many_operations_are_one() {
  Session session;
  const Set set(session, {1, 0});
  EXPECT_EQ(operate(set.id(), {step(-1, IPC_NOWAIT, 0), step(-1, IPC_NOWAIT, 1)}), "EAGAIN");
  EXPECT_EQ(set.value(0), 1);
  Actor both(
      [](Stage& stage) {
        stage.say(operate(std::stoi(stage.text()), {step(-1, 0, 0), step(-1, 0, 1)}));
      },
      {}, set.text());
  both.await_blocked();
  EXPECT_EQ(set.value(0), 1);
  Actor other(serve, {}, set.text());
  EXPECT_EQ(answer(other, -1, IPC_NOWAIT), "0") << "what the blocked call has not taken is there for others";
  EXPECT_EQ(operate(set.id(), {step(1, 0, 1)}), "0");
  both.await_blocked();
  EXPECT_EQ(set.value(1), 1);
  EXPECT_EQ(answer(other, 1), "0");
  EXPECT_EQ(both.hear(), "0");
  EXPECT_EQ(set.value(0) + set.value(1), 0);

  // Nobody ever sees a unit that is nowhere, or in two places.
  const Set moving(session, {2, 2, 2});
  std::deque<Actor> movers;
  for (unsigned k = 0; k < 3; ++k) {
    movers.emplace_back(move_units, std::vector<os::RawHandle>{},
                        moving.text() + " " + std::to_string(case_settings().seed + k));
  }
  for (Actor& mover : movers) ASSERT_EQ(mover.hear(), "begun");
  // Between looks the lock of the set is left to those who move: it need not be a fair one.
  std::array<unsigned short, 3> before{};
  int changes = 0;
  for (int look = 0; changes < 100 && look < 100'000; ++look) {
    std::array<unsigned short, 3> values{};
    check(::semctl(moving.id(), 0, GETALL, Argument{.values = values.data()}), "semctl GETALL");
    ASSERT_EQ(std::accumulate(values.begin(), values.end(), 0), 6);
    if (std::exchange(before, values) != values) ++changes;
    const std::uint64_t next = os::read_monotonic() + 5'000;
    while (os::read_monotonic() < next) {
    }
  }
  if (changes < 100) throw Inconclusive("units were seen to move only " + std::to_string(changes) + " times");
}

namespace {

// Adds 1 to a shared counter many times by a read, a pause and a write; with the semaphore around it or not.
void count_up(Stage& stage) {
  std::istringstream words(stage.text());
  int set = 0, times = 0;
  bool locks = false;
  words >> set >> times >> locks;
  void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, stage.fd(0), 0);
  if (page == MAP_FAILED) throw_errno("mmap");
  volatile long& counter = *static_cast<volatile long*>(page);
  await_start(stage);
  for (int k = 0; k < times; ++k) {
    if (locks && operate(set, {step(-1)}) != "0") break;
    const long seen = counter;
    if (k % 16 == 0) ::sched_yield();
    counter = seen + 1;
    if (locks && operate(set, {step(1)}) != "0") break;
  }
  stage.say("done");
}

// What four processes that each add 1 so often arrive at.
long counted_together(const Set& set, int times, bool locks) {
  const os::Handle memory(check(::memfd_create("counter", MFD_CLOEXEC), "memfd_create"));
  check(::ftruncate(memory.fd(), 4096), "ftruncate");
  std::deque<Actor> counters;
  for (int k = 0; k < 4; ++k) {
    counters.emplace_back(count_up, std::vector{memory.raw()},
                          set.text() + " " + std::to_string(times) + (locks ? " 1" : " 0"));
  }
  const std::string start = starting_line("");
  for (Actor& counter : counters) counter.say(start);
  for (Actor& counter : counters) {
    if (const std::string line = counter.hear(); line != "done") throw std::runtime_error(line);
  }
  long sum = 0;
  check(::pread(memory.fd(), &sum, sizeof sum, 0), "pread");
  return sum;
}

}  // namespace

void holders_exclude_each_other() {
  const int times = case_settings().quick ? 500 : 2000;
  Session session;
  const Set set(session, {1});
  EXPECT_EQ(counted_together(set, times, true), 4L * times);
  EXPECT_EQ(set.value(), 1);
  const long unguarded = counted_together(set, times, false);
  observe("without the semaphore " + std::to_string(4L * times - unguarded) + " of " +
          std::to_string(4L * times) + " additions were lost");
  if (unguarded == 4L * times) throw Inconclusive("nothing was lost without the semaphore either");
}

void zero_waits_for_zero() {
  Session session;
  const Set set(session, {2});
  Actor waiter(serve, {}, set.text()), other(serve, {}, set.text());
  EXPECT_EQ(answer(other, 0, IPC_NOWAIT), "EAGAIN");
  waiter.say("0");
  waiter.await_blocked();
  EXPECT_EQ(set.waiting_for_zero(), 1);
  EXPECT_EQ(answer(other, -1), "0");
  EXPECT_EQ(set.waiting_for_zero(), 1);
  EXPECT_EQ(answer(other, -1), "0");
  EXPECT_EQ(waiter.hear(), "0");
  EXPECT_EQ(set.waiting_for_zero(), 0);
  EXPECT_EQ(set.value(), 0);
  EXPECT_EQ(answer(other, 0, IPC_NOWAIT), "0");
}

namespace {

constexpr unsigned short largest = 32767;  // SEMVMX of semget(2)

// The third figure of /proc/sys/kernel/sem: proc(5).
std::size_t operations_at_a_time() {
  std::istringstream figures(os::first_line("/proc/sys/kernel/sem").value_or(""));
  std::size_t per_set = 0, in_all = 0, operations = 0;
  if (figures >> per_set >> in_all >> operations) return operations;
  throw Unsupported("/proc/sys/kernel/sem cannot be read");
}

}  // namespace

void limits_are_refused() {
  Session session;
  const Set set(session, {largest, 0});
  Actor other(serve, {}, set.text());
  EXPECT_EQ(answer(other, 1), "ERANGE");
  EXPECT_EQ(answer(other, -1), "0");
  EXPECT_EQ(answer(other, 2), "ERANGE");
  EXPECT_EQ(answer(other, 1), "0");
  EXPECT_EQ(set.value(), largest);
  EXPECT_EQ(result_of(::semctl(set.id(), 0, SETVAL, Argument{.value = largest + 1})), "ERANGE");
  EXPECT_EQ(result_of(::semctl(set.id(), 0, SETVAL, Argument{.value = -1})), "ERANGE");
  EXPECT_EQ(set.value(), largest);

  const std::size_t most = operations_at_a_time();
  std::vector<sembuf> many(most, step(1, 0, 1));
  EXPECT_EQ(operate(set.id(), many), "0");
  many.push_back(step(1, 0, 1));
  EXPECT_EQ(operate(set.id(), many), "E2BIG");
  EXPECT_EQ(set.value(1), static_cast<int>(most));
}

namespace {

// Creates a set, and goes on with it only as it is told: semget(2) and semctl(2) are two calls.
void create_by_and_by(Stage& stage) {
  const int set = check(::semget(std::stoi(stage.text()), 1, IPC_CREAT | IPC_EXCL | 0600), "semget");
  stage.say(std::to_string(set));
  stage.hear();
  stage.say(result_of(::semctl(set, 0, SETVAL, Argument{.value = 0})));
  stage.hear();
  stage.say(operate(set, {step(1)}));
  stage.hear();
}
// "unset" or "set", as the time of the last semop(2) tells a process that has found the set by its key.
std::string seen_by_time(int set) {
  semid_ds facts{};
  check(::semctl(set, 0, IPC_STAT, Argument{.facts = &facts}), "semctl IPC_STAT");
  return facts.sem_otime == 0 ? "unset" : "set";
}

}  // namespace

void openers_see_by_the_time_whether_values_are_set() {
  Session session;
  const Key key(session);
  Actor creator(create_by_and_by, {}, key.text());
  const int made = std::stoi(creator.hear());
  Actor opener(
      [](Stage& stage) {
        const int set = check(::semget(std::stoi(stage.text()), 1, 0), "semget");
        stage.say(std::to_string(set));
        for (;;) {
          stage.hear();
          stage.say(seen_by_time(set));
        }
      },
      {}, key.text());
  EXPECT_EQ(opener.hear(), std::to_string(made)) << "a set can be opened before it has its values";
  const auto look = [&] {
    opener.say("look");
    return opener.hear();
  };
  EXPECT_EQ(look(), "unset");
  creator.say("set the value");
  EXPECT_EQ(creator.hear(), "0");
  EXPECT_EQ(look(), "unset") << "SETVAL alone leaves no trace";
  creator.say("operate");
  EXPECT_EQ(creator.hear(), "0");
  EXPECT_EQ(look(), "set");
}

}  // namespace ipcmark::svs
