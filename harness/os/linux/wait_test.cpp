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

// How many turns a wait for something that never comes spins.
unsigned turns_in_vain(AdaptiveSpin& spin) {
  unsigned turns = 0;
  EXPECT_FALSE(spin.until([&] {
    ++turns;
    return false;
  }));
  return turns;
}

TEST(Spin, TakesWhatIsThereWhenToldToStop) {
  int looks = 0;
  stop_flag = true;
  EXPECT_TRUE(spin_until([&] { return ++looks == 2; }));
  EXPECT_FALSE(spin_until([] { return false; }));
  stop_flag = false;
}

TEST(AdaptiveSpin, GivesUpAfterItsTurns) {
  AdaptiveSpin spin;
  EXPECT_TRUE(spin.until([] { return true; }));
  EXPECT_EQ(turns_in_vain(spin), AdaptiveSpin::most);
}

TEST(AdaptiveSpin, SpinsLessAndLessWhereWaitsAreLongAndAsBeforeOnceOneEndsSoon) {
  AdaptiveSpin spin;
  unsigned before = turns_in_vain(spin);
  for (int wait = 0; wait < 12; ++wait) {
    const std::uint64_t until = read_monotonic() + AdaptiveSpin::soon_ns;
    while (read_monotonic() < until) cpu_relax();
    const unsigned now = turns_in_vain(spin);
    EXPECT_TRUE(now < before || now == AdaptiveSpin::fewest) << now << " after " << before;
    before = now;
  }
  EXPECT_EQ(before, AdaptiveSpin::fewest);
  const std::uint64_t until = read_monotonic() + AdaptiveSpin::soon_ns;
  while (read_monotonic() < until) cpu_relax();
  EXPECT_TRUE(spin.until([] { return true; }));
  EXPECT_EQ(turns_in_vain(spin), AdaptiveSpin::most);
}

}  // namespace
}  // namespace ipcmark::os
