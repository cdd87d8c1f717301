#include "harness/os/cpu.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <thread>

#include "harness/errors.hpp"

namespace ipcmark::os {
namespace {

TEST(TopologyTest, HoldsTheProcessorsThatThisProcessMayUseInTheirOrder) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  const auto& usable = topology().usable;
  EXPECT_EQ(usable.size(), static_cast<std::size_t>(CPU_COUNT(&allowed)));
  for (const Processor& one : usable) EXPECT_TRUE(CPU_ISSET(one.id, &allowed)) << one.id;
  EXPECT_TRUE(
      std::is_sorted(usable.begin(), usable.end(), [](const auto& a, const auto& b) { return a.id < b.id; }));
}

TEST(TopologyTest, ACacheLineIsAPowerOfTwo) {
  EXPECT_GE(topology().cache_line, 16U);
  EXPECT_EQ(topology().cache_line & (topology().cache_line - 1), 0U);
}

TEST(PinTo, RunsOnThatProcessorAndNoOther) {
  for (const Processor& one : topology().usable) {
    std::thread([&] {
      pin_to(one.id);
      cpu_set_t allowed;
      CPU_ZERO(&allowed);
      ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
      EXPECT_EQ(CPU_COUNT(&allowed), 1);
      EXPECT_EQ(::sched_getcpu(), static_cast<int>(one.id));
    }).join();
  }
}

TEST(PinTo, AProcessorThatIsNotThereIsAnError) { EXPECT_THROW(pin_to(CPU_SETSIZE - 1), std::system_error); }

}  // namespace
}  // namespace ipcmark::os
