#include "harness/loops.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "harness/mechanism.hpp"
#include "harness/priority.hpp"

namespace ipcmark {
namespace {

// A channel within one process: what is sent can be received, then it says `closed`. One message may be
// dropped on its way.
class Queue final : public Endpoint {
 public:
  Io send(std::span<const std::byte> message) noexcept override {
    if (sent_++ != dropped) messages_.emplace_back(message.begin(), message.end());
    return {.size = message.size()};
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    if (messages_.empty()) return {.status = Status::closed};
    const std::vector<std::byte> message = std::move(messages_.front());
    messages_.pop_front();
    std::copy(message.begin(), message.end(), buffer.begin());
    return {.size = message.size()};
  }
  std::size_t waiting() const { return messages_.size(); }
  std::uint64_t dropped = ~std::uint64_t{0};

 private:
  std::uint64_t sent_ = 0;
  std::deque<std::vector<std::byte>> messages_;
};

constexpr Loops<Endpoint> queue_loops = loops_of<Queue>;

class LoopsTest : public testing::TestWithParam<std::size_t> {
 protected:
  LoopsTest() { os::clock_in_use = {.source = os::ClockSource::monotonic, .ns_per_tick = 1.0}; }
  ~LoopsTest() override { os::clock_in_use = before_; }
  static LoopState state(std::size_t size) {
    LoopState fresh;
    fresh.layout = StampLayout(size, 1, 0);
    fresh.outgoing = MessageBuffer(size, std::byte{0x5A});
    fresh.incoming = MessageBuffer(size, std::byte{0});
    fresh.checker = Checker(fresh.layout);
    return fresh;
  }

