#include "suites/conformance/contention/payload.hpp"

#include <gtest/gtest.h>

#include <set>

namespace ipcmark::contention {
namespace {

TEST(Word, SaysWhoseItIs) {
  Random random(1);
  for (int k = 0; k < 10'000; ++k) {
    const Word word{.of = {.run = static_cast<std::uint16_t>(random.next()),
                           .producer = static_cast<std::uint8_t>(random.next()),
                           .sequence = static_cast<std::uint32_t>(random.below(most_messages))},
                    .index = static_cast<std::uint32_t>(random.below(4096))};
    const auto decoded = decode(encode(word));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->of, word.of);
    EXPECT_EQ(decoded->index, word.index);
  }
}

TEST(Word, WithAFlippedBitIsNextToNeverOne) {
  int taken = 0;
  for (unsigned bit = 0; bit < 64; ++bit) {
    for (std::uint32_t k = 0; k < 100; ++k) {
      const std::uint64_t word = encode({.of = {.run = 1, .producer = 2, .sequence = k}, .index = 3});
      if (decode(word ^ std::uint64_t{1} << bit).has_value()) ++taken;
    }
  }
  EXPECT_LT(taken, 64 * 100 / 50);  // 1 of 256 has the check bits by accident
}

TEST(Word, IsNeitherAllZeroesNorAllOnes) {
  EXPECT_FALSE(decode(0).has_value());
  EXPECT_FALSE(decode(~std::uint64_t{0}).has_value());
}

TEST(Sizes, AreTheSameForTheSameSeedAndAwkward) {
  const Sizes sizes(5, 8192), again(5, 8192), others(6, 8192);
  std::set<std::size_t> drawn;
  int different = 0;
  for (std::uint32_t k = 0; k < 5000; ++k) {
    const std::size_t size = sizes.of(3, k);
    EXPECT_EQ(size, again.of(3, k));
    EXPECT_GE(size, smallest_size);
    EXPECT_LE(size, 8192U);
    different += size != others.of(3, k) ? 1 : 0;
    drawn.insert(size);
  }
  EXPECT_GT(different, 4000);
  for (const std::size_t size : {32U, 33U, 4095U, 4096U, 4097U, 5000U, 8191U, 8192U})
    EXPECT_EQ(drawn.count(size), 1U);
  for (std::uint32_t k = 0; k < 5000; ++k) EXPECT_LE(Sizes(5, 1000).of(0, k), 1000U);
}

TEST(LookAt, AMessageOfAnySizeIsWholeAndIsNotWithoutItsLastByte) {
  const Plan plan{.run = 9, .producers = 2, .messages = 2000, .sizes = Sizes(1, 8192)};
  for (std::uint32_t k = 0; k < 2000; ++k) {
    const Identity one{.run = 9, .producer = 1, .sequence = k};
    std::vector<std::byte> message(plan.sizes.of(1, k));
    fill(message, one);
    const Seen seen = look_at(message, plan);
    ASSERT_EQ(seen.verdict, Verdict::whole) << message.size();
    EXPECT_EQ(seen.of, one);
    message.back() ^= std::byte{0x80};
    EXPECT_EQ(look_at(message, plan).verdict, Verdict::flipped);
    message.pop_back();
    EXPECT_EQ(look_at(message, plan).verdict, Verdict::truncated);
    message.assign(plan.sizes.of(1, k), std::byte{});
    EXPECT_EQ(look_at(message, plan).verdict, Verdict::flipped);
  }
}

TEST(LookAt, NothingAtAllIsTruncated) { EXPECT_EQ(look_at({}, Plan{}).verdict, Verdict::truncated); }

}  // namespace
}  // namespace ipcmark::contention
