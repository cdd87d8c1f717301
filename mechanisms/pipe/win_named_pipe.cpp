// A named pipe in message mode, both ways: CreateNamedPipe with PIPE_TYPE_MESSAGE.
//
// A write is a message and a read takes one; a message of no bytes is one, too. Writers wait once the buffer
// is full, though a message may be larger than it.
#include "mechanisms/pipe/named_pipe.hpp"

namespace ipcmark {
namespace {

constexpr DWORD messages = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;

class WinNamedPipeLink final : public NamedPipeLink {
 public:
  explicit WinNamedPipeLink(const Options& options) : NamedPipeLink(options, messages, 0) {}
};

class WinNamedPipeEndpoint final : public Endpoint {
 public:
  WinNamedPipeEndpoint(const Ticket& ticket, Role role, Wait)
      : pipe_(named_pipe_end(ticket, role, messages, 0)) {}

  Io send(std::span<const std::byte> message) noexcept override {
    return retry_aborted([&](DWORD& moved) {
      return ::WriteFile(os::native(pipe_), message.data(), size_of_call(message.size()), &moved, nullptr);
    });
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    return receive_message(buffer, [&](std::span<std::byte> part) {
      return retry_aborted([&](DWORD& moved) {
        return ::ReadFile(os::native(pipe_), part.data(), size_of_call(part.size()), &moved, nullptr);
      });
    });
  }

 private:
  os::Handle pipe_;
};

}  // namespace

extern constinit const Mechanism win_named_pipe{
    .traits = {.name = "win_named_pipe",
               .family = "pipe",
               .summary = "named pipe in message mode, both ways",
               .manual = "CreateNamedPipe (Microsoft)",
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true},
    .create = create_as<WinNamedPipeLink>,
    .open = open_as<WinNamedPipeEndpoint>,
    .loops = loops_of<WinNamedPipeEndpoint>,
};

}  // namespace ipcmark