  const os::Clock before_ = os::clock_in_use;
  Queue queue_;
  LoopState producer_ = state(GetParam()), consumer_ = state(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Sizes, LoopsTest, testing::Values(8, 16, 24, 64, 4097),
                         testing::PrintToStringParamName());

constexpr LoopPlan ten{.first = 0, .end = 10, .sample_stride = 1};

TEST_P(LoopsTest, EveryMessageThatIsProducedIsConsumedCheckedAndTimed) {
  queue_loops.produce(queue_, queue_, ten, producer_);
  queue_loops.consume(queue_, queue_, ten, consumer_);
  EXPECT_EQ(producer_.sent, 10U);
  EXPECT_EQ(consumer_.received, 10U);
  EXPECT_TRUE(consumer_.checker.tally().clean());
  EXPECT_EQ(consumer_.latency.count(), 10U);
  EXPECT_EQ(consumer_.failed.status, Status::ok);
  EXPECT_LE(producer_.begun, producer_.ended);
  EXPECT_LE(producer_.ended, consumer_.ended);
}

TEST_P(LoopsTest, OnlyEveryStridethMessageIsTimed) {
  const LoopPlan sampled{.first = 0, .end = 64, .sample_stride = 16};
  queue_loops.produce(queue_, queue_, sampled, producer_);
  queue_loops.consume(queue_, queue_, sampled, consumer_);
  EXPECT_EQ(consumer_.received, 64U);
  EXPECT_EQ(consumer_.latency.count(), 4U);
}

TEST_P(LoopsTest, AOneWayTimeIsNoLongerThanFromTheBeginningToTheEnd) {
  queue_loops.produce(queue_, queue_, ten, producer_);
  queue_loops.consume(queue_, queue_, ten, consumer_);
  EXPECT_LE(consumer_.latency.max(), consumer_.ended - producer_.begun);
}

TEST_P(LoopsTest, AMessageThatIsLostIsCountedAndTheRoundEndsWithTheLast) {
  queue_.dropped = 3;
  queue_loops.produce(queue_, queue_, ten, producer_);
  queue_loops.consume(queue_, queue_, ten, consumer_);
  EXPECT_EQ(consumer_.received, 9U);
  EXPECT_EQ(consumer_.checker.tally().lost, 1U);
  EXPECT_EQ(consumer_.failed.status, Status::ok);
}

TEST_P(LoopsTest, ARoundThatACallEndsEarlySaysWhichAndHowFarItCame) {
  queue_.dropped = 9;
  queue_loops.produce(queue_, queue_, ten, producer_);
  queue_loops.consume(queue_, queue_, ten, consumer_);
  EXPECT_EQ(consumer_.received, 9U);
  EXPECT_EQ(consumer_.failed.status, Status::closed);
}

TEST_P(LoopsTest, ARoundThatMayMissItsLastMessageEndsWithTheLastThatCameAndCountsTheRest) {
  queue_.dropped = 9;
  consumer_.may_miss = true;
  queue_loops.produce(queue_, queue_, ten, producer_);
  queue_loops.consume(queue_, queue_, ten, consumer_);
  EXPECT_EQ(consumer_.received, 9U);
  EXPECT_EQ(consumer_.checker.tally().lost, 1U);
  EXPECT_EQ(consumer_.checker.next(), 10U);
}

TEST_P(LoopsTest, ATrickleRestsBeforeEveryMessageAndTimesEach) {
  const auto before = std::chrono::steady_clock::now();
  queue_loops.trickle(queue_, queue_, ten, producer_);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 10 * idle_interval);
  queue_loops.consume(queue_, queue_, ten, consumer_);
  EXPECT_EQ(consumer_.latency.count(), 10U);
  EXPECT_TRUE(consumer_.checker.tally().clean());
}

TEST_P(LoopsTest, OfferedMessagesKeepTheirScheduleAndAPauseMakesAllLateThatWereDueMeanwhile) {
  constexpr double each = 300'000, pause = 10 * each;  // ns; longer than an offer is awake for
  producer_.interval = each;
  const std::uint64_t before = os::ticks();
  queue_loops.offer(queue_, queue_, ten, producer_);
  EXPECT_GE(static_cast<double>(os::ticks() - before), 9 * each);
  os::busy_wait(pause);
  queue_loops.consume(queue_, queue_, ten, consumer_);
  EXPECT_EQ(consumer_.latency.count(), 10U);
  EXPECT_TRUE(consumer_.checker.tally().clean());
  // The first was due nine intervals before the last, and the bins of the histogram are 1 % wide.
  EXPECT_GE(static_cast<double>(consumer_.latency.max()), 0.98 * (pause + 9 * each));
}

TEST_P(LoopsTest, AnOfferThatCannotKeepUpIsNotShortenedAndItsMessagesAreLateByMoreAndMore) {
  producer_.interval = 1;  // a thousand times what can be kept
  queue_loops.offer(queue_, queue_, {.first = 0, .end = 1000, .sample_stride = 1}, producer_);
  EXPECT_EQ(producer_.sent, 1000U);
  queue_loops.consume(queue_, queue_, {.first = 0, .end = 1000, .sample_stride = 1}, consumer_);
  EXPECT_EQ(consumer_.latency.count(), 1000U);
  EXPECT_LE(consumer_.latency.max(), consumer_.ended - producer_.begun);
}

TEST_P(LoopsTest, APingTimesEveryRoundTripAndTheTimesMakeUpTheRound) {
  queue_loops.ping(queue_, queue_, ten, producer_);  // its own echo
  EXPECT_EQ(producer_.sent, 10U);
  EXPECT_EQ(producer_.received, 10U);
  EXPECT_EQ(producer_.latency.count(), 10U);
  EXPECT_EQ(producer_.latency.sum(), producer_.ended - producer_.begun);
  EXPECT_TRUE(producer_.checker.tally().clean());
}

TEST_P(LoopsTest, AnEchoSendsBackWhatItReceived) {
  Queue back;
  queue_loops.produce(queue_, queue_, ten, producer_);
  queue_loops.echo(back, queue_, ten, consumer_);
  EXPECT_EQ(consumer_.sent, 10U);
  queue_loops.consume(back, back, ten, producer_);
  EXPECT_EQ(producer_.received, 10U);
  EXPECT_TRUE(producer_.checker.tally().clean());
}

TEST_P(LoopsTest, ASecondRoundGoesOnAndCountsAnew) {
  const LoopPlan more{.first = 10, .end = 15, .sample_stride = 1};
  for (const LoopPlan& plan : {ten, more}) {
    queue_loops.produce(queue_, queue_, plan, producer_);
    queue_loops.consume(queue_, queue_, plan, consumer_);
  }
  EXPECT_EQ(consumer_.received, 5U);
  EXPECT_EQ(consumer_.latency.count(), 5U);
  EXPECT_EQ(consumer_.checker.next(), 15U);
  EXPECT_TRUE(consumer_.checker.tally().clean());
}

TEST_P(LoopsTest, ASignalIsCountedAndNotLookedInto) {
  producer_.payload = consumer_.payload = false;
  producer_.outgoing = consumer_.incoming = MessageBuffer();
  queue_loops.produce(queue_, queue_, ten, producer_);
  queue_loops.consume(queue_, queue_, ten, consumer_);
  EXPECT_EQ(consumer_.checker.next(), 10U);
  EXPECT_TRUE(consumer_.checker.tally().clean());
  EXPECT_EQ(consumer_.latency.count(), 0U);
}

// Like Queue, with two priorities; it says `stopped` when it is empty, as a channel does to whom it was told.
class TwoLevels final : public PriorityEndpoint {
 public:
  Io send(std::span<const std::byte> message) noexcept override { return send_with(message, 0); }
  Io send_with(std::span<const std::byte> message, unsigned priority) noexcept override {
    return levels_[honest ? priority : 0].send(message);
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return recv_first(buffer); }
  Io recv_first(std::span<std::byte> buffer) noexcept override {
    const Io io = levels_[levels_[1].waiting() > 0 ? 1 : 0].recv(buffer);
    return io.status == Status::closed ? Io{.status = Status::stopped} : io;
  }
  bool honest = true;

