#include "mechanisms/socket/uring_endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <atomic>
#include <thread>
#include <tuple>

#include "mechanisms/link_testing.hpp"

namespace ipcmark {
namespace {

// Tells a thread to stop, again and again as a run's parent does, until this goes.
class Stopper {
 public:
  explicit Stopper(pthread_t whom) {
    os::listen_for_stop();
    thread_ = std::thread([this, whom] {
      while (!done_) {
        ::pthread_kill(whom, SIGUSR1);
        std::this_thread::yield();
      }
    });
  }
  ~Stopper() {
    done_ = true;
    thread_.join();
    os::stop_flag = false;
  }

 private:
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

class UringStreams : public testing::TestWithParam<std::tuple<const char*, Wait>> {
 protected:
  void SetUp() override {
    if (const std::string reason = why_not_here(name()); !reason.empty()) GTEST_SKIP() << reason;
    link_.emplace(name(), std::size_t{64});
  }
  static const char* name() { return std::get<0>(GetParam()); }
  std::unique_ptr<Endpoint> open(Role role) { return link_->open(role, std::get<1>(GetParam())); }
  std::optional<LinkUnderTest> link_;
};
INSTANTIATE_TEST_SUITE_P(Each, UringStreams,
                         testing::Combine(testing::Values("uring_unix", "uring_unix_sqpoll"),
                                          testing::Values(Wait::block, Wait::spin)),
                         [](const auto& each) {
                           return std::string(std::get<0>(each.param)) + "_" +
                                  std::string(name_of(std::get<1>(each.param)));
                         });

TEST_P(UringStreams, AReceiveThatIsToldToStopLeavesTheNextMessageToTheNextReceive) {
  const auto producer = open(Role::producer), consumer = open(Role::consumer);
  std::array<std::byte, 64> message{}, received{};
  for (int turn = 1; turn <= 3; ++turn) {
    {
      const Stopper stopper(::pthread_self());
      EXPECT_EQ(consumer->recv(received).status, Status::stopped);
    }
    message.fill(static_cast<std::byte>(turn));
    ASSERT_EQ(producer->send(message).status, Status::ok);
    ASSERT_EQ(consumer->recv(received).status, Status::ok);
    EXPECT_EQ(received, message);
  }
}

TEST_P(UringStreams, ASendThatFindsNoRoomStopsWhenToldTo) {
  const auto producer = open(Role::producer), consumer = open(Role::consumer);
  const std::array<std::byte, 64> message{};
  const Stopper stopper(::pthread_self());
  Io io;
  while (io.status == Status::ok) io = producer->send(message);
  EXPECT_EQ(io.status, Status::stopped);
}

TEST_P(UringStreams, TheEndOfTheOtherSideIsSeen) {
  auto producer = open(Role::producer);
  const auto consumer = open(Role::consumer);
  link_.reset();
  std::array<std::byte, 64> message{};
  ASSERT_EQ(producer->send(message).status, Status::ok);
  producer.reset();
  EXPECT_EQ(consumer->recv(message).status, Status::ok);
  EXPECT_EQ(consumer->recv(message).status, Status::closed);
}

// In a process of its own, since a filter stays. What why_not_here() says comes back through a pipe.
std::string reason_when_setup_fails_with(unsigned error) {
  int ends[2];
  check(::pipe(ends), "pipe");
  const pid_t child = check(::fork(), "fork");
  if (child == 0) {
    sock_filter steps[]{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog filter{.len = std::size(steps), .filter = steps};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
    const std::string reason = why_not_here("uring_unix");
    static_cast<void>(!::write(ends[1], reason.data(), reason.size()));
    ::_exit(0);
  }
  ::close(ends[1]);
  char text[1024] = {};
  static_cast<void>(!::read(ends[0], text, sizeof text - 1));
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return text;
}

TEST(UringRefused, TheReasonNamesWhatForbidsItAndWhatLiftsThat) {
  EXPECT_THAT(reason_when_setup_fails_with(EPERM),
              testing::AnyOf(testing::HasSubstr("seccomp=unconfined"),
                             testing::HasSubstr("sysctl -w kernel.io_uring_disabled=0")));
  EXPECT_THAT(reason_when_setup_fails_with(ENOSYS), testing::HasSubstr("CONFIG_IO_URING"));
  EXPECT_THAT(reason_when_setup_fails_with(ENOMEM), testing::HasSubstr("ulimit -l"));
}

}  // namespace
}  // namespace ipcmark
