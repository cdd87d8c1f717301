#include "harness/run/sabotaged.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "harness/measure/statistics.hpp"
#include "harness/os/clock.hpp"

namespace ipcmark {
namespace {

class AtOnce final : public Endpoint {
 public:
  Io send(std::span<const std::byte> message) noexcept override { return {.size = message.size()}; }
  Io recv(std::span<std::byte> buffer) noexcept override { return {.size = buffer.size()}; }
};

// The median time of a receive, in ns.
double receive_ns(const Sabotage& sabotage) {
  constexpr int rounds = 9, receives = 200;
  Sabotaged endpoint(std::make_unique<AtOnce>(), sabotage);
  std::array<std::byte, 8> buffer{};
  std::vector<double> means;
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t begun = os::read_monotonic();
    for (int k = 0; k < receives; ++k) EXPECT_EQ(endpoint.recv(buffer).size, buffer.size());
    means.push_back(static_cast<double>(os::read_monotonic() - begun) / receives);
  }
  return median_interval(means).median;
}

// Whoever interrupts a loop makes it longer, and a processor may go at another speed than when the loop was
// measured, as one of two threads of a core does when the other falls asleep: one attempt of several is
// enough. A loop that a compiler leaves out is wrong in all of them.
TEST(Sabotaged, TakesNearlyAsMuchLongerAsItShould) {
  constexpr double wanted = 2000;
  std::vector<double> attempts;
  do {
    attempts.push_back(receive_ns({.slower_ns = wanted}) - receive_ns({}));
  } while ((attempts.back() < 0.8 * wanted || attempts.back() > 1.5 * wanted) && attempts.size() < 50);
  EXPECT_GE(attempts.back(), 0.8 * wanted) << testing::PrintToString(attempts);
  EXPECT_LE(attempts.back(), 1.5 * wanted) << testing::PrintToString(attempts);
}

TEST(Sabotaged, PassesMessagesOn) {
  Sabotaged endpoint(std::make_unique<AtOnce>(), {});
  const std::array<std::byte, 3> message{};
  EXPECT_EQ(endpoint.send(message).size, 3U);
}

TEST(SabotagedDeathTest, DiesAtItsTenthReceive) {
  Sabotaged endpoint(std::make_unique<AtOnce>(), {.dies = true});
  std::array<std::byte, 8> buffer{};
  for (int k = 0; k < 9; ++k) EXPECT_EQ(endpoint.recv(buffer).status, Status::ok);
  EXPECT_DEATH(static_cast<void>(endpoint.recv(buffer)), "");
}

}  // namespace
}  // namespace ipcmark
