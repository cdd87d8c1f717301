#include "harness/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ipcmark {
namespace {

constexpr std::uint16_t run = 0xB7A3;
constexpr std::uint8_t producer = 5;

std::vector<std::byte> message(std::size_t size, std::uint64_t sequence, std::uint64_t time = 0,
                               std::uint16_t of_run = run, std::uint8_t of_producer = producer) {
  std::vector<std::byte> bytes(size, std::byte{0x5A});
  stamp(StampLayout(size, of_run, of_producer), bytes.data(), sequence, time);
  return bytes;
}

// Every size with a layout of its own, and around the borders of the layouts.
class Message : public testing::TestWithParam<std::size_t> {
 protected:
  void see(std::initializer_list<std::uint64_t> sequence) {
    for (const std::uint64_t number : sequence) checker_.see(message(GetParam(), number));
  }
  Checker checker_{StampLayout(GetParam(), run, producer)};
};

INSTANTIATE_TEST_SUITE_P(Sizes, Message,
                         testing::Values(8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
                                         26, 27, 28, 29, 30, 64, 4097),
                         testing::PrintToStringParamName());

using MessageWithTail = Message;
INSTANTIATE_TEST_SUITE_P(Sizes, MessageWithTail,
                         testing::Values(16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 64,
                                         4097),
                         testing::PrintToStringParamName());

#define EXPECT_TALLY(lost_, repeated_, reordered_, torn_, foreign_)   \
  do {                                                                \
    EXPECT_EQ(checker_.tally().lost, std::uint64_t{lost_});           \
    EXPECT_EQ(checker_.tally().repeated, std::uint64_t{repeated_});   \
    EXPECT_EQ(checker_.tally().reordered, std::uint64_t{reordered_}); \
    EXPECT_EQ(checker_.tally().torn, std::uint64_t{torn_});           \
    EXPECT_EQ(checker_.tally().foreign, std::uint64_t{foreign_});     \
  } while (false)

TEST_P(Message, MessagesInOrderAreClean) {
  see({0, 1, 2, 3, 4});
  EXPECT_TALLY(0, 0, 0, 0, 0);
  EXPECT_TRUE(checker_.tally().clean());
  EXPECT_EQ(checker_.next(), 5U);
}

TEST_P(Message, ASkippedOneIsLost) {
  see({0, 1, 5});
  EXPECT_TALLY(3, 0, 0, 0, 0);
  EXPECT_FALSE(checker_.tally().clean());
  EXPECT_EQ(checker_.next(), 6U);
}

TEST_P(Message, OneThatComesAgainIsRepeated) {
  see({0, 1, 1, 2, 0});
  EXPECT_TALLY(0, 2, 0, 0, 0);
  EXPECT_EQ(checker_.next(), 3U);
}

TEST_P(Message, OneThatComesLateIsReorderedAndNoLongerLost) {
  see({0, 2, 1, 3});
  EXPECT_TALLY(0, 0, 1, 0, 0);
  EXPECT_EQ(checker_.next(), 4U);
}

TEST_P(Message, AGapIsSplitByALateOneAndEachPartStaysLost) {
  see({0, 10, 5});
  EXPECT_TALLY(8, 0, 1, 0, 0);
  see({4, 6, 1, 9});
  EXPECT_TALLY(4, 0, 5, 0, 0);
  see({2, 3, 7, 8});
  EXPECT_TALLY(0, 0, 9, 0, 0);
  see({5});
  EXPECT_TALLY(0, 1, 9, 0, 0);
}

TEST_P(MessageWithTail, TheHeadOfOneWithTheTailOfAnotherIsTorn) {
  see({0});
  std::vector<std::byte> torn = message(GetParam(), 1);
  const std::vector<std::byte> other = message(GetParam(), 2);
  std::copy(other.end() - 8, other.end(), torn.end() - 8);
  checker_.see(torn);
  EXPECT_TALLY(0, 0, 0, 1, 0);
  see({2});
  EXPECT_TALLY(0, 0, 0, 1, 0);
}

TEST_P(Message, OneOfTheWrongSizeIsTorn) {
  see({0});
  checker_.see(message(GetParam() + 1, 1));
  EXPECT_TALLY(0, 0, 0, 1, 0);
  checker_.see({});
  EXPECT_TALLY(0, 0, 0, 2, 0);
}

TEST_P(MessageWithTail, OneThatIsCutOffIsTornAndNotLostAsWell) {
  see({0});
  const std::vector<std::byte> whole = message(GetParam(), 1);
  checker_.see(std::span(whole).first(GetParam() - 1));
  see({2});
  EXPECT_TALLY(0, 0, 0, 1, 0);
}

TEST_P(Message, OneOfAnotherRunIsForeignAndChangesNothingElse) {
  see({0});
  checker_.see(message(GetParam(), 1, 0, run ^ 1));
  EXPECT_TALLY(0, 0, 0, 0, 1);
  see({1});
  EXPECT_TALLY(0, 0, 0, 0, 1);
}

TEST_P(Message, OneOfAnotherProducerIsForeignWhereTheStampHasRoomForTheProducer) {
  see({0});
  checker_.see(message(GetParam(), 1, 0, run, producer + 1));
  const std::uint64_t expected = GetParam() < 24 ? 0 : 1;
  EXPECT_EQ(checker_.tally().foreign, expected);
}

TEST_P(Message, ClosingCountsWhatHasNotComeAsLost) {
  see({0, 1, 2});
  checker_.close_at(3);
  EXPECT_TALLY(0, 0, 0, 0, 0);
  checker_.close_at(10);
  EXPECT_TALLY(7, 0, 0, 0, 0);
  EXPECT_EQ(checker_.next(), 10U);
  checker_.close_at(5);
  EXPECT_TALLY(7, 0, 0, 0, 0);
}

TEST_P(Message, TheTimeOfSendingIsReturnedWithTheBitsThatItCarries) {
  const std::uint64_t time = 0x1234'5678'9ABC'DEF0ULL;
  const std::uint64_t carried = GetParam() < 24 ? time & StampLayout::time_mask : time;
  EXPECT_EQ(checker_.see(message(GetParam(), 0, time)), carried);
  EXPECT_EQ(checker_.see(message(GetParam(), 1, 0)), 0U);
  EXPECT_TALLY(0, 0, 0, 0, 0);
}

TEST_P(Message, ASampledTimeIsNeverZero) {
  for (const std::uint64_t time : {StampLayout::time_mask + 1, 4 * (StampLayout::time_mask + 1)})
    EXPECT_NE(checker_.see(message(GetParam(), checker_.next(), time)), 0U);
  EXPECT_TRUE(checker_.tally().clean());
}

TEST_P(Message, NumbersBeyondSixteenBitsStayInOrder) {
  for (std::uint64_t number = 0; number < 200'000; ++number) checker_.see(message(GetParam(), number, 77));
  EXPECT_TRUE(checker_.tally().clean());
  EXPECT_EQ(checker_.next(), 200'000U);
}

TEST_P(Message, LossRepetitionAndOrderAreToldApartAcrossTheWrapOfSixteenBits) {
  for (std::uint64_t number = 0; number < 65'530; ++number) checker_.see(message(GetParam(), number));
  see({65'540});
  EXPECT_TALLY(10, 0, 0, 0, 0);
  see({65'535, 65'536});
  EXPECT_TALLY(8, 0, 2, 0, 0);
  see({65'500, 65'541});
  EXPECT_TALLY(8, 1, 2, 0, 0);
  EXPECT_EQ(checker_.next(), 65'542U);
}

TEST_P(Message, WithinThirtyThousandWhatComesIsTakenForWhatItIs) {
  for (std::uint64_t number = 0; number < 40'000; ++number) checker_.see(message(GetParam(), number));
  see({10'000});
  EXPECT_TALLY(0, 1, 0, 0, 0);
  see({70'000});
  EXPECT_TALLY(30'000, 1, 0, 0, 0);
}

TEST_P(Message, AFirstMessageFarAheadMeansThatThoseBeforeItAreLost) {
  see({40'000});
  EXPECT_TALLY(40'000, 0, 0, 0, 0);
  EXPECT_EQ(checker_.next(), 40'001U);
}

TEST_P(Message, AWakeUpWithoutANumberCountsAsTheOneExpected) {
  checker_.count_one();
  see({1, 2});
  EXPECT_TALLY(0, 0, 0, 0, 0);
  EXPECT_EQ(checker_.next(), 3U);
}

TEST(StampedMessage, NothingButTheStampIsTouched) {
  const std::vector<std::byte> bytes = message(4097, 123, 456);
  for (std::size_t at = 16; at < bytes.size() - 8; ++at) ASSERT_EQ(bytes[at], std::byte{0x5A}) << at;
}

TEST(StampedMessage, EveryOneOfManyGapsIsClosedByItsLateMessage) {
  Checker checker(StampLayout(64, run, producer));
  for (std::uint64_t number = 0; number < 100; number += 2) checker.see(message(64, number));
  EXPECT_EQ(checker.tally().lost, 49U);
  for (std::uint64_t late = 0; late < 49; ++late) checker.see(message(64, 97 - 2 * late));
  EXPECT_EQ(checker.tally().lost, 0U);
  EXPECT_EQ(checker.tally().reordered, 49U);
}

}  // namespace
}  // namespace ipcmark
