#include "mechanisms/socket/buffer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ipcmark {
namespace {

constexpr std::size_t some = 50'000;

os::Handle socket_of(int domain, int type) { return os::Handle(::socket(domain, type | SOCK_CLOEXEC, 0)); }

TEST(ChooseBuffer, OfTcpAndUdpBothAreAsChosenAndReportedTwofold) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    const os::Handle socket = socket_of(AF_INET, type);
    choose_buffer(socket, some);
    EXPECT_EQ(room_of(socket, send_buffer), 2 * some);
    EXPECT_EQ(room_of(socket, receive_buffer), 2 * some);
  }
}

TEST(ChooseBuffer, OfAUnixSocketOnlyTheSendersCounts) {
  const os::Handle socket = socket_of(AF_UNIX, SOCK_STREAM);
  const std::size_t before = room_of(socket, receive_buffer);
  choose_buffer(socket, some);
  EXPECT_EQ(room_of(socket, send_buffer), 2 * some);
  EXPECT_EQ(room_of(socket, receive_buffer), before);
}

TEST(ChooseBuffer, OfAVsockItIsAsChosen) {
  const os::Handle socket = socket_of(AF_VSOCK, SOCK_STREAM);
  if (!socket) GTEST_SKIP() << "this kernel has no AF_VSOCK";
  for (const std::size_t bytes : {some, std::size_t{4} << 20, std::size_t{64}}) {
    choose_buffer(socket, bytes);
    EXPECT_EQ(option_of<std::uint64_t>(socket, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE), bytes);
  }
}

TEST(ChooseBuffer, NothingChosenChangesNothing) {
  const os::Handle socket = socket_of(AF_UNIX, SOCK_STREAM);
  const std::size_t before = room_of(socket, send_buffer);
  choose_buffer(socket, 0);
  EXPECT_EQ(room_of(socket, send_buffer), before);
}

TEST(ChooseBuffer, WhatTheKernelCapsOrRaisesIsUnsupportedWithTheReason) {
  const os::Handle socket = socket_of(AF_UNIX, SOCK_STREAM);
  const auto refusal = [&](std::size_t bytes) -> std::string {
    try {
      choose_buffer(socket, bytes);
    } catch (const Unsupported& refused) {
      return refused.what();
    }
    return "";
  };
  EXPECT_THAT(refusal(std::size_t{3} << 30), testing::HasSubstr("sysctl -w net.core.wmem_max="));
  EXPECT_THAT(refusal(1), testing::HasSubstr("below the kernel's least"));
}

}  // namespace
}  // namespace ipcmark
