#include "harness/lanes.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

constexpr std::size_t size = 24;
constexpr std::uint16_t run = 0xFEDC;
const StampLayout lane_0(size, run, 0);

std::vector<std::byte> message(std::size_t lane, std::uint64_t sequence, std::uint64_t time = 0) {
  std::vector<std::byte> bytes(size);
  stamp(lane_0.of_lane(static_cast<std::uint8_t>(lane)), bytes.data(), sequence, time);
  return bytes;
}

// What several consumers of one lane of `sent` messages make of what each of them gets.
Tally seen_by(std::uint64_t sent, const std::vector<std::vector<std::uint64_t>>& consumers) {
  LaneCount all;
  for (const auto& sequences : consumers) {
    LaneChecker checker(lane_0, 1);
    for (const std::uint64_t sequence : sequences) checker.see(message(0, sequence));
    all += checker.seen(0);
  }
  return compare_lane(count_of({.first = 0, .end = sent}), all);
}

TEST(Lanes, WhatConsumersShareInAnyWayIsComplete) {
  EXPECT_TRUE(seen_by(6, {{0, 1, 2, 3, 4, 5}, {}}).clean());
  EXPECT_TRUE(seen_by(6, {{0, 3, 4}, {1, 2, 5}}).clean());
  EXPECT_TRUE(seen_by(6, {{5}, {0, 1, 4}, {2, 3}}).clean());
  EXPECT_TRUE(seen_by(0, {{}, {}}).clean());
}

TEST(Lanes, ALostMessageIsCounted) {
  const Tally tally = seen_by(6, {{0, 3, 4}, {1, 5}});
  EXPECT_EQ(tally.lost, 1U);
  EXPECT_TRUE(tally.intact());
}

TEST(Lanes, AMessageThatReachesTwoConsumersIsRepeated) {
  const Tally tally = seen_by(6, {{0, 2, 3, 4}, {1, 2, 5}});
  EXPECT_EQ(tally.repeated, 1U);
  EXPECT_EQ(tally.lost, 0U);
  EXPECT_EQ(tally.reordered, 0U);
}

TEST(Lanes, AMessageThatReachesOneConsumerTwiceIsRepeatedOnce) {
  const Tally tally = seen_by(6, {{0, 2, 2, 3, 4}, {1, 5}});
  EXPECT_EQ(tally.repeated, 1U);
  EXPECT_EQ(tally.lost, 0U);
  EXPECT_EQ(tally.reordered, 0U);
}

TEST(Lanes, ALossThatARepetitionMakesUpForIsFoundWhereverTheyGo) {
  for (const auto& consumers : std::vector<std::vector<std::vector<std::uint64_t>>>{
           {{0, 1, 2}, {2, 4, 5}}, {{0, 1, 2, 2}, {4, 5}}, {{0, 4, 5}, {0, 1, 2}}}) {
    const Tally tally = seen_by(6, consumers);
    EXPECT_EQ(tally.lost, 1U);
    EXPECT_EQ(tally.repeated, 1U);
  }
}

TEST(Lanes, TwoLossesWhoseNumbersAddUpToThoseOfTwoRepetitionsAreFound) {
  EXPECT_FALSE(seen_by(8, {{0, 2, 3, 4, 5}, {2, 5, 7}}).clean());  // 2 and 5 in place of 1 and 6
}

TEST(Lanes, AChangedOrderIsSeenByWhoeverGetsBoth) {
  const Tally tally = seen_by(6, {{0, 3, 2, 4}, {1, 5}});
  EXPECT_EQ(tally.reordered, 1U);
  EXPECT_EQ(tally.lost, 0U);
  EXPECT_EQ(tally.repeated, 0U);
}

TEST(Lanes, EachLaneHasAnOrderOfItsOwn) {
  LaneChecker checker(lane_0, 2);
  for (const auto& [lane, sequence] :
       std::vector<std::pair<std::size_t, std::uint64_t>>{{0, 0}, {1, 0}, {0, 1}, {0, 2}, {1, 1}})
    checker.see(message(lane, sequence));
  EXPECT_EQ(checker.seen(0), count_of({.first = 0, .end = 3}));
  EXPECT_EQ(checker.seen(1), count_of({.first = 0, .end = 2}));
  EXPECT_TRUE(checker.tally().clean());
}

TEST(Lanes, AMessageTellsItsTimeItsPlaceAndWhetherItIsTheLast) {
  LaneChecker checker(lane_0, 2);
  checker.expect_end(1, 8);
  const auto before = checker.see(message(1, 6, 99));
  EXPECT_EQ(before.time, 99U);
  EXPECT_EQ(before.lane, 1U);
  EXPECT_EQ(before.sequence, 6U);
  EXPECT_FALSE(before.last);
  EXPECT_TRUE(checker.see(message(1, 7)).last);
}

TEST(Lanes, WhatIsOfNoLaneIsForeignAndCountsInNone) {
  LaneChecker checker(lane_0, 2);
  checker.see(message(2, 0));
  checker.see(message(255, 0));
  for (const std::uint16_t other : {std::uint16_t{run - 1}, std::uint16_t{run + 1}, std::uint16_t{0}}) {
    std::vector<std::byte> bytes(size);
    stamp(StampLayout(size, other, 0), bytes.data(), 0, 0);
    checker.see(bytes);
  }
  EXPECT_EQ(checker.tally().foreign, 5U);
  EXPECT_EQ(checker.seen(0), LaneCount());
  EXPECT_EQ(checker.seen(1), LaneCount());
}

TEST(Lanes, WhatIsTornOrOfAnotherSizeCountsInNone) {
  LaneChecker checker(lane_0, 1);
  auto mixed = message(0, 0);
  const auto next = message(0, 1);
  std::copy(next.end() - 8, next.end(), mixed.end() - 8);
  checker.see(mixed);
  checker.see(std::span(next).first(23));
  checker.see(std::span(next).first(0));
  EXPECT_EQ(checker.tally().torn, 3U);
  EXPECT_EQ(checker.seen(0), LaneCount());
}

TEST(Lanes, ANewRoundCountsAnewAndTheOrderGoesOn) {
  LaneChecker checker(lane_0, 1);
  for (const std::uint64_t sequence : {0U, 1U, 2U}) checker.see(message(0, sequence));
  checker.see(message(3, 0));
  checker.begin();
  EXPECT_EQ(checker.seen(0), LaneCount());
  EXPECT_EQ(checker.tally().foreign, 0U);
  checker.see(message(0, 3));
  checker.see(message(0, 1));
  EXPECT_EQ(checker.seen(0).count, 2U);
  EXPECT_EQ(checker.seen(0).reordered, 1U);
}

}  // namespace
}  // namespace ipcmark
