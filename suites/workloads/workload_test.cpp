#include "suites/workloads/workload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ipcmark {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Traits shared() {
  Traits traits;
  traits.many_producers = traits.many_consumers = true;
  traits.priorities = 2;
  return traits;
}

TEST(WorkloadTest, OneOfEachOnALinkIsFitForEveryMechanism) {
  for (const char* name : {"ping_pong", "stream", "idle", "open_loop"})
    EXPECT_THAT(why_unfit(*workload_named(name), Traits(), 8), IsEmpty()) << name;
}

TEST(WorkloadTest, SeveralOnALinkNeedAMechanismThatTakesThem) {
  const Workload& crowd = *workload_named("crowd");
  EXPECT_THAT(why_unfit(crowd, shared(), 64), IsEmpty());
  Traits one_producer = shared(), one_consumer = shared();
  one_producer.many_producers = false;
  one_consumer.many_consumers = false;
  EXPECT_THAT(why_unfit(crowd, one_producer, 64), HasSubstr("2 producers"));
  EXPECT_THAT(why_unfit(crowd, one_consumer, 64), HasSubstr("2 consumers"));
}

TEST(WorkloadTest, MessagesThatDoNotSayWhoseTheyAreAreUnfitForSeveral) {
  const Workload& crowd = *workload_named("crowd");
  Traits signal = shared();
  signal.framing = Framing::signal;
  EXPECT_THAT(why_unfit(crowd, signal, 0), HasSubstr("carry nothing"));
  EXPECT_THAT(why_unfit(crowd, shared(), 23), HasSubstr("below 24 bytes"));
  EXPECT_THAT(why_unfit(crowd, shared(), 24), IsEmpty());
}

TEST(WorkloadTest, WhatMayBeMissingOrChangePlacesIsUnfitForAnExactCheck) {
  Traits lossy = shared(), unordered = shared();
  lossy.delivery = Delivery::lossy;
  unordered.fifo = false;
  for (const char* name : {"crowd", "urgent"}) {
    EXPECT_THAT(why_unfit(*workload_named(name), lossy, 64), HasSubstr("missing"));
    EXPECT_THAT(why_unfit(*workload_named(name), unordered, 64), HasSubstr("out of order"));
  }
}

TEST(WorkloadTest, UrgentMessagesNeedPriorities) {
  Traits plain = shared();
  plain.priorities = 1;
  EXPECT_THAT(why_unfit(*workload_named("urgent"), plain, 64), HasSubstr("needs priorities"));
  EXPECT_THAT(why_unfit(*workload_named("urgent"), shared(), 64), IsEmpty());
}

TEST(WorkloadTest, AScheduleNeedsMessagesThatCarryTheirTime) {
  Traits signal;
  signal.framing = Framing::signal;
  EXPECT_THAT(why_unfit(*workload_named("open_loop"), signal, 0), HasSubstr("when they were due"));
}

TEST(WorkloadTest, AMessageWithoutItsWholeNumberCannotTellHowManyAreMissing) {
  Traits lossy;
  lossy.delivery = Delivery::lossy;
  EXPECT_THAT(why_unfit(*workload_named("stream"), lossy, 23), HasSubstr("16 bits"));
  EXPECT_THAT(why_unfit(*workload_named("stream"), lossy, 24), IsEmpty());
  EXPECT_THAT(why_unfit(*workload_named("stream"), lossy, 0), IsEmpty());
}

TEST(WorkloadTest, PlayersAreNumberedWhereThereAreSeveralAndProducersHaveALaneEach) {
  const auto players = players_of(*workload_named("crowd"));
  ASSERT_EQ(players.size(), 4U);
  EXPECT_EQ(players[0].name, "producer 1");
  EXPECT_EQ(players[1].name, "producer 2");
  EXPECT_EQ(players[3].name, "consumer 2");
  EXPECT_EQ(players[0].producer, 0);
  EXPECT_EQ(players[1].producer, 1);
  EXPECT_EQ(players[1].place, 0U);
  EXPECT_EQ(players[2].place, 1U);
  EXPECT_EQ(lanes_of(*workload_named("crowd")), 2U);
  const auto two = players_of(*workload_named("stream"));
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].name, "producer");
  EXPECT_EQ(lanes_of(*workload_named("stream")), 0U);
  EXPECT_EQ(lanes_of(*workload_named("urgent")), 2U);
}

}  // namespace
}  // namespace ipcmark
