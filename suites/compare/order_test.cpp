#include "suites/compare/order.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace ipcmark {
namespace {

TEST(Order, OfTwoIsThereAndBack) {
  std::mt19937_64 random(1);
  std::set<std::vector<std::vector<std::size_t>>> seen;
  for (int k = 0; k < 50; ++k) {
    const auto block = balanced_block(2, random);
    ASSERT_EQ(block.size(), 2U);
    EXPECT_NE(block[0], block[1]);
    seen.insert(block);
  }
  EXPECT_EQ(seen.size(), 2U) << "ABBA and BAAB both come";
}

class Square : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Of, Square, testing::Values(2, 3, 4, 5, 6, 7));

TEST_P(Square, HasEveryAlternativeEquallyOftenAtEveryPlaceAndAfterEveryOther) {
  const std::size_t n = GetParam();
  std::mt19937_64 random(3);
  std::map<std::pair<std::size_t, std::size_t>, int> at, after;
  const auto block = balanced_block(n, random);
  for (const auto& row : block) {
    ASSERT_EQ(std::set<std::size_t>(row.begin(), row.end()).size(), n);
    for (std::size_t k = 0; k < n; ++k) {
      ++at[{row[k], k}];
      if (k > 0) ++after[{row[k - 1], row[k]}];
    }
  }
  const int rows = static_cast<int>(block.size());
  EXPECT_EQ(at.size(), n * n);
  for (const auto& [where, count] : at) EXPECT_EQ(count * static_cast<int>(n), rows);
  EXPECT_EQ(after.size(), n * (n - 1));
  for (const auto& [pair, count] : after) EXPECT_EQ(count * static_cast<int>(n), rows);
}

TEST(Order, ComesAgainFromTheSameSeed) {
  std::mt19937_64 one(9), other(9);
  for (int k = 0; k < 10; ++k) EXPECT_EQ(balanced_block(3, one), balanced_block(3, other));
}

}  // namespace
}  // namespace ipcmark
