// A message over a socket of AF_UNIX that takes one descriptor along: SCM_RIGHTS, unix(7).
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstdint>
#include <cstring>

#include "harness/os/handle.hpp"

namespace ipcmark::os {

// For sendmsg(2) and recvmsg(2). It has a text because a message without a byte carries no rights.
struct Letter {
  std::uint64_t text = 0;
  iovec data{&text, sizeof text};
  alignas(cmsghdr) char rights[CMSG_SPACE(sizeof(int))]{};
  msghdr header{};

  Letter() noexcept {
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    header.msg_control = rights;
    header.msg_controllen = sizeof rights;
  }
  Letter(const Letter&) = delete;
  Letter& operator=(const Letter&) = delete;

  void enclose(const Handle& handle) noexcept {
    const int descriptor = handle.fd();
    cmsghdr* const control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(control), &descriptor, sizeof descriptor);
  }
  // Nothing when this process may not open another descriptor (RLIMIT_NOFILE): unix(7), MSG_CTRUNC.
  Handle enclosed() const noexcept {
    const cmsghdr* const control = CMSG_FIRSTHDR(&header);
    if (control == nullptr || control->cmsg_type != SCM_RIGHTS) return {};
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(control), sizeof descriptor);
    return Handle(descriptor);
  }
};

}  // namespace ipcmark::os
