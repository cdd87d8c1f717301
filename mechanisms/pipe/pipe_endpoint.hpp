// What the pipes share: an end of a byte stream that goes one way.
#pragma once

#include "harness/fd_stream.hpp"
#include "harness/framing.hpp"
#include "harness/mechanism.hpp"

namespace ipcmark {

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
