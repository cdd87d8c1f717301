#include "harness/os/wait.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>

namespace ipcmark::os {
namespace {

using Word = std::atomic<std::uint32_t>;

// Waits as every user of wait_on does: it may return early.
void wait_until_set(const Word& word, std::atomic<int>& woken) {
  while (word.load() == 0) wait_on(word, 0);
  ++woken;
}

TEST(WaitOn, ReturnsAtOnceWhenTheWordHasChangedAlready) {
  const Word word = 1;
  wait_on(word, 0);
  SUCCEED();
}

TEST(WaitOn, IsEndedByWakingOne) {
  Word word = 0;
  std::atomic<int> woken = 0;
  std::thread waiting([&] { wait_until_set(word, woken); });
  word = 1;
  wake_one(word);
  waiting.join();
  EXPECT_EQ(woken, 1);
}

TEST(WaitOn, WakingSaysWhetherAnybodySlept) {
  Word word = 0;
  EXPECT_FALSE(wake_one(word));
  std::thread waiting([&] { wait_on(word, 0); });
  while (!wake_one(word)) std::this_thread::yield();
  waiting.join();
}

TEST(WaitOn, EverybodyIsEndedByWakingAll) {
  Word word = 0;
  std::atomic<int> woken = 0;
  std::array<std::thread, 4> waiting;
  for (std::thread& one : waiting) one = std::thread([&] { wait_until_set(word, woken); });
  word = 1;
  wake_all(word);
  for (std::thread& one : waiting) one.join();
  EXPECT_EQ(woken, 4);
}

TEST(Spin, EndsWhenReady) {
  int turns = 0;
  EXPECT_TRUE(spin_until([&] { return ++turns == 5; }));
  EXPECT_EQ(turns, 5);
}

// What a wait for something that never comes spins.
struct InVain {
  unsigned turns = 0;
  std::uint64_t ns = 0;
};
InVain spin_in_vain(AdaptiveSpin& spin) {
  InVain spun;
  const std::uint64_t begun = read_monotonic();
  EXPECT_FALSE(spin.until([&] {
    ++spun.turns;
    return false;
  }));
  spun.ns = read_monotonic() - begun;
  return spun;
}
// So often that it does not spin any more.
void wait_long(AdaptiveSpin& spin) {
  for (unsigned wait = 0; wait < 2 * AdaptiveSpin::rests; ++wait) {
    spin_in_vain(spin);
    const std::uint64_t until = read_monotonic() + AdaptiveSpin::longest_ns;
    while (read_monotonic() < until) cpu_relax();
  }
}

TEST(Spin, TakesWhatIsThereWhenToldToStop) {
  int looks = 0;
  stop_flag = true;
  EXPECT_TRUE(spin_until([&] { return ++looks == 2; }));
  EXPECT_FALSE(spin_until([] { return false; }));
  stop_flag = false;
}

TEST(AdaptiveSpin, GivesUpAfterItsTime) {
  AdaptiveSpin spin;
  EXPECT_TRUE(spin.until([] { return true; }));
  const InVain spun = spin_in_vain(spin);
  EXPECT_GE(spun.ns, AdaptiveSpin::longest_ns);
  EXPECT_GT(spun.turns, AdaptiveSpin::untimed_turns);
}

TEST(AdaptiveSpin, SpinsNoMoreWhereWaitsAreLongAndAsBeforeOnceOneEndsWhileItSpins) {
  AdaptiveSpin spin;
  wait_long(spin);
  EXPECT_EQ(spin_in_vain(spin).turns, AdaptiveSpin::untimed_turns);
  EXPECT_TRUE(spin.until([] { return true; }));
  EXPECT_GE(spin_in_vain(spin).ns, AdaptiveSpin::longest_ns);
}

TEST(AdaptiveSpin, TriesTheWholeTimeOnceInAWhileWhereWaitsAreShortThoughTheyBlock) {
  AdaptiveSpin spin;
  wait_long(spin);
  bool tried = false;
  for (unsigned wait = 0; !tried && wait < 1000; ++wait)
    tried = spin_in_vain(spin).turns > AdaptiveSpin::untimed_turns;
  EXPECT_TRUE(tried);
  for (unsigned wait = 0; wait < AdaptiveSpin::rests / 2; ++wait) {
    const InVain spun = spin_in_vain(spin);
    if (wait > 8) {
      EXPECT_EQ(spun.turns, AdaptiveSpin::untimed_turns);
    }
  }
}

}  // namespace
}  // namespace ipcmark::os
