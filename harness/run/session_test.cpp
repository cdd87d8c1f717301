#include "harness/run/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mqueue.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "harness/mechanism.hpp"
#include "harness/os/host.hpp"
#include "harness/os/posix/process_testing.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<Link> link_of(const char* mechanism, Session& session) {
  return mechanism_named(mechanism)->create(
      {.max_message = 64, .depth = 4, .run = session.id(), .link = session.next_link()});
}

TEST(SessionTest, ItsIdIsOfThisProcessAndItsLinksAreNumbered) {
  Session session;
  EXPECT_EQ(os::creator_of(session.id()), os::own_id());
  EXPECT_NE(session.tag(), 0);
  EXPECT_EQ(session.next_link(), 0U);
  EXPECT_EQ(session.next_link(), 1U);
}

TEST(SessionTest, ALinkThatHasGoneLeavesNothing) {
  Session session;
  for (const char* mechanism : {"fifo", "shm_spsc", "sysv_msg", "anonymous_pipe"}) {
    const auto link = link_of(mechanism, session);
  }
  const fs::path folder = fs::temp_directory_path() / ("ipcmark-" + session.id());
  for (const std::string& left : os::leftovers(session.id())) EXPECT_EQ(left, folder.string());
  EXPECT_THAT(session.sweep(), testing::IsEmpty());
}

TEST(SessionTest, SweepingRemovesAndNamesWhatWasLeft) {
  Session session;
  const std::string segment = "/dev/shm/" + os::object_name(session.id(), 9);
  std::ofstream(segment) << "left";
  EXPECT_THAT(session.sweep(), testing::ElementsAre(segment));
  EXPECT_FALSE(fs::exists(segment));
}

TEST(SessionTest, NothingOfItStaysAfterItsEnd) {
  std::string id;
  {
    Session session;
    id = session.id();
    const auto link = link_of("fifo", session);
  }
  EXPECT_THAT(os::leftovers(id), testing::IsEmpty());
}

TEST(SessionTest, WhatADeadRunHasLeftIsRemovedWhenTheNextOneBegins) {
  const std::string dead = "20260102T030405Z-" + std::to_string(os::id_of_a_dead_process()) + "-0a1b";
  const std::string segment = "/dev/shm/" + os::object_name(dead, 0);
  std::ofstream(segment) << "left";
  const Session session;
  EXPECT_FALSE(fs::exists(segment));
}

// Each leaves another kind of trace: a file, a segment, a System V queue.
class Janitor : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, Janitor, testing::Values("fifo", "shm_spsc", "sysv_msg"),
                         [](const auto& each) { return std::string(each.param); });

TEST_P(Janitor, RemovesTheNamesOfARunWhoseProcessWasKilled) {
  os::Pipe pipe;
  const os::Process run = os::start_role({"--run-a-session", GetParam()}, pipe);
  const std::string id = pipe.line();
  ASSERT_EQ(os::creator_of(id), run.id()) << id;
  ASSERT_THAT(os::leftovers(id), testing::Not(testing::IsEmpty()));
  ASSERT_EQ(::kill(static_cast<pid_t>(run.id()), SIGKILL), 0);
  pipe.rest();  // ends when the janitor does
  EXPECT_THAT(os::leftovers(id), testing::IsEmpty());
}

TEST(SessionTest, ItsJanitorRemovesAQueueThatNoListingShows) {
  os::Pipe pipe;
  const os::Process run = os::start_role({"--run-a-session", "posix_mq"}, pipe);
  const std::string name = "/" + os::object_name(pipe.line(), 0);
  const mqd_t before = ::mq_open(name.c_str(), O_RDONLY);
  ASSERT_NE(before, -1) << name;
  ::mq_close(before);
  ASSERT_EQ(::kill(static_cast<pid_t>(run.id()), SIGKILL), 0);
  pipe.rest();  // ends when the janitor does
  EXPECT_EQ(::mq_open(name.c_str(), O_RDONLY), -1);
  EXPECT_EQ(errno, ENOENT);
}

}  // namespace
}  // namespace ipcmark
