// Every mechanism whose consumers may read in place or take batches, with such consumers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "suites/workloads/launch.hpp"

namespace ipcmark {
namespace {

struct Varied {
  const Mechanism* mechanism;
  Tuning tuning;
  Wait wait;
};

std::string name_of(const Varied& varied) {
  return std::string(varied.mechanism->traits.name) + (varied.tuning.batch != 0 ? "_batch_" : "_in_place_") +
         std::string(name_of(varied.wait));
}
void PrintTo(const Varied& varied, std::ostream* out) { *out << name_of(varied); }

std::vector<Varied> everything() {
  std::vector<Varied> all;
  for (const Mechanism* mechanism : mechanisms()) {
    for (const Wait wait : every_kind_of_wait) {
      if (!mechanism->traits.waits.offers(wait)) continue;
      if (mechanism->traits.axes.access) all.push_back({mechanism, {.access = 1}, wait});
      if (mechanism->traits.axes.batch) all.push_back({mechanism, {.batch = 16}, wait});
    }
  }
  return all;
}

class Consumers : public testing::TestWithParam<Varied> {
 protected:
  std::uint64_t messages(const std::string& workload, std::size_t size) {
    const Traits& traits = GetParam().mechanism->traits;
    const TrialKey key{.mechanism = std::string(traits.name),
                       .family = std::string(traits.family),
                       .workload = workload,
                       .size = size,
                       .wait = GetParam().wait,
                       .placement = Placement::unpinned,
                       .tuning = GetParam().tuning};
    const LaunchSettings settings{.duration_s = 0.002,
                                  .warm_up_s = 0.001,
                                  .clock = measure_clock(os::choose_clock("auto")),
                                  .probe_noise = false};
    try {
      return run_launch(key, settings, session_).messages;
    } catch (const LaunchFailure& failed) {
      ADD_FAILURE() << failed.what();
      return 0;
    }
  }
  Session session_;
};
INSTANTIATE_TEST_SUITE_P(EveryMechanism, Consumers, testing::ValuesIn(everything()),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(Consumers, SeeEveryMessageOfAStream) { EXPECT_GT(messages("stream", 64), 0U); }
TEST_P(Consumers, SeeMessagesOfSeveralPages) { EXPECT_GT(messages("stream", 10'000), 0U); }

// A batch that never fills keeps nobody waiting: the answer comes only after the message has.
TEST_P(Consumers, AnswerEachMessageOnItsOwn) {
  if (GetParam().mechanism->traits.may_miss()) GTEST_SKIP() << "a value that is overwritten has no answer";
  EXPECT_GT(messages("ping_pong", 64), 0U);
}

}  // namespace
}  // namespace ipcmark
