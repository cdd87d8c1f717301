// The checker finds each defect that is put into made histories under its own name, and nothing else; and
// nothing in those that have none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "suites/conformance/contention/scene_testing.hpp"

namespace ipcmark::contention {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void lose_one(Scene& scene) { scene.remove(scene.anywhere()); }

void lose_a_tail(Scene& scene) {
  const auto who = scene.random.below(producers);
  const std::uint32_t from = messages - 1 - static_cast<std::uint32_t>(scene.random.below(5));
  std::erase_if(scene.arrivals,
                [&](const Arrival& one) { return one.of.producer == who && one.of.sequence >= from; });
}

void repeat_to(Scene& scene, bool same) {
  const std::size_t k = scene.anywhere();
  Arrival again = scene.arrivals[k];
  if (!same) again.consumer = 1 - again.consumer;
  scene.insert(k + 1 + scene.random.below(50), again);
}
void repeat_to_one(Scene& scene) { repeat_to(scene, true); }
void give_to_both(Scene& scene) { repeat_to(scene, false); }

void swap_neighbours(Scene& scene, bool same) {
  const std::size_t k = scene.somewhere([&](const Arrival& one, const Arrival* before) {
    return before != nullptr && (before->consumer == one.consumer) == same;
  });
  Arrival& later = scene.arrivals[k];
  Arrival& earlier = *std::find_if(
      scene.arrivals.rbegin() + static_cast<std::ptrdiff_t>(scene.arrivals.size() - k), scene.arrivals.rend(),
      [&](const Arrival& one) { return one.of.producer == later.of.producer; });
  std::swap(earlier.of, later.of);
  std::swap(earlier.bytes, later.bytes);
}
void swap_at_one(Scene& scene) { swap_neighbours(scene, true); }
void swap_across(Scene& scene) { swap_neighbours(scene, false); }

void compensate(Scene& scene) {
  const std::size_t again =
      scene.somewhere([](const Arrival& one, const Arrival*) { return one.of.producer == 1; });
  scene.insert(again + 1, scene.arrivals[again]);
  scene.remove(scene.somewhere([](const Arrival& one, const Arrival*) { return one.of.producer == 0; }));
}

void tear(Scene& scene) {
  const std::size_t a = scene.anywhere();
  const std::size_t b = scene.somewhere([&](const Arrival& one, const Arrival*) {
    return !(one.of == scene.arrivals[a].of) && one.bytes.size() >= scene.arrivals[a].bytes.size();
  });
  auto& torn = scene.arrivals[a].bytes;
  std::copy(scene.arrivals[b].bytes.begin() + static_cast<std::ptrdiff_t>(torn.size() / 2),
            scene.arrivals[b].bytes.begin() + static_cast<std::ptrdiff_t>(torn.size()),
            torn.begin() + static_cast<std::ptrdiff_t>(torn.size() / 2));
}

void flip(Scene& scene) {
  auto& bytes = scene.arrivals[scene.anywhere()].bytes;
  bytes[scene.random.below(bytes.size())] ^= std::byte{1} << scene.random.below(8);
}

void truncate(Scene& scene) {
  auto& bytes = scene.arrivals[scene.anywhere()].bytes;
  bytes.resize(scene.random.below(bytes.size()));
}

void merge(Scene& scene) {
  const std::size_t k = scene.anywhere();
  auto& bytes = scene.arrivals[k].bytes;
  bytes.insert(bytes.end(), scene.arrivals[k + 1].bytes.begin(), scene.arrivals[k + 1].bytes.end());
  scene.remove(k + 1);
}

void bring_a_stranger(Scene& scene) {
  const std::size_t k = scene.anywhere();
  Arrival stranger = scene.arrivals[k];
  stranger.of.run = static_cast<std::uint16_t>(1 + scene.random.below(run - 1));
  fill(stranger.bytes, stranger.of);
  scene.insert(k, stranger);
}

void send_late(Scene& scene) {
  Record& record = scene.sends[scene.anywhere()];
  record.began += 10'000;
  record.ended += 10'000;
}

struct Seeded {
  Defect defect;
  void (*put_into)(Scene&);
};
constexpr Seeded seeded[]{{Defect::lost, lose_one},          {Defect::lost_tail, lose_a_tail},
                          {Defect::repeated, repeat_to_one}, {Defect::given_twice, give_to_both},
                          {Defect::reordered, swap_at_one},  {Defect::reordered_across, swap_across},
                          {Defect::compensated, compensate}, {Defect::torn, tear},
                          {Defect::flipped, flip},           {Defect::truncated, truncate},
                          {Defect::merged, merge},           {Defect::foreign, bring_a_stranger},
                          {Defect::early, send_late}};
static_assert(std::size(seeded) == defects);

class Defects : public testing::TestWithParam<Seeded> {};
INSTANTIATE_TEST_SUITE_P(Seeded, Defects, testing::ValuesIn(seeded), [](const auto& one) {
  return std::string(defect_names[static_cast<std::size_t>(one.param.defect)]);
});

TEST_P(Defects, IsFoundUnderItsNameAndNothingElseIs) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Scene scene(seed);
    GetParam().put_into(scene);
    const Judgement judgement = scene.judged();
    const auto which = static_cast<std::size_t>(GetParam().defect);
    EXPECT_THAT(judgement.found(), ElementsAre(defect_names[which])) << judgement.text() << ", seed " << seed;
    EXPECT_EQ(judgement.counts[which], 1U) << judgement.text() << ", seed " << seed;
    EXPECT_THAT(judgement.text(), testing::StartsWith(std::string(defect_names[which]) + ": "));
  }
}

