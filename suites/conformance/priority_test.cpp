// Every mechanism whose traits promise priorities has them: harness/priority.hpp. One that only claims them
// is found out by the same calls.
#include <gtest/gtest.h>

#include <algorithm>

#include "suites/conformance/puppet.hpp"

namespace ipcmark {
namespace {

constexpr std::string_view broken_family = "broken";

std::vector<const Mechanism*> sound_ones(bool (*promises)(const Traits&)) {
  std::vector<const Mechanism*> chosen;
  for (const Mechanism* mechanism : mechanisms()) {
    const Traits& traits = mechanism->traits;
    if (traits.family != broken_family && promises(traits)) chosen.push_back(mechanism);
  }
  return chosen;
}
std::string name_of_case(const testing::TestParamInfo<const Mechanism*>& one) {
  return std::string(one.param->traits.name);
}

// What comes out when messages of these priorities, named in their order by a, b, c ..., lie in a channel
// together.
std::string arrivals(const Mechanism& mechanism, const std::vector<unsigned>& priorities) {
  PuppetPair pair(mechanism);
  char letter = 'a';
  for (const unsigned priority : priorities) pair.send_with(priority, letter++);
  return pair.receive(priorities.size(), "recv_first");
}

class Priorities : public testing::TestWithParam<const Mechanism*> {
 protected:
  void SetUp() override {
    try {
      PuppetPair probe(*GetParam());
    } catch (const Unsupported& missing) {
      GTEST_SKIP() << missing.what();
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Mechanisms, Priorities, testing::ValuesIn(sound_ones([](const Traits& traits) {
                           return traits.priorities > 1;
                         })),
                         name_of_case);

TEST_P(Priorities, AMessageOfHigherPriorityOvertakesThoseThatLieInTheChannel) {
  EXPECT_EQ(arrivals(*GetParam(), {0, 0, 0, 1}), "dabc");
}

TEST_P(Priorities, WithinAPriorityMessagesComeInTheOrderSent) {
  EXPECT_EQ(arrivals(*GetParam(), {1, 0, 1, 0, 1, 0}), "acebdf");
}

TEST_P(Priorities, EveryLevelUpToTheHighestCounts) {
  const unsigned most = GetParam()->traits.priorities - 1;
  EXPECT_EQ(arrivals(*GetParam(), {0, most / 2, most - 1, most}), most > 2 ? "dcba" : "dbca");
}

TEST_P(Priorities, APlainSendIsOfTheLowest) {
  PuppetPair pair(*GetParam());
  pair.send('a');
  pair.send_with(0, 'b');
  pair.send_with(1, 'c');
  pair.send('d');
  EXPECT_EQ(pair.receive(4, "recv_first"), "cabd");
}

TEST_P(Priorities, PlainSendsAreReceivedInTheOrderSentByEitherReceive) {
  PuppetPair pair(*GetParam());
  for (const char letter : {'a', 'b', 'c', 'd'}) pair.send(letter);
  EXPECT_EQ(pair.receive(2), "ab");
  EXPECT_EQ(pair.receive(2, "recv_first"), "cd");
}

class Selection : public Priorities {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, Selection,
                         testing::ValuesIn(sound_ones([](const Traits& traits) { return traits.selects; })),
                         name_of_case);

TEST_P(Selection, AReceiveOfOnePriorityLeavesTheOthersInPlace) {
  PuppetPair pair(*GetParam());
  char letter = 'a';
  for (const unsigned priority : {0U, 1U, 2U, 1U, 0U}) pair.send_with(priority, letter++);
  EXPECT_EQ(pair.recv_only(1), "b");
  EXPECT_EQ(pair.recv_only(0), "a");
  EXPECT_EQ(pair.recv_only(1), "d");
  EXPECT_EQ(pair.receive(2, "recv_first"), "ce");
}

TEST(PrioritiesOfAll, LoopsForThemAreThereExactlyWhereTheTraitsPromiseThem) {
  for (const Mechanism* mechanism : mechanisms()) {
    EXPECT_EQ(mechanism->loops.urge != nullptr, mechanism->traits.priorities > 1) << mechanism->traits.name;
    EXPECT_GE(mechanism->traits.priorities, mechanism->traits.selects ? 2U : 1U) << mechanism->traits.name;
  }
}

TEST(PrioritiesOfAll, PrioritiesThatAreOnlyClaimedAreFoundOut) {
  std::size_t claimed = 0;
  for (const Mechanism* mechanism : mechanisms()) {
    if (mechanism->traits.family != broken_family || mechanism->traits.priorities < 2) continue;
    ++claimed;
    EXPECT_NE(arrivals(*mechanism, {0, 0, 0, 1}), "dabc");
    PuppetPair pair(*mechanism);
    pair.send_with(0, 'a');
    pair.send_with(1, 'b');
    EXPECT_NE(pair.recv_only(1), "b");
  }
  EXPECT_GE(claimed, 1U);
}

}  // namespace
}  // namespace ipcmark
