// Every mechanism that has the axis `memory`, over everything that shared memory can be made of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "harness/os/host.hpp"
#include "harness/os/posix/process_testing.hpp"
#include "suites/workloads/launch.hpp"

namespace ipcmark {
namespace {

const Axis& memory_axis() {
  for (const Axis& axis : axes) {
    if (axis.value == &Tuning::memory) return axis;
  }
  throw std::logic_error("no axis of Tuning::memory");
}

struct Made {
  const Mechanism* mechanism;
  std::size_t memory;
  std::string of() const { return text_of(memory_axis(), memory); }
};

void PrintTo(const Made& made, std::ostream* out) {
  *out << made.mechanism->traits.name << " of " << made.of();
}

std::vector<Made> everything() {
  std::vector<Made> all;
  for (const Mechanism* mechanism : mechanisms()) {
    if (!mechanism->traits.axes.has(memory_axis())) continue;
    for (std::size_t memory = 0; memory < memory_axis().names.size(); ++memory)
      all.push_back({mechanism, memory});
  }
  return all;
}

class MemoryAxis : public testing::TestWithParam<Made> {
 protected:
  void launch(const std::string& workload, std::size_t size) {
    const Traits& traits = GetParam().mechanism->traits;
    TrialKey key{.mechanism = std::string(traits.name),
                 .family = std::string(traits.family),
                 .workload = workload,
                 .size = size,
                 .wait = traits.waits.block ? Wait::block : Wait::spin,
                 .placement = Placement::unpinned};
    key.tuning.memory = GetParam().memory;
    if (const std::string missing = why_unsupported(key, session_); !missing.empty()) GTEST_SKIP() << missing;
    const LaunchSettings settings{.duration_s = 0.002,
                                  .warm_up_s = 0.001,
                                  .clock = measure_clock(os::choose_clock("auto")),
                                  .probe_noise = false};
    try {
      EXPECT_GT(run_launch(key, settings, session_).messages, 0U);
    } catch (const LaunchFailure& failed) {
      ADD_FAILURE() << failed.what();
    }
    EXPECT_THAT(session_.sweep(), testing::IsEmpty());
  }

  Session session_;
};
INSTANTIATE_TEST_SUITE_P(EveryMechanism, MemoryAxis, testing::ValuesIn(everything()), [](const auto& each) {
  return std::string(each.param.mechanism->traits.name) + "_of_" + each.param.of();
});

TEST_P(MemoryAxis, CarriesMessagesBetweenProcessesAndLeavesNothing) { launch("ping_pong", 64); }

// Slots of more than a page, and a segment of more than a huge one.
TEST_P(MemoryAxis, CarriesLargeMessagesBetweenProcessesAndLeavesNothing) { launch("stream", 100'000); }

class MemoryOfADeadRun : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Memory, MemoryOfADeadRun, testing::ValuesIn(os::memory_names),
                         [](const auto& each) { return std::string(each.param); });

TEST_P(MemoryOfADeadRun, LeavesNothing) {
  os::Pipe pipe;
  const os::Process run = os::start_role({"--run-a-session", "shm_spsc/" + std::string(GetParam())}, pipe);
  const std::string id = pipe.line();
  if (id.starts_with("unsupported")) GTEST_SKIP() << id;
  ASSERT_EQ(os::creator_of(id), run.id()) << id;
  ASSERT_EQ(::kill(static_cast<pid_t>(run.id()), SIGKILL), 0);
  pipe.rest();  // ends when the janitor does
  EXPECT_THAT(os::leftovers(id), testing::IsEmpty());
}

}  // namespace
}  // namespace ipcmark
