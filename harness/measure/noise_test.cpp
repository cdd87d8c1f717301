#include "harness/measure/noise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ipcmark {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// Whether this host is quiet now is luck; what is asked is only what follows from what was counted.
constexpr double seconds = 0.1;
constexpr std::uint64_t many = 5000, few = 3;
const auto names_switches = Contains(HasSubstr("involuntary switches"));

TEST(Noise, ManySwitchesOfASpinningProcessOnACoreOfItsOwnAreNoise) {
  const Noise noise = NoiseProbe().finish(Placement::two_cores, true, many, seconds);
  EXPECT_TRUE(noise.contaminated);
  EXPECT_THAT(noise.reasons, names_switches);
  EXPECT_EQ(noise.involuntary_switches, many);
}

TEST(Noise, AFewSwitchesAreNot) {
  EXPECT_THAT(NoiseProbe().finish(Placement::two_cores, true, few, seconds).reasons, Not(names_switches));
}

TEST(Noise, SwitchesOfProcessesThatShareAProcessorAreNot) {
  for (const Placement shared : {Placement::same_core, Placement::unpinned})
    EXPECT_THAT(NoiseProbe().finish(shared, true, many, seconds).reasons, Not(names_switches));
}

TEST(Noise, SwitchesOfAProcessThatSleepsAreNot) {
  EXPECT_THAT(NoiseProbe().finish(Placement::two_cores, false, many, seconds).reasons, Not(names_switches));
}

TEST(Noise, AsManySwitchesInALongerTimeAreNot) {
  EXPECT_THAT(NoiseProbe().finish(Placement::two_cores, true, many, 1000.0).reasons, Not(names_switches));
}

TEST(Noise, ALaunchIsContaminatedIfAndOnlyIfThereIsAReason) {
  for (const std::uint64_t switches : {few, many}) {
    const Noise noise = NoiseProbe().finish(Placement::two_cores, true, switches, seconds);
    EXPECT_EQ(noise.contaminated, !noise.reasons.empty());
  }
}

}  // namespace
}  // namespace ipcmark
