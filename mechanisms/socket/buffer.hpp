// The buffer of a socket at a chosen size: the axis `buffer`.
//
// setsockopt(2) takes the size that a program asks for, getsockopt(2) says the double: half of it is for what
// the kernel adds to each message (socket(7)). More than net.core.*mem_max is cut off without a word, except
// for a user with CAP_NET_ADMIN, who may force it; so what was granted is always asked for. Of AF_UNIX only
// the sender's buffer counts (unix(7)), and an accepted socket does not have its listener's. TCP no longer
// changes a buffer by itself once it was chosen, and wants to know before it connects or listens (tcp(7)).
// AF_VSOCK has options of its own, with no doubling and a cap that anybody may lift.
#pragma once

#include <linux/vm_sockets.h>
#include <sys/socket.h>

#include <algorithm>
#include <climits>
#include <string>

#include "harness/mechanism.hpp"
#include "harness/os/host.hpp"

namespace ipcmark {

template <class Value>
Value option_of(const os::Handle& socket, int level, int name) {
  Value value{};
  socklen_t size = sizeof value;
  check(::getsockopt(socket.fd(), level, name, &value, &size), "getsockopt");
  return value;
}

struct BufferKind {
  int which, by_force;
  const char* limit;  // the sysctl that caps it
};
inline constexpr BufferKind send_buffer{SO_SNDBUF, SO_SNDBUFFORCE, "net.core.wmem_max"};
inline constexpr BufferKind receive_buffer{SO_RCVBUF, SO_RCVBUFFORCE, "net.core.rmem_max"};

inline std::size_t room_of(const os::Handle& socket, const BufferKind& kind) {
  return static_cast<std::size_t>(option_of<int>(socket, SOL_SOCKET, kind.which));
}

// Exactly `bytes`, or Unsupported.
inline void set_buffer(const os::Handle& socket, const BufferKind& kind, std::size_t bytes) {
  const int asked = static_cast<int>(std::min<std::size_t>(bytes, INT_MAX));
  check(::setsockopt(socket.fd(), SOL_SOCKET, kind.which, &asked, sizeof asked),
        "setsockopt of a buffer's size");
  if (room_of(socket, kind) == 2 * bytes) return;
  ::setsockopt(socket.fd(), SOL_SOCKET, kind.by_force, &asked, sizeof asked);
  const std::size_t granted = room_of(socket, kind) / 2;
  if (granted == bytes) return;
  if (granted > bytes) {
    throw Unsupported("a socket's buffer of " + std::to_string(bytes) +
                      " bytes is below the kernel's least, " + std::to_string(granted) +
                      ", which nothing lowers");
  }
  throw Unsupported("a socket's buffer of " + std::to_string(bytes) + " bytes is refused: " + kind.limit +
                    " grants " + std::to_string(granted) + "; raise it with sysctl -w " + kind.limit + "=" +
                    std::to_string(bytes));
}

inline void set_vsock_buffer(const os::Handle& socket, std::uint64_t bytes) {
  for (const int name :
       {SO_VM_SOCKETS_BUFFER_MIN_SIZE, SO_VM_SOCKETS_BUFFER_MAX_SIZE, SO_VM_SOCKETS_BUFFER_SIZE}) {
    check(::setsockopt(socket.fd(), AF_VSOCK, name, &bytes, sizeof bytes),
          "setsockopt of a vsock buffer's size");
  }
  const auto granted = option_of<std::uint64_t>(socket, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE);
  if (granted == bytes) return;
  throw Unsupported("a vsock buffer of " + std::to_string(bytes) + " bytes is refused: the kernel grants " +
                    std::to_string(granted));
}

// Before the socket connects or listens. 0 leaves it as it is.
inline void choose_buffer(const os::Handle& socket, std::size_t bytes) {
  if (bytes == 0) return;
  const int domain = option_of<int>(socket, SOL_SOCKET, SO_DOMAIN);
  if (domain == AF_VSOCK) return set_vsock_buffer(socket, bytes);
  set_buffer(socket, send_buffer, bytes);
  if (domain != AF_UNIX) set_buffer(socket, receive_buffer, bytes);
}

}  // namespace ipcmark
