// What the sockets share whose messages stay whole.
#pragma once

#include <sys/socket.h>

#include <string>

#include "harness/fd_stream.hpp"

namespace ipcmark {

// Sets a buffer (SO_SNDBUF or SO_RCVBUF) to `wanted` bytes where it is smaller, beyond net.core.*mem_max
// where this user may; returns the bytes that it has then. The kernel doubles what is asked for: socket(7).
inline std::size_t enlarge_buffer(const os::Handle& socket, int which, int by_force, std::size_t wanted) {
  const auto room = [&] {
    int bytes = 0;
    socklen_t size = sizeof bytes;
    check(::getsockopt(socket.fd(), SOL_SOCKET, which, &bytes, &size), "getsockopt of a buffer's size");
    return static_cast<std::size_t>(bytes);
  };
  if (room() >= wanted) return room();
  const int bytes = static_cast<int>(wanted);
  if (::setsockopt(socket.fd(), SOL_SOCKET, by_force, &bytes, sizeof bytes) == -1) {
    check(::setsockopt(socket.fd(), SOL_SOCKET, which, &bytes, sizeof bytes),
          "setsockopt of a buffer's size");
  }
  return room();
}

// Lets a message of AF_UNIX fit into the send buffer at once, less what the kernel adds: EMSGSIZE otherwise.
inline void make_room(const os::Handle& socket, std::size_t message) {
  constexpr std::size_t kernel_overhead = 32;
  const std::size_t needed = message + kernel_overhead;
  const std::size_t room = enlarge_buffer(socket, SO_SNDBUF, SO_SNDBUFFORCE, needed);
  if (room >= needed) return;
  throw Unsupported("a message of " + std::to_string(message) + " bytes does not fit into a send buffer of " +
                    std::to_string(room) +
                    " bytes, which net.core.wmem_max caps; raise it with sysctl -w net.core.wmem_max=" +
                    std::to_string(needed));
}

[[gnu::always_inline]] inline Io send_packet(const os::Handle& socket,
                                             std::span<const std::byte> message) noexcept {
  return retry_interrupted([&] { return ::send(socket.fd(), message.data(), message.size(), MSG_NOSIGNAL); });
}

// With MSG_TRUNC the result is the size that the message had: recv(2).
[[gnu::always_inline]] inline Io recv_packet(const os::Handle& socket, std::span<std::byte> buffer) noexcept {
  const Io io =
      retry_interrupted([&] { return ::recv(socket.fd(), buffer.data(), buffer.size(), MSG_TRUNC); });
  if (io.status == Status::ok && io.size > buffer.size()) [[unlikely]]
    return {.size = buffer.size(), .status = Status::truncated};
  return io;
}

// A datagram socket says ECONNREFUSED where a connection would say EPIPE.
inline Io refused_is_closed(const Io& io) noexcept {
  if (io.status == Status::error && io.os_error == ECONNREFUSED) [[unlikely]]
    return {.status = Status::closed};
  return io;
}

}  // namespace ipcmark
