// What the pipes share: a pipe(2) handed out by its two descriptors, and an end of a byte stream that goes
// one way.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include "harness/fd_stream.hpp"
#include "harness/framing.hpp"
#include "harness/mechanism.hpp"

namespace ipcmark {

class PipeLink : public Link {
 public:
  explicit PipeLink(int flags) {
    int ends[2];
    check(::pipe2(ends, flags | O_CLOEXEC), "pipe2");
    read_ = os::Handle(ends[0]);
    write_ = os::Handle(ends[1]);
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
