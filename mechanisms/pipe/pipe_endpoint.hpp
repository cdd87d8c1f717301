// What the pipes share: a pipe(2) handed out by its two descriptors, and an end of a byte stream that goes
// one way.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "harness/fd_stream.hpp"
#include "harness/framing.hpp"
#include "harness/mechanism.hpp"

namespace ipcmark {

// F_SETPIPE_SZ rounds up to a power of two of pages, and without CAP_SYS_RESOURCE refuses more than
// fs.pipe-max-size: fcntl(2).
inline void set_capacity(const os::Handle& end, std::size_t bytes) {
  const int wanted = static_cast<int>(std::min<std::size_t>(bytes, INT_MAX));
  if (bytes == 0 || ::fcntl(end.fd(), F_SETPIPE_SZ, wanted) != -1) return;
  throw Unsupported("a pipe of " + std::to_string(bytes) + " bytes is refused (" +
                    std::generic_category().message(errno) +
                    "); raise it with sysctl -w fs.pipe-max-size=" + std::to_string(bytes));
}

class PipeLink : public Link {
 public:
  explicit PipeLink(int flags, std::size_t buffer = 0) {
    int ends[2];
    check(::pipe2(ends, flags | O_CLOEXEC), "pipe2");
    read_ = os::Handle(ends[0]);
    write_ = os::Handle(ends[1]);
    set_capacity(write_, buffer);
  }
  Ticket ticket(Role role) final {
    return {.address = {}, .handles = {(role == Role::producer ? write_ : read_).raw()}};
  }
  void handed_over() final {
    read_.reset();
    write_.reset();
  }

 protected:
  os::Handle read_, write_;
};

class PipeEndpoint : public Endpoint {
 public:
  PipeEndpoint(os::Handle end, std::size_t max_message, Wait wait)
      : frames_(FdStream(polling(std::move(end), wait)), max_message) {}

  Io send(std::span<const std::byte> message) noexcept final { return frames_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept final { return frames_.recv(buffer); }

 private:
  Framed<FdStream> frames_;
};

}  // namespace ipcmark
