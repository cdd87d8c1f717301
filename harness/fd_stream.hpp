// POSIX file descriptors on the timed path: what an errno means, and a descriptor as a stream of bytes.
#pragma once

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include "harness/mechanism.hpp"
#include "harness/os/handle.hpp"
#include "harness/os/wait.hpp"

namespace ipcmark {

inline Io io_of_errno(int error) noexcept {
  switch (error) {
    case EPIPE:
    case ECONNRESET: return {.status = Status::closed};
    case EMSGSIZE: return {.status = Status::too_big};
    default: return {.status = Status::error, .os_error = error};
  }
}

// What follows a call that failed: again if a signal interrupted it, or if it would have waited, which only a
// descriptor after polling() says; unless this process is to stop.
template <class Call>
[[gnu::noinline, gnu::cold]] Io call_again(Call& call) noexcept {
  while (errno == EINTR || errno == EAGAIN) {
    // A call that was interrupted had found nothing until then; one that polled had only found nothing before
    // the flag was set.
    const bool told = os::stop_requested();
    if (told && errno == EINTR) return {.status = Status::stopped};
    if (const auto moved = call(); moved >= 0) return {.size = static_cast<std::size_t>(moved)};
    if (told && errno == EAGAIN) return {.status = Status::stopped};
  }
  return io_of_errno(errno);
}

// Makes a call that returns bytes or -1. In line for the reason that harness/loops.hpp gives.
template <class Call>
[[gnu::always_inline]] inline Io retry_interrupted(Call call) noexcept {
  if (const auto moved = call(); moved >= 0) [[likely]]
    return {.size = static_cast<std::size_t>(moved)};
  return call_again(call);
}

// With Wait::spin, makes every call on a descriptor return at once, so that call_again() repeats it: busy
// polling. The flag belongs to the open file description and thus to every process that shares it: fcntl(2).
inline os::Handle polling(os::Handle handle, Wait wait) {
  if (wait != Wait::spin) return handle;
  const int flags = check(::fcntl(handle.fd(), F_GETFL), "fcntl F_GETFL");
  check(::fcntl(handle.fd(), F_SETFL, flags | O_NONBLOCK), "fcntl F_SETFL");
  return handle;
}

// See harness/framing.hpp. SIGPIPE is ignored in every child: a write without a reader says EPIPE.
class FdStream {
 public:
  explicit FdStream(os::Handle handle) : handle_(std::move(handle)) {}

  Io write(std::span<const std::byte> first, std::span<const std::byte> second) noexcept {
    if (second.empty())
      return retry_interrupted([&] { return ::write(handle_.fd(), first.data(), first.size()); });
    const std::array<iovec, 2> pieces{{{const_cast<std::byte*>(first.data()), first.size()},
                                       {const_cast<std::byte*>(second.data()), second.size()}}};
    return retry_interrupted([&] { return ::writev(handle_.fd(), pieces.data(), 2); });
  }

  Io read(std::span<std::byte> first, std::span<std::byte> second) noexcept {
    Io io;
    if (second.empty()) {
      io = retry_interrupted([&] { return ::read(handle_.fd(), first.data(), first.size()); });
    } else {
      const std::array<iovec, 2> pieces{{{first.data(), first.size()}, {second.data(), second.size()}}};
      io = retry_interrupted([&] { return ::readv(handle_.fd(), pieces.data(), 2); });
    }
    if (io.status == Status::ok && io.size == 0) io.status = Status::closed;  // end of file
    return io;
  }

 private:
  os::Handle handle_;
};

}  // namespace ipcmark
