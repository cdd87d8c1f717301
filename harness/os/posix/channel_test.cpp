#include "harness/os/channel.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

namespace ipcmark::os {
namespace {

using std::chrono::steady_clock;

class ChannelTest : public testing::Test {
 protected:
  void send_raw(std::string_view bytes) const {
    ASSERT_EQ(::send(static_cast<int>(near_.raw()), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }
  std::optional<std::string> take() { return far_.take_line(closed_); }

  std::pair<Channel, Channel> both_ = Channel::make();
  Channel near_ = std::move(both_.first), far_ = std::move(both_.second);
  bool closed_ = false;
};

TEST_F(ChannelTest, ALineArrivesWithoutItsEnd) {
  EXPECT_TRUE(near_.write_line("hello"));
  EXPECT_EQ(far_.read_line(), "hello");
}

TEST_F(ChannelTest, ItGoesBothWays) {
  EXPECT_TRUE(far_.write_line("there"));
  EXPECT_EQ(near_.read_line(), "there");
}

TEST_F(ChannelTest, ALineThatComesInPiecesIsTakenWhenItIsWhole) {
  EXPECT_EQ(take(), std::nullopt);
  send_raw("one ");
  EXPECT_EQ(take(), std::nullopt);
  send_raw("line");
  EXPECT_EQ(take(), std::nullopt);
  send_raw("\n");
  EXPECT_EQ(take(), "one line");
  EXPECT_FALSE(closed_);
}

TEST_F(ChannelTest, SeveralLinesThatComeTogetherAreTakenOneByOne) {
  send_raw("first\n\nthird\nfou");
  EXPECT_EQ(take(), "first");
  EXPECT_EQ(take(), "");
  EXPECT_EQ(take(), "third");
  EXPECT_EQ(take(), std::nullopt);
  send_raw("rth\n");
  EXPECT_EQ(far_.read_line(), "fourth");
}

TEST_F(ChannelTest, ALineLongerThanEveryBufferArrivesWhole) {
  const std::string line(3'000'000, 'x');
  std::thread writer([&] { EXPECT_TRUE(near_.write_line(line)); });
  const auto got = far_.read_line();
  writer.join();
  ASSERT_TRUE(got.has_value());
  EXPECT_TRUE(*got == line);
}

TEST_F(ChannelTest, WhatWasWrittenBeforeTheEndIsStillRead) {
  near_.write_line("last");
  near_.close();
  EXPECT_EQ(far_.read_line(), "last");
  EXPECT_EQ(far_.read_line(), std::nullopt);
}

TEST_F(ChannelTest, TakingSaysThatTheOtherSideHasClosedAndOnlyThen) {
  near_.write_line("last");
  EXPECT_EQ(take(), "last");
  EXPECT_EQ(take(), std::nullopt);
  EXPECT_FALSE(closed_);
  near_.close();
  EXPECT_EQ(take(), std::nullopt);
  EXPECT_TRUE(closed_);
}

TEST_F(ChannelTest, AHalfLineAtTheEndIsNoLine) {
  send_raw("half");
  near_.close();
  EXPECT_EQ(far_.read_line(), std::nullopt);
}

TEST_F(ChannelTest, WritingToAClosedOneSaysSoAndKillsNobody) {
  far_.close();
  EXPECT_FALSE(near_.write_line("anyone?"));
}

TEST_F(ChannelTest, WaitingEndsWithAnyOfTheChannelsOrAtTheDeadline) {
  auto [silent, other] = Channel::make();
  const std::array<const Channel*, 2> both{&other, &far_};
  EXPECT_FALSE(wait_readable(both, steady_clock::now()));
  EXPECT_FALSE(wait_readable(both, steady_clock::now() - std::chrono::seconds(1)));
  near_.write_line("now");
  EXPECT_TRUE(wait_readable(both, steady_clock::now() + std::chrono::hours(1)));
}

TEST_F(ChannelTest, WaitingEndsWhenTheOtherSideCloses) {
  near_.close();
  const std::array<const Channel*, 1> one{&far_};
  EXPECT_TRUE(wait_readable(one, steady_clock::now() + std::chrono::hours(1)));
}

TEST_F(ChannelTest, AWaitUntilTheDeadlineIsNoShorterThanThat) {
  const std::array<const Channel*, 1> one{&far_};
  const auto deadline = steady_clock::now() + std::chrono::microseconds(1500);
  EXPECT_FALSE(wait_readable(one, deadline));
  EXPECT_GE(steady_clock::now(), deadline);
}

}  // namespace
}  // namespace ipcmark::os
