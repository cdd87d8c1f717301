// What the sockets share whose messages stay whole.
#pragma once

#include <sys/socket.h>

#include <string>

#include "harness/fd_stream.hpp"
#include "mechanisms/socket/buffer.hpp"

namespace ipcmark {

// Sets a buffer to `wanted` bytes where it is smaller, beyond net.core.*mem_max where this user may; returns
// the bytes that it has then. The kernel doubles what is asked for: socket(7).
inline std::size_t enlarge_buffer(const os::Handle& socket, const BufferKind& kind, std::size_t wanted) {
  if (room_of(socket, kind) >= wanted) return room_of(socket, kind);
  const int bytes = static_cast<int>(wanted);
  if (::setsockopt(socket.fd(), SOL_SOCKET, kind.by_force, &bytes, sizeof bytes) == -1) {
    check(::setsockopt(socket.fd(), SOL_SOCKET, kind.which, &bytes, sizeof bytes),
          "setsockopt of a buffer's size");
  }
  return room_of(socket, kind);
}

// The kernel allocates a datagram of AF_UNIX in one piece of up to 4 MiB and 17 single pages, and says
// ENOBUFS beyond, whatever the buffers hold: 4263616 bytes went and not one more (measured, Linux 6.18, pages
// of 4 KiB). The pages depend on how the kernel was built, so that they are not counted on.
inline constexpr std::size_t largest_unix_packet = std::size_t{4} << 20;

// Lets a message of AF_UNIX fit into the send buffer at once, less what the kernel adds: EMSGSIZE otherwise.
// A buffer whose size was chosen stays as it was chosen.
inline void make_room(const os::Handle& socket, std::size_t message, std::size_t chosen) {
  constexpr std::size_t kernel_overhead = 32;
  if (message > largest_unix_packet) {
    throw Unsupported("a message of " + std::to_string(message) +
                      " bytes is more than the kernel allocates for a datagram of AF_UNIX, " +
                      std::to_string(largest_unix_packet) + " bytes, which nothing raises");
  }
  const std::size_t needed = message + kernel_overhead;
  choose_buffer(socket, chosen);
  const std::size_t room =
      chosen == 0 ? enlarge_buffer(socket, send_buffer, needed) : room_of(socket, send_buffer);
  if (room >= needed) return;
  if (chosen != 0) {
    throw Unsupported("a message of " + std::to_string(message) +
                      " bytes does not fit into the chosen send buffer, "
                      "which holds one of " +
                      std::to_string(room - kernel_overhead) + "; choose a larger one");
  }
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