TEST(Checker, FindsNothingWhereNothingIs) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Judgement judgement = Scene(seed).judged();
    EXPECT_TRUE(judgement.clean()) << judgement.text();
    EXPECT_EQ(judgement.text(), "");
    EXPECT_EQ(judgement.acknowledged, producers * messages);
    EXPECT_EQ(judgement.received, producers * messages);
    EXPECT_EQ(judgement.indeterminate + judgement.missed, 0U);
  }
}

TEST(Checker, AnUnacknowledgedMessageMayArriveOrNot) {
  for (const bool arrives : {true, false}) {
    for (const Progress progress : {Progress::begun, Progress::over}) {
      Scene scene(7);
      const Identity last = scene.arrivals.back().of;
      scene.sends.back().progress = progress;
      scene.sends.back().status = Status::error;
      if (!arrives) scene.arrivals.pop_back();
      const Judgement judgement = scene.judged();
      EXPECT_TRUE(judgement.clean()) << judgement.text() << last.sequence;
      EXPECT_EQ(judgement.indeterminate, arrives ? 0U : 1U);
    }
  }
}

TEST(Checker, AKilledConsumerMayTakeOneMessageWithIt) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Scene scene(seed);
    scene.killed[1] = true;
    lose_one(scene);
    EXPECT_TRUE(scene.judged().clean()) << scene.judged().text();
    EXPECT_EQ(scene.judged().indeterminate, 1U);
    lose_one(scene);
    EXPECT_THAT(scene.judged().found(), ElementsAre("lost"));
    EXPECT_EQ(scene.judged().counts[0], 1U);
  }
}

TEST(Checker, WhatMayBeLostIsCountedAndNoFinding) {
  Scene scene(3);
  lose_one(scene);
  lose_one(scene);
  lose_a_tail(scene);
  const Judgement judgement = scene.judged({.delivery = Delivery::lossy});
  EXPECT_TRUE(judgement.clean()) << judgement.text();
  EXPECT_EQ(judgement.missed, producers * messages - judgement.received);
  repeat_to_one(scene);
  EXPECT_THAT(scene.judged({.delivery = Delivery::lossy}).found(), ElementsAre("repeated"));
}

TEST(Checker, TheLatestHasToComeInTheEnd) {
  Scene scene(3);
  lose_one(scene);
  EXPECT_TRUE(scene.judged({.delivery = Delivery::latest}).clean());
  lose_a_tail(scene);
  EXPECT_THAT(scene.judged({.delivery = Delivery::latest}).found(), ElementsAre("lost_tail"));
}

TEST(Checker, OrderIsJudgedOnlyWhereItIsPromised) {
  Scene scene(3);
  swap_at_one(scene);
  swap_across(scene);
  EXPECT_TRUE(scene.judged({.fifo = false}).clean());
  EXPECT_THAT(scene.judged().found(), ElementsAre("reordered", "reordered_across"));
}

TEST(Checker, DamagedMessagesOfALossyMechanismAreFoundAsWell) {
  Scene scene(3);
  flip(scene);
  EXPECT_THAT(scene.judged({.delivery = Delivery::lossy, .fifo = false}).found(), ElementsAre("flipped"));
}

// Wake-ups: only counts are judged.
TEST(Checker, WakeUpsAreCounted) {
  const Rules every{.payload = false};
  Scene scene(5);
  EXPECT_TRUE(scene.judged(every).clean());
  flip(scene);
  swap_across(scene);
  EXPECT_TRUE(scene.judged(every).clean());
  lose_one(scene);
  EXPECT_THAT(scene.judged(every).found(), ElementsAre("lost"));
  scene.killed[0] = true;
  EXPECT_TRUE(scene.judged(every).clean());
  repeat_to_one(scene);
  repeat_to_one(scene);
  EXPECT_THAT(scene.judged(every).found(), ElementsAre("repeated"));
}

TEST(Checker, WakeUpsThatMergeAreFewerAndNeverNone) {
  const Rules merged{.delivery = Delivery::merged, .payload = false};
  Scene scene(5);
  scene.arrivals.resize(10);
  EXPECT_TRUE(scene.judged(merged).clean());
  EXPECT_EQ(scene.judged(merged).missed, producers * messages - 10U);
  scene.arrivals.clear();
  EXPECT_THAT(scene.judged(merged).found(), ElementsAre("lost_tail"));
}

TEST(Checker, AWakeUpBeforeAnySendIsEarly) {
  Scene scene(5);
  for (Record& record : scene.sends) record.began += 5000;
  EXPECT_THAT(scene.judged({.payload = false}).found(), ElementsAre("early"));
}

TEST(Checker, ManyFindingsAreCountedAndSomeAreTold) {
  Scene scene(9);
  for (std::size_t k = 300; k < 400; ++k) scene.arrivals[k].bytes[0] ^= std::byte{1};
  const Judgement judgement = scene.judged();
  EXPECT_EQ(judgement.counts[static_cast<std::size_t>(Defect::flipped)], 100U);
  EXPECT_THAT(judgement.text(), testing::EndsWith("; and 97 more"));
}

}  // namespace
}  // namespace ipcmark::contention
