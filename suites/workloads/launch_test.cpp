#include "suites/workloads/launch.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ipcmark {
namespace {

// A crowd of any shape.
class Crowd {
 public:
  Crowd(unsigned producers, unsigned consumers)
      : parts_{{.role = "producer", .loop = "produce", .out = 0, .in = -1, .count = producers},
               {.role = "consumer", .loop = "share", .out = -1, .in = 0, .count = consumers}} {
    workload_ = *workload_named("crowd");
    workload_.parts = parts_;
  }
  const Workload& workload() const noexcept { return workload_; }

 private:
  Part parts_[2];
  Workload workload_;
};

class Launching : public testing::Test {
 protected:
  Launch launch(const std::string& mechanism, const Workload& workload, Wait wait = Wait::block) {
    LaunchSettings settings;
    settings.duration_s = 0.005;
    settings.warm_up_s = 0.001;
    settings.clock = measure_clock(os::choose_clock("auto"));
    settings.probe_noise = false;
    TrialKey key;
    key.mechanism = mechanism;
    key.size = 64;
    key.wait = wait;
    key.placement = Placement::unpinned;
    return run_launch(key, workload, settings, session_);
  }
  Session session_;
};

TEST_F(Launching, EveryShapeOfACrowdGetsEveryMessageOnceFromOneToEightOnEitherSide) {
  for (const unsigned producers : {1U, 3U, 8U}) {
    for (const unsigned consumers : {1U, 2U, 8U}) {
      for (const char* mechanism : {"shm_mpmc", "shm_mutex", "packet_pipe"}) {
        const Crowd crowd(producers, consumers);
        const Launch one = launch(mechanism, crowd.workload());
        EXPECT_TRUE(one.verified.clean()) << mechanism << " " << producers << "x" << consumers;
        EXPECT_EQ(one.messages % producers, 0U);
        EXPECT_GT(one.messages, 0U);
        EXPECT_GT(one.seconds, 0);
        EXPECT_EQ(one.fairness.has_value(), producers > 1 || consumers > 1);
      }
    }
  }
}

TEST_F(Launching, WhatSeveralProcessesOfASideUseIsCountedTogether) {
  const Launch four = launch("shm_mutex", Crowd(2, 2).workload());
  EXPECT_GT(four.producer.usage.user_ns + four.producer.usage.system_ns, 0U);
  EXPECT_GT(four.consumer.usage.user_ns + four.consumer.usage.system_ns, 0U);
  EXPECT_GE(four.fairness->consumers, 0.5);
  EXPECT_LE(four.fairness->consumers, 1);
}

TEST_F(Launching, AMechanismWithoutPrioritiesCannotEvenBeginAnUrgentLaunch) {
  EXPECT_THROW(launch("shm_mutex", *workload_named("urgent")), std::runtime_error);
}

}  // namespace
}  // namespace ipcmark
