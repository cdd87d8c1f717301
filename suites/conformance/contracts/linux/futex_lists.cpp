// FTX: waiters and owners that die, and waiting for several words.
#include <gtest/gtest.h>

#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/futex.hpp"

namespace ipcmark {
namespace {

bool came_back(const Words& words, std::int64_t waiter) {
  return std::find(words.order.begin(), words.order.end(), waiter) != words.order.end();
}

constexpr std::size_t locks = 5, pending = 3, of_another = 4;

struct Locked {
  robust_list entry;
  Word word;
};
struct LockedWords {
  std::array<Locked, locks> lock;
};

// Holds all locks but one, the last but one as its operation under way.
void hold_locks(Stage& stage) {
  static robust_list_head head{};
  const Shared<LockedWords> shared(stage.fd(0));
  head.futex_offset = offsetof(Locked, word);
  robust_list* last = &head.list;
  const auto own = static_cast<std::uint32_t>(::getpid());
  for (std::size_t k = 0; k < locks; ++k) {
    Locked& lock = shared->lock[k];
    lock.word = k == of_another ? 1 : k == 1 ? own : own | FUTEX_WAITERS;
    if (k == pending) {
      head.list_op_pending = &lock.entry;
    } else {
      last->next = &lock.entry;
      last = &lock.entry;
    }
  }
  last->next = &head.list;
  check(::syscall(SYS_set_robust_list, &head, sizeof head), "set_robust_list");
  stage.say("holds");
  Stage::wait_to_be_killed();
}
void wait_for_lock(Stage& stage) {
  const Shared<LockedWords> shared(stage.fd(0));
  const Word& word = shared->lock.at(std::stoul(stage.text())).word;
  stage.say(result_of(futex(&word, FUTEX_WAIT, word)));
}

// Waits for one of three words of two mappings, whenever it hears a line.
void wait_for_any(Stage& stage) {
  const Shared<Words> one(stage.fd(0)), two(stage.fd(1));
  std::array<futex_waitv, 3> waits{};
  const std::array<const Word*, 3> words{&one->word, &two->word, &two->other};
  for (std::size_t k = 0; k < waits.size(); ++k)
    waits[k] = {
        .val = 0, .uaddr = reinterpret_cast<std::uintptr_t>(words[k]), .flags = FUTEX_32, .__reserved = 0};
  for (;;) {
    stage.hear();
    const long result = ::syscall(SYS_futex_waitv, waits.data(), waits.size(), 0, nullptr, CLOCK_MONOTONIC);
    if (result == -1 && errno == ENOSYS) throw Unsupported("this kernel has no futex_waitv(2): Linux 5.16");
    stage.say(result_of(result));
  }
}

}  // namespace

void a_wake_dies_with_its_receiver() {
  const int rounds = case_settings().quick ? 10 : 40;
  int swallowed = 0, passed = 0, used = 0;
  for (int round = 0; round < rounds; ++round) {
    Waiters cast(2);
    Actor &victim = cast.actors()[0], &survivor = cast.actors()[1];
    Words& words = *cast.words;
    const std::int64_t dead = victim.id();
    EXPECT_EQ(futex(&words.word, FUTEX_WAKE, 1), 1);
    victim.kill();
    const bool woken = happens([&] { return came_back(words, survivor.id()); }, {survivor.id()});
    ++(woken ? passed : came_back(words, dead) ? used : swallowed);
    // Whatever became of the first wake, another one reaches the survivor.
    EXPECT_EQ(futex(&words.word, FUTEX_WAKE, 1), woken ? 0 : 1);
    EXPECT_EQ(survivor.hear(), "0");
  }
  observe(std::to_string(swallowed) + " of " + std::to_string(rounds) + " wakes were lost with the dead, " +
          std::to_string(used) + " had been used by it, " + std::to_string(passed) + " reached the other");
}

void robust_list_of_a_dead_process() {
  const Shared<LockedWords> shared;
  Actor owner(hold_locks, {shared.raw()});
  ASSERT_EQ(owner.hear(), "holds");
  std::deque<Actor> waiters;
  for (const char* lock : {"0", "0", "2", "3", "3", "4"}) {
    waiters.emplace_back(wait_for_lock, std::vector{shared.raw()}, lock);
    waiters.back().await_blocked_in(SYS_futex);
  }
  owner.kill();
  constexpr std::uint32_t died = FUTEX_OWNER_DIED, and_waiters = FUTEX_OWNER_DIED | FUTEX_WAITERS;
  const std::array<std::uint32_t, locks> expected{and_waiters, died, and_waiters, and_waiters, 1};
  const std::array<long, locks> still_asleep{1, 0, 0, 1, 1};
  for (std::size_t k = 0; k < locks; ++k) {
    EXPECT_EQ(shared->lock[k].word, expected[k]) << "lock " << k;
    EXPECT_EQ(futex(&shared->lock[k].word, FUTEX_WAKE, everybody), still_asleep[k]) << "lock " << k;
  }
  for (Actor& waiter : waiters) EXPECT_EQ(waiter.hear(), "0");
}

void wait_on_several_words() {
  const Shared<Words> one, two;
  Actor waiter(wait_for_any, {one.raw(), two.raw()});
  two->other = 1;
  EXPECT_EQ(ask(waiter, "wait"), "EAGAIN");
  two->other = 0;
  const std::array<const Word*, 3> words{&one->word, &two->word, &two->other};
  for (std::size_t k = 0; k < words.size(); ++k) {
    waiter.say("wait");
    waiter.await_blocked_in(SYS_futex_waitv);
    EXPECT_EQ(futex(&one->other, FUTEX_WAKE, everybody), 0);
    EXPECT_EQ(futex(words[k], FUTEX_WAKE, everybody), 1);
    EXPECT_EQ(waiter.hear(), std::to_string(k));
  }
}

}  // namespace ipcmark
