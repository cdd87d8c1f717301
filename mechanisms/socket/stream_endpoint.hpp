// What the connected byte-stream sockets share.
#pragma once

#include "harness/fd_stream.hpp"
#include "harness/framing.hpp"
#include "harness/mechanism.hpp"

namespace ipcmark {

class StreamEndpoint : public Endpoint {
 public:
  StreamEndpoint(os::Handle socket, std::size_t max_message, Wait wait)
      : frames_(FdStream(polling(std::move(socket), wait)), max_message) {}

  Io send(std::span<const std::byte> message) noexcept final { return frames_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept final { return frames_.recv(buffer); }

 private:
  Framed<FdStream> frames_;
};

}  // namespace ipcmark