 private:
  Queue levels_[2];
};

class LaneLoopsTest : public testing::Test {
 protected:
  LaneLoopsTest() { os::clock_in_use = {.source = os::ClockSource::monotonic, .ns_per_tick = 1.0}; }
  ~LaneLoopsTest() override { os::clock_in_use = before_; }
  static LoopState state(std::uint8_t producer = 0) {
    LoopState fresh;
    fresh.layout = StampLayout(64, 1, producer);
    fresh.outgoing = MessageBuffer(64, std::byte{0x5A});
    fresh.incoming = MessageBuffer(64, std::byte{0});
    fresh.lanes = LaneChecker(fresh.layout, 2);
    return fresh;
  }
  const os::Clock before_ = os::clock_in_use;
  TwoLevels queue_;
  LoopState first_ = state(0), second_ = state(1), consumer_ = state();
};

TEST_F(LaneLoopsTest, AConsumerOfTwoProducersTellsThemApartAndEndsWellWhenItIsTold) {
  constexpr Loops<Endpoint> loops = loops_of<TwoLevels>;
  const LoopPlan plan{.first = 5, .end = 15, .sample_stride = 8};
  loops.produce(queue_, queue_, plan, first_);
  loops.produce(queue_, queue_, plan, second_);
  loops.share(queue_, queue_, plan, consumer_);
  EXPECT_EQ(consumer_.received, 20U);
  EXPECT_EQ(consumer_.failed.status, Status::ok);
  for (const std::size_t lane : {0U, 1U}) EXPECT_EQ(consumer_.lanes.seen(lane), count_of({5, 15}));
  EXPECT_EQ(consumer_.latency.count(), 2U);
  EXPECT_GE(consumer_.ended, second_.ended);
}

TEST_F(LaneLoopsTest, AConsumerThatGetsNothingHasNoEndThatCounts) {
  loops_of<TwoLevels>.share(queue_, queue_, {.first = 0, .end = 10, .sample_stride = 1}, consumer_);
  EXPECT_EQ(consumer_.received, 0U);
  EXPECT_EQ(consumer_.ended, 0U);
}

TEST_F(LaneLoopsTest, AConsumerWhoseCallFailsSaysSo) {
  Queue closes;
  loops_of<Queue>.share(closes, closes, {.first = 0, .end = 10, .sample_stride = 1}, consumer_);
  EXPECT_EQ(consumer_.failed.status, Status::closed);
}

TEST_F(LaneLoopsTest, OneMessageInSixtyFourIsUrgentTimedAndOvertakesTheOrdinaryOnes) {
  constexpr Loops<Endpoint> loops = loops_of<TwoLevels>;
  for (const LoopPlan& plan : {LoopPlan{0, 2, 1}, LoopPlan{2, 130, 1}, LoopPlan{130, 1000, 1}}) {
    loops.urge(queue_, queue_, plan, first_);
    loops.attend(queue_, queue_, plan, consumer_);
    EXPECT_EQ(consumer_.received, plan.end - plan.first);
    for (const std::size_t lane : {Urgency::ordinary, Urgency::urgent})
      EXPECT_EQ(consumer_.lanes.seen(lane), count_of(Urgency::range(plan, lane))) << plan.end;
    EXPECT_EQ(consumer_.latency.count(), consumer_.lanes.seen(Urgency::urgent).count);
    EXPECT_GT(consumer_.overtaken, 0U);
    EXPECT_EQ(consumer_.failed.status, Status::ok);
  }
  EXPECT_EQ(Urgency::urgent_among(1000), 16U);  // 1, 65, ... 961
}

TEST_F(LaneLoopsTest, WhatKeepsTheOrderOfSendingOvertakesNothing) {
  constexpr Loops<Endpoint> loops = loops_of<TwoLevels>;
  queue_.honest = false;
  const LoopPlan plan{.first = 0, .end = 1000, .sample_stride = 1};
  loops.urge(queue_, queue_, plan, first_);
  loops.attend(queue_, queue_, plan, consumer_);
  EXPECT_EQ(consumer_.received, 1000U);
  EXPECT_EQ(consumer_.overtaken, 0U);
}

TEST_F(LaneLoopsTest, OnlyEndpointsWithPrioritiesHaveTheLoopsForThem) {
  EXPECT_EQ(loops_of<Queue>.urge, nullptr);
  EXPECT_EQ(loops_of<Queue>.attend, nullptr);
  EXPECT_NE(loops_of<TwoLevels>.urge, nullptr);
  EXPECT_NE(loops_of<TwoLevels>.attend, nullptr);
}

TEST(MessageBufferTest, ItBeginsOnALineOfItsOwnAlsoAfterItWasMoved) {
  for (const std::size_t size : {1U, 8U, 64U, 4097U}) {
    MessageBuffer first(size, std::byte{7});
    MessageBuffer second = std::move(first);
    const auto bytes = second.bytes();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes.data()) % 64, 0U);
    EXPECT_EQ(bytes.size(), size);
    EXPECT_EQ(bytes.front(), std::byte{7});
    EXPECT_EQ(bytes.back(), std::byte{7});
  }
  EXPECT_TRUE(MessageBuffer().bytes().empty());
}

}  // namespace
}  // namespace ipcmark
