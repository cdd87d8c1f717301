#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/os/posix/process_testing.hpp"
#include "harness/os/wait.hpp"
#include "mechanisms/link_testing.hpp"

namespace ipcmark {
namespace {

class Dbus : public testing::Test {
 protected:
  static constexpr std::size_t size = 1024;
  void SetUp() override {
    if (const std::string reason = why_not_here("dbus"); !reason.empty()) GTEST_SKIP() << reason;
    link_.emplace("dbus", size);
  }
  ~Dbus() override { os::stop_flag = false; }

  static Io send(Endpoint& to, std::uint64_t number) {
    std::array<std::byte, size> message{};
    std::memcpy(message.data(), &number, sizeof number);
    return to.send(message);
  }
  // The number of the next message, or nothing at the end.
  static std::optional<std::uint64_t> receive(Endpoint& from) {
    std::array<std::byte, size> message{};
    if (from.recv(message).status != Status::ok) return std::nullopt;
    std::uint64_t number = 0;
    std::memcpy(&number, message.data(), sizeof number);
    return number;
  }
  std::optional<LinkUnderTest> link_;
};

TEST_F(Dbus, AProducerWaitsForASlowConsumerAndTheOrderStays) {
  constexpr std::uint64_t far_more = 20'000;
  const auto consumer = link_->open(Role::consumer);
  const auto producer = link_->open(Role::producer, Wait::spin);
  os::stop_flag = true;  // a send that would wait says so instead; its message is under way all the same
  std::uint64_t sent = 0, tried = 0;
  for (bool moved = true; moved && tried < far_more;) {
    moved = false;
    while (tried < far_more && send(*producer, tried++).status == Status::ok) {
      ++sent;
      moved = true;
    }
    // Somebody else's calls are answered behind what the daemon can read of the producer's.
    link_->open(Role::producer);
  }
  EXPECT_LT(tried, far_more);
  os::stop_flag = false;
  for (std::uint64_t number = 0; number < sent; ++number) ASSERT_EQ(receive(*consumer), number);
}

TEST_F(Dbus, WhatTheLastProducerHasSentComesBeforeItsEnd) {
  const auto consumer = link_->open(Role::consumer);
  auto first = link_->open(Role::producer), second = link_->open(Role::producer);
  ASSERT_EQ(send(*first, 1).status, Status::ok);
  first.reset();
  EXPECT_EQ(receive(*consumer), 1U);
  ASSERT_EQ(send(*second, 2).status, Status::ok);
  ASSERT_EQ(send(*second, 3).status, Status::ok);
  second.reset();
  EXPECT_EQ(receive(*consumer), 2U);
  EXPECT_EQ(receive(*consumer), 3U);
  EXPECT_EQ(receive(*consumer), std::nullopt);
}

TEST_F(Dbus, AProducerIsToldThatTheConsumerIsGone) {
  auto consumer = link_->open(Role::consumer);
  const auto producer = link_->open(Role::producer);
  consumer.reset();
  Io io;
  while (io.status == Status::ok) io = send(*producer, 0);
  EXPECT_EQ(io.status, Status::closed);
}

// A process by its parent and the name of its program: proc_pid_stat(5).
pid_t child_of(std::int64_t parent, const std::string& program) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string line;
    if (!std::getline(file, line) || line.find("(" + program + ")") == std::string::npos) continue;
    std::istringstream behind_name(line.substr(line.rfind(')') + 1));
    char state = 0;
    std::int64_t its_parent = 0;
    if (behind_name >> state >> its_parent && its_parent == parent)
      return std::stoi(entry.path().filename().string());
  }
  return 0;
}

TEST_F(Dbus, TheDaemonEndsWithARunThatIsKilledAndLeavesNoName) {
  os::Pipe pipe;
  const os::Process run = os::start_role({"--run-a-session", "dbus"}, pipe);
  const std::string id = pipe.line();
  const pid_t daemon = child_of(run.id(), "dbus-daemon");
  ASSERT_NE(daemon, 0);
  const os::Handle end(check(::syscall(SYS_pidfd_open, daemon, 0), "pidfd_open"));
  ASSERT_EQ(::kill(static_cast<pid_t>(run.id()), SIGKILL), 0);
  pollfd ended{.fd = end.fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&ended, 1, -1), 1);
  pipe.rest();  // ends when the janitor does
  EXPECT_THAT(os::leftovers(id), testing::IsEmpty());
  std::ifstream sockets("/proc/net/unix");
  for (std::string line; std::getline(sockets, line);)
    EXPECT_THAT(line, testing::Not(testing::HasSubstr(id)));
}

TEST(DbusRefused, WithoutADaemonInPathTheReasonNamesItsPackage) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nowhere", 1);
  const std::string reason = why_not_here("dbus");
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_THAT(reason, testing::HasSubstr("install the package dbus-daemon"));
}

}  // namespace
}  // namespace ipcmark
