#include "harness/os/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include "harness/os/posix/process_testing.hpp"
#include "harness/os/wait.hpp"

namespace ipcmark::os {
namespace {

Process start(const std::vector<std::string>& arguments) {
  return Process::start(executable_path(), arguments, {});
}

TEST(Process, AChildHasTheStandardStreamsAndExactlyTheHandlesThatItIsGiven) {
  Pipe list, second, third;
  const std::array<RawHandle, 3> handles{list.write.raw(), second.write.raw(), third.write.raw()};
  Process child = Process::start(executable_path(), {"--list-handles"}, handles);
  EXPECT_EQ(list.rest(), "0 1 2 3 4 5\n");
  EXPECT_EQ(second.rest(), "4\n");
  EXPECT_EQ(third.rest(), "5\n");
  EXPECT_TRUE(child.wait().clean());
}

TEST(Process, HandlesArriveInTheirOrderAlsoWhenTheirNumbersAreThoseOfOtherHandles) {
  Pipe list, second, third;
  // As if the child's handles 3, 4 and 5 were open here already, in another order.
  const std::array<RawHandle, 3> handles{third.write.raw(), list.write.raw(), second.write.raw()};
  Process child = Process::start(executable_path(), {"--list-handles"}, handles);
  EXPECT_EQ(third.rest(), "0 1 2 3 4 5\n");
  EXPECT_EQ(list.rest(), "4\n");
  EXPECT_EQ(second.rest(), "5\n");
}

TEST(Process, HandlesArriveAlsoWhenTheNumbersThatTheyGetAreFreeHere) {
  Handle lowest(check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open"));
  Pipe list, second;
  lowest.reset();
  const std::array<RawHandle, 2> handles{list.write.raw(), second.write.raw()};
  Process child = Process::start(executable_path(), {"--list-handles"}, handles);
  EXPECT_EQ(list.rest(), "0 1 2 3 4\n");
  EXPECT_EQ(second.rest(), "4\n");
}

TEST(Process, TheSameHandleMayBeGivenTwice) {
  Pipe pipe;
  const std::array<RawHandle, 2> handles{pipe.write.raw(), pipe.write.raw()};
  Process child = Process::start(executable_path(), {"--list-handles"}, handles);
  EXPECT_EQ(pipe.rest(), "0 1 2 3 4\n4\n");
}

TEST(Process, ADescriptorThatTheParentHasLeftInheritableIsNotInherited) {
  Pipe list;
  const Handle careless(check(::open("/dev/null", O_RDONLY), "open"));
  const Process child = start_role({"--list-handles"}, list);
  EXPECT_EQ(list.rest(), "0 1 2 3\n");
}

TEST(Process, MoreHandlesThanAChildTakesAreRefused) {
  const std::vector<RawHandle> many(65, 0);
  EXPECT_THROW(Process::start(executable_path(), {"--exit-with", "0"}, many), std::length_error);
}

TEST(Process, ItsExitCodeIsReported) {
  Process child = start({"--exit-with", "37"});
  const Exit exit = child.wait();
  EXPECT_EQ(exit.code, 37);
  EXPECT_EQ(exit.signal, 0);
  EXPECT_FALSE(exit.clean());
  EXPECT_EQ(exit.text(), "exit code 37");
}

TEST(Process, ExitCodeZeroIsClean) { EXPECT_TRUE(start({"--exit-with", "0"}).wait().clean()); }

TEST(Process, TheSignalThatKilledItIsReportedByNumberAndName) {
  const Exit exit = start({"--die-of", std::to_string(SIGTERM)}).wait();
  EXPECT_EQ(exit.signal, SIGTERM);
  EXPECT_FALSE(exit.clean());
  EXPECT_EQ(exit.text(), "killed by signal 15 (Terminated)");
}

TEST(Process, AFileThatCannotBeStartedEndsWithCode127) {
  EXPECT_EQ(Process::start("/nonexistent/program", {}, {}).wait().code, 127);
}

TEST(Process, ItIsRunningUntilItIsReapedAndWaitingAgainSaysTheSame) {
  Process child = start({"--exit-with", "3"});
  EXPECT_TRUE(child.running());
  EXPECT_EQ(child.wait().code, 3);
  EXPECT_FALSE(child.running());
  EXPECT_EQ(child.wait().code, 3);
  ASSERT_TRUE(child.try_wait().has_value());
  EXPECT_EQ(child.try_wait()->code, 3);
}

TEST(Process, TryingToReapOneThatStillRunsSaysNothing) {
  Pipe pipe;
  Process child = start_role({"--hold"}, pipe);
  ASSERT_EQ(pipe.line(), "ready");
  EXPECT_FALSE(child.try_wait().has_value());
  EXPECT_TRUE(child.running());
}

TEST(Process, KillEndsItsWholeGroup) {
  Pipe pipe;
  Process child = start_role({"--hold-twice"}, pipe);
  ASSERT_EQ(pipe.line(), "ready");
  child.kill();
  EXPECT_EQ(pipe.rest(), "");  // the end comes only when both are gone
  EXPECT_EQ(child.wait().signal, SIGKILL);
}

TEST(Process, ItsDestructorKillsAndReaps) {
  Pipe pipe;
  std::int64_t id = 0;
  {
    const Process child = start_role({"--hold"}, pipe);
    ASSERT_EQ(pipe.line(), "ready");
    id = child.id();
    EXPECT_TRUE(process_exists(id));
  }
  EXPECT_FALSE(process_exists(id));
}

TEST(Process, AChildDiesWithItsParent) {
  Pipe pipe;
  const Process parent = start_role({"--have-a-child"}, pipe);
  ASSERT_EQ(pipe.line(), "ready");  // by the child's child
  ASSERT_EQ(::kill(static_cast<pid_t>(parent.id()), SIGKILL), 0);
  EXPECT_EQ(pipe.rest(), "");
}

TEST(Process, MovingHandsTheChildOver) {
  Pipe pipe;
  Process first = start_role({"--hold"}, pipe);
  const std::int64_t id = first.id();
  Process second(std::move(first));
  EXPECT_EQ(second.id(), id);
  Process third;
  third = std::move(second);
  EXPECT_EQ(third.id(), id);
  third.kill();
  EXPECT_EQ(third.wait().signal, SIGKILL);
}

TEST(Process, ItsSignalsAreAtTheirDefaultAlsoWhenTheParentIgnoresThem) {
  struct sigaction ignore {};
  struct sigaction before {};
  ignore.sa_handler = SIG_IGN;
  ASSERT_EQ(::sigaction(SIGPIPE, &ignore, &before), 0);
  const Exit exit = start({"--die-of", std::to_string(SIGPIPE)}).wait();
  ::sigaction(SIGPIPE, &before, nullptr);
  EXPECT_EQ(exit.signal, SIGPIPE);
}

TEST(StopSignal, SetsTheFlagOfAProcessThatListensForIt) {
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGUSR1, nullptr, &before), 0);
  listen_for_stop();
  EXPECT_FALSE(stop_requested());
  ::raise(SIGUSR1);
  EXPECT_TRUE(stop_requested());
  EXPECT_FALSE(spin_until([] { return false; }));
  stop_flag = false;
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(Usage, CountsWhatThisProcessDoes) {
  const Usage before = usage_of_self();
  std::vector<char> touched(std::size_t{32} << 20);
  for (std::size_t at = 0; at < touched.size(); at += 4096) touched[at] = 1;
  asm volatile("" : : "r"(touched.data()) : "memory");  // or a compiler may leave all of it out
  const Usage after = usage_of_self();
  EXPECT_GE(after.minor_faults, before.minor_faults);
  EXPECT_GE(after.user_ns + after.system_ns, before.user_ns + before.system_ns);
  EXPECT_GE(after.peak_rss_bytes, touched.size());
}

TEST(Usage, OfAChildBeginsAnewWithItsMemory) {
  // A child is this same program, which under sanitizers is large by itself.
  const std::size_t much = usage_of_self().peak_rss_bytes + (std::size_t{256} << 20);
  std::vector<char> touched(much);
  for (std::size_t at = 0; at < touched.size(); at += 4096) touched[at] = 1;
  asm volatile("" : : "r"(touched.data()) : "memory");
  EXPECT_GE(usage_of_self().peak_rss_bytes, much);
  EXPECT_EQ(start({"--peak-below", std::to_string(much)}).wait().code, 0)
      << "the parent's memory counted as its own";
}

TEST(ProcessExists, SaysNoOfOneThatWasReapedAndYesOfThisOne) {
  EXPECT_TRUE(process_exists(own_id()));
  EXPECT_FALSE(process_exists(id_of_a_dead_process()));
}

}  // namespace
}  // namespace ipcmark::os
