#include "harness/fd_stream.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace ipcmark {
namespace {

TEST(IoOfErrno, ABrokenConnectionIsClosed) {
  EXPECT_EQ(io_of_errno(EPIPE).status, Status::closed);
  EXPECT_EQ(io_of_errno(ECONNRESET).status, Status::closed);
  EXPECT_EQ(io_of_errno(EPIPE).os_error, 0);
}

TEST(IoOfErrno, AMessageThatTheSystemRefusesIsTooBig) {
  EXPECT_EQ(io_of_errno(EMSGSIZE).status, Status::too_big);
}

TEST(IoOfErrno, EverythingElseIsAnErrorWithItsNumber) {
  for (const int error : {EIO, EBADF, ENOBUFS, EAGAIN, ECONNREFUSED}) {
    EXPECT_EQ(io_of_errno(error).status, Status::error);
    EXPECT_EQ(io_of_errno(error).os_error, error);
  }
}

class RetryInterrupted : public testing::Test {
 protected:
  ~RetryInterrupted() override { os::stop_flag = false; }
  int calls_ = 0;
};

TEST_F(RetryInterrupted, WhatCameBeforeTheOrderToStopIsStillTaken) {
  const Io io = retry_interrupted([&]() -> ssize_t {
    if (++calls_ > 1) return 17;
    os::stop_flag = true;  // and the message, after the first look
    errno = EAGAIN;
    return -1;
  });
  EXPECT_EQ(io.status, Status::ok);
  EXPECT_EQ(io.size, 17U);
}

TEST_F(RetryInterrupted, PollingEndsWhenToldToStopAndNothingIsThere) {
  os::stop_flag = true;
  const auto nothing = [&]() -> ssize_t {
    ++calls_;
    errno = EAGAIN;
    return -1;
  };
  EXPECT_EQ(retry_interrupted(nothing).status, Status::stopped);
  EXPECT_EQ(calls_, 2);
}

TEST_F(RetryInterrupted, ACallThatASignalInterruptsIsMadeAgain) {
  const Io io = retry_interrupted([&]() -> ssize_t {
    if (++calls_ < 3) {
      errno = EINTR;
      return -1;
    }
    return 17;
  });
  EXPECT_EQ(io.status, Status::ok);
  EXPECT_EQ(io.size, 17U);
  EXPECT_EQ(calls_, 3);
}

TEST_F(RetryInterrupted, ACallThatIsInterruptedInOrderToStopIsNot) {
  os::stop_flag = true;
  const Io io = retry_interrupted([&]() -> ssize_t {
    ++calls_;
    errno = EINTR;
    return -1;
  });
  EXPECT_EQ(io.status, Status::stopped);
  EXPECT_EQ(calls_, 1);
}

TEST_F(RetryInterrupted, AnyOtherErrorIsReturnedAtOnce) {
  const Io io = retry_interrupted([&]() -> ssize_t {
    ++calls_;
    errno = EBADF;
    return -1;
  });
  EXPECT_EQ(io.status, Status::error);
  EXPECT_EQ(io.os_error, EBADF);
  EXPECT_EQ(calls_, 1);
}

TEST(FdStreamTest, TheEndOfAFileIsClosedAndAWriteWithoutAReaderAsWell) {
  ::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  std::byte byte{};
  {
    FdStream reading{os::Handle(ends[0])};
    { const FdStream writing{os::Handle(ends[1])}; }
    EXPECT_EQ(reading.read(std::span(&byte, 1), {}).status, Status::closed);
  }
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  { const FdStream reading{os::Handle(ends[0])}; }
  FdStream writing{os::Handle(ends[1])};
  EXPECT_EQ(writing.write(std::span(&byte, 1), {}).status, Status::closed);
  EXPECT_EQ(writing.write(std::span(&byte, 1), std::span(&byte, 1)).status, Status::closed);
}

TEST(FdStreamTest, TwoPiecesAreWrittenAndReadInOrder) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  FdStream reading{os::Handle(ends[0])}, writing{os::Handle(ends[1])};
  const std::array<std::byte, 5> sent{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5}};
  EXPECT_EQ(writing.write(std::span(sent).first(2), std::span(sent).subspan(2)).size, 5U);
  std::array<std::byte, 5> got{};
  EXPECT_EQ(reading.read(std::span(got).first(3), std::span(got).subspan(3)).size, 5U);
  EXPECT_EQ(got, sent);
}

}  // namespace
}  // namespace ipcmark
