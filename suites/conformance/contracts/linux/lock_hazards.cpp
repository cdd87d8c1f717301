// What remains of locks when their users are killed: condition variables, barriers, memory that the kernel
// still knows, and a storm of kills.
#include <gtest/gtest.h>
#include <linux/futex.h>

#include <array>
#include <random>

#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/locks.hpp"

namespace ipcmark {
namespace {

Actor& add_condition_waiter(LockCast& cast) {
  Actor& waiter = cast.add_owner();
  waiter.say("wait");
  waiter.await_blocked_in(SYS_futex);
  return waiter;
}

// Whether a call of `actor` that counts in `done` returns at all; nobody but `other` could help it on.
bool returns(LockCast& cast, Actor& actor, const std::string& call, const Actor& other) {
  const std::uint32_t before = cast.locks().done.load();
  actor.say(call);
  return happens([&] { return cast.locks().done.load() > before; }, {actor.id(), other.id()});
}

void expect_recoverable(Actor& heir) {
  const std::string locked = ask(heir, "lock");
  EXPECT_TRUE(locked == "0" || locked == "EOWNERDEAD") << locked;
  if (locked == "EOWNERDEAD") {
    EXPECT_EQ(ask(heir, "consistent"), "0");
  }
  EXPECT_EQ(ask(heir, "unlock"), "0");
}

std::string hex(std::uint32_t number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%#x", number);
  return text.data();
}

}  // namespace

// Two wait, one is killed, and the other is signalled until it wakes; again and again on one variable.
void killed_waiters_and_signal() {
  constexpr int most_rounds = 12, most_signals = 3;
  LockCast cast(Mutex::robust);
  Actor& signaller = cast.add();
  int hung_in = 0, swallowed = 0;
  for (int round = 1; round <= most_rounds && hung_in == 0; ++round) {
    const std::uint32_t before = cast.locks().woken.load();
    Actor &victim = add_condition_waiter(cast), &survivor = add_condition_waiter(cast);
    victim.kill();
    const auto woken = [&] { return cast.locks().woken.load() > before; };
    for (int k = 0; k < most_signals && hung_in == 0; ++k) {
      if (!returns(cast, signaller, "signal", survivor)) {
        hung_in = round;
      } else {
        EXPECT_EQ(signaller.hear(), "0");
        if (happens(woken, {survivor.id()})) break;
        ++swallowed;
      }
    }
    if (hung_in == 0 && woken()) {
      EXPECT_EQ(survivor.hear(), "0");
      EXPECT_EQ(ask(survivor, "unlock"), "0");
    }
    survivor.kill();
  }
  signaller.kill();
  expect_recoverable(cast.add());
  observe(hung_in != 0 ? "the signal of round " + std::to_string(hung_in) + " hung"
                       : "no signal hung in " + std::to_string(most_rounds) + " rounds");
  observe(std::to_string(swallowed) + " signals went to the dead");
}

void killed_waiter_and_destroy() {
  constexpr int rounds = 5;
  int hung = 0;
  for (int round = 0; round < rounds; ++round) {
    LockCast cast(Mutex::stalled);
    add_condition_waiter(cast).kill();
    Actor& destroyer = cast.add();
    if (!returns(cast, destroyer, "destroy_condition", destroyer)) ++hung;
    destroyer.kill();
    Actor& other = cast.add();
    EXPECT_EQ(ask(other, "trylock"), "0");
    EXPECT_EQ(ask(other, "unlock"), "0");
  }
  observe(std::to_string(hung) + " of " + std::to_string(rounds) + " hung");
}

void killed_arrival_at_a_barrier() {
  LockCast cast(Mutex::stalled, 3);
  const auto passed = [&](std::uint32_t count) {
    return [&cast, count] { return cast.locks().done >= count; };
  };
  Actor &victim = cast.add_waiter("arrive"), &second = cast.add_waiter("arrive");
  victim.kill();
  EXPECT_FALSE(happens(passed(1), {second.id()})) << "the barrier opened for two of three";
  Actor& third = cast.add();
  third.say("arrive");
  std::vector<Actor*> alive{&second, &third};
  const bool dead_counts = happens(passed(2), {second.id(), third.id()});
  if (!dead_counts) {
    alive.push_back(&cast.add());
    alive.back()->say("arrive");
  }
  EXPECT_TRUE(happens(passed(static_cast<std::uint32_t>(alive.size())), {alive.back()->id()}));
  std::vector<std::string> answers;
  for (Actor* actor : alive) answers.push_back(actor->hear());
  EXPECT_EQ(std::count(answers.begin(), answers.end(), "serial"), 1);
  observe(dead_counts ? "the killed arrival counted" : "the killed arrival did not count");
}

namespace {

constexpr std::uint32_t parties = 4, cycles = 300;

struct Cycles {
  pthread_barrier_t barrier;
  std::array<Word, cycles> arrived, serial;
};

void pass_all_cycles(Stage& stage) {
  const Shared<Cycles> shared(stage.fd(0));
  std::uint32_t early = 0;
  for (std::uint32_t k = 0; k < cycles; ++k) {
    shared->arrived[k].fetch_add(1);
    const int result = ::pthread_barrier_wait(&shared->barrier);
    if (result == PTHREAD_BARRIER_SERIAL_THREAD) shared->serial[k].fetch_add(1);
    if (shared->arrived[k] != parties) ++early;
  }
  stage.say(std::to_string(early));
}

}  // namespace

void one_serial_thread_each_cycle() {
  const Shared<Cycles> shared;
  pthread_barrierattr_t wanted;
  ::pthread_barrierattr_init(&wanted);
  ::pthread_barrierattr_setpshared(&wanted, PTHREAD_PROCESS_SHARED);
  ::pthread_barrier_init(&shared->barrier, &wanted, parties);
  std::deque<Actor> actors;
  for (std::uint32_t k = 0; k < parties; ++k) actors.emplace_back(pass_all_cycles, std::vector{shared.raw()});
  for (Actor& actor : actors) EXPECT_EQ(actor.hear(), "0") << "passed before all had arrived";
  for (std::uint32_t k = 0; k < cycles; ++k) EXPECT_EQ(shared->serial[k], 1U) << "cycle " << k;
}

namespace {

struct Page {
  std::array<Word, 1024> words;
};

// Stands where glibc stands between the store that unlocks a robust mutex and the one that says that no
// operation is under way; but the memory of the lock is gone, and another file is mapped in its place. Its
// first word becomes the id of this process, plus `text`.
void keep_a_stale_operation(Stage& stage) {
  static robust_list_head head{};
  const Shared<Page> lock(stage.fd(0));
  head.list.next = &head.list;
  head.list_op_pending = reinterpret_cast<robust_list*>(&*lock);
  check(::syscall(SYS_set_robust_list, &head, sizeof head), "set_robust_list");
  map_memory(&*lock, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, stage.fd(1));
  lock->words[0] = static_cast<std::uint32_t>(::getpid() + std::stoi(stage.text()));
  stage.say(std::to_string(lock->words[0].load()));
  Stage::wait_to_be_killed();
}

}  // namespace

void stale_pending_operation() {
  for (const char* beside : {"1", "0"}) {
    const Shared<Page> lock, reused;
    Actor owner(keep_a_stale_operation, {lock.raw(), reused.raw()}, beside);
    const std::uint32_t before = static_cast<std::uint32_t>(std::stoul(owner.hear()));
    ASSERT_EQ(reused->words[0], before);
    owner.kill();
    EXPECT_EQ(lock->words[0], 0U);
    const std::uint32_t after = reused->words[0];
    if (*beside == '0') {
      observe("memory in which the id of the dead stood by chance: " + hex(before) + " became " + hex(after));
    } else {
      EXPECT_EQ(after, before);
    }
  }
}

namespace {

constexpr std::size_t accounts = 8;
constexpr long each = 1000;

// What stands in `account` is right, unless `open` says that it was being changed: then `saved` is.
struct Ledger {
  pthread_mutex_t mutex;
  std::array<std::atomic<long>, accounts> account, saved;
  Word open, holder;
  Word inherited, rolled_back, violations, changes;
};

long sum_of(const Ledger& ledger) {
  long sum = 0;
  for (const auto& account : ledger.account) sum += account;
  return sum;
}

// May be killed anywhere in it, and the next one begins it again.
void recover(Ledger& ledger) {
  if (ledger.open != 0) {
    for (std::size_t k = 0; k < accounts; ++k) ledger.account[k] = ledger.saved[k].load();
    ledger.open = 0;
    ++ledger.rolled_back;
  }
  ++ledger.inherited;
}

void enter(Ledger& ledger) {
  if (::pthread_mutex_lock(&ledger.mutex) == EOWNERDEAD) {
    recover(ledger);
    ::pthread_mutex_consistent(&ledger.mutex);
  }
  ledger.holder = static_cast<std::uint32_t>(::getpid());
  if (sum_of(ledger) != each * static_cast<long>(accounts)) ++ledger.violations;
}

[[noreturn]] void change_for_ever(Ledger& ledger) {
  std::minstd_rand random(static_cast<unsigned>(::getpid()));
  for (;;) {
    enter(ledger);
    for (std::size_t k = 0; k < accounts; ++k) ledger.saved[k] = ledger.account[k].load();
    ledger.open = 1;
    const std::size_t from = random() % accounts, to = random() % accounts;
    const long amount = static_cast<long>(random() % 100);
    ledger.account[from] -= amount;
    for (int k = 0; k < 200; ++k) os::cpu_relax();
    ledger.account[to] += amount;
    ledger.open = 0;
    ++ledger.changes;
    ::pthread_mutex_unlock(&ledger.mutex);
  }
}

constexpr int workers = 20, kills = 200;

// Forks the workers, and kills whoever holds the lock, and anybody when that is not known.
void kill_and_replace(Stage& stage) {
  const Shared<Ledger> ledger(stage.fd(0));
  std::mt19937_64 random(std::stoull(stage.text()));
  std::array<pid_t, workers> alive{};
  const auto employ = [&](pid_t& place) {
    place = fork_bound();
    if (place == 0) change_for_ever(*ledger);
  };
  for (pid_t& place : alive) employ(place);
  for (int k = 0; k < kills; ++k) {
    // At any moment, but each after some more work was done; asleep, so as not to be in the workers' way.
    const std::uint32_t before = ledger->changes;
    do {
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 200));
    } while (ledger->changes == before);
    pid_t* victim = std::find(alive.begin(), alive.end(), static_cast<pid_t>(ledger->holder.load()));
    if (victim == alive.end()) victim = &alive[random() % workers];
    kill_and_reap(*victim);
    employ(*victim);
  }
  for (const pid_t worker : alive) kill_and_reap(worker);
  stage.say("done");
}

}  // namespace

void storm_of_kills() {
  const Shared<Ledger> ledger;
  pthread_mutexattr_t wanted;
  ::pthread_mutexattr_init(&wanted);
  ::pthread_mutexattr_setpshared(&wanted, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&wanted, PTHREAD_MUTEX_ROBUST);
  ::pthread_mutex_init(&ledger->mutex, &wanted);
  for (auto& account : ledger->account) account = each;
  Actor nursery(kill_and_replace, {ledger.raw()}, std::to_string(case_settings().seed));
  EXPECT_EQ(nursery.hear(), "done");
  enter(*ledger);
  EXPECT_EQ(ledger->violations, 0U);
  EXPECT_EQ(sum_of(*ledger), each * static_cast<long>(accounts));
  observe(std::to_string(kills) + " kills among " + std::to_string(ledger->changes) +
          " changes: " + std::to_string(ledger->inherited) + " left the lock to an heir, " +
          std::to_string(ledger->rolled_back) + " in the middle of a change");
  if (ledger->rolled_back == 0) throw Inconclusive("no kill hit a change");
}

}  // namespace ipcmark
