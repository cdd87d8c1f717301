// Every mechanism that has the axis `buffer`, with one that is not as usual and one that no host grants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "suites/workloads/launch.hpp"

namespace ipcmark {
namespace {

std::vector<const Mechanism*> with_a_buffer() {
  std::vector<const Mechanism*> all;
  for (const Mechanism* mechanism : mechanisms()) {
    if (mechanism->traits.axes.buffer) all.push_back(mechanism);
  }
  return all;
}

class BufferAxis : public testing::TestWithParam<const Mechanism*> {
 protected:
  TrialKey key(std::size_t buffer) const {
    TrialKey one{.mechanism = std::string(GetParam()->traits.name),
                 .family = std::string(GetParam()->traits.family),
                 .workload = "stream",
                 .size = 512,
                 .placement = Placement::unpinned};
    one.tuning.buffer = buffer;
    return one;
  }
  Session session_;
};
INSTANTIATE_TEST_SUITE_P(EveryMechanism, BufferAxis, testing::ValuesIn(with_a_buffer()),
                         [](const auto& each) { return std::string(each.param->traits.name); });

TEST_P(BufferAxis, MessagesArriveWhereItIsNotAsUsual) {
  if (const std::string missing = why_unsupported(key(0), session_); !missing.empty())
    GTEST_SKIP() << missing;
  ASSERT_EQ(why_unsupported(key(12 << 10), session_), "");
  const LaunchSettings settings{.duration_s = 0.002,
                                .warm_up_s = 0.001,
                                .clock = measure_clock(os::choose_clock("auto")),
                                .probe_noise = false};
  try {
    EXPECT_GT(run_launch(key(12 << 10), settings, session_).messages, 0U);
  } catch (const LaunchFailure& failed) {
    ADD_FAILURE() << failed.what();
  }
  EXPECT_THAT(session_.sweep(), testing::IsEmpty());
}

TEST_P(BufferAxis, MoreThanThisHostGrantsIsRefusedWithWhatToType) {
  const std::string reason = why_unsupported(key(std::size_t{3} << 30), session_);
  if (reason.empty()) GTEST_SKIP() << "this host grants this user 3 GiB";
  EXPECT_THAT(reason, testing::AnyOf(testing::HasSubstr("sysctl -w"), testing::HasSubstr("modprobe")));
}

TEST_P(BufferAxis, OneTooSmallForAMessageThatMustFitAtOnceIsRefused) {
  if (const std::string missing = why_unsupported(key(0), session_); !missing.empty())
    GTEST_SKIP() << missing;
  TrialKey large = key(2500);
  large.size = 8000;
  const std::string reason = why_unsupported(large, session_);
  if (GetParam()->traits.framing == Framing::bytes) {
    EXPECT_EQ(reason, "");
  } else {
    EXPECT_THAT(reason, testing::AnyOf("", testing::HasSubstr("choose a larger"),
                                       testing::HasSubstr("nothing raises")));
  }
}

}  // namespace
}  // namespace ipcmark
