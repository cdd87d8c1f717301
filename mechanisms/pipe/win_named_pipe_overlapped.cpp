// A named pipe in message mode whose calls are overlapped: CreateNamedPipe with FILE_FLAG_OVERLAPPED. How a
// server reads that has many clients.
//
// A call that cannot be done at once goes on without its caller, who waits for an event, or polls the state
// of the call in its own memory, which asks no kernel. A call that is cancelled may have been done all the
// same. With such a handle a call without an OVERLAPPED is an error that may look like a success (Microsoft,
// ReadFile), so both ends have one for each call, to connect as well.
#include "mechanisms/pipe/named_pipe.hpp"

namespace ipcmark {
namespace {

constexpr DWORD messages = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;

class WinNamedPipeOverlappedLink final : public NamedPipeLink {
 public:
  explicit WinNamedPipeOverlappedLink(const Options& options)
      : NamedPipeLink(options, messages, FILE_FLAG_OVERLAPPED) {}
};

class WinNamedPipeOverlappedEndpoint final : public Endpoint {
 public:
  WinNamedPipeOverlappedEndpoint(const Ticket& ticket, Role role, Wait wait)
      : pipe_(named_pipe_end(ticket, role, messages, FILE_FLAG_OVERLAPPED)), call_(wait) {}

  Io send(std::span<const std::byte> message) noexcept override {
    return call_(os::native(pipe_), [&](OVERLAPPED* state) {
      return ::WriteFile(os::native(pipe_), message.data(), size_of_call(message.size()), nullptr, state);
    });
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    return receive_message(buffer, [&](std::span<std::byte> part) {
      return call_(os::native(pipe_), [&](OVERLAPPED* state) {
        return ::ReadFile(os::native(pipe_), part.data(), size_of_call(part.size()), nullptr, state);
      });
    });
  }

 private:
  os::Handle pipe_;
  OverlappedCalls call_;
};

}  // namespace

extern constinit const Mechanism win_named_pipe_overlapped{
    .traits = {.name = "win_named_pipe_overlapped",
               .family = "pipe",
               .summary = "named pipe in message mode by overlapped calls, both ways",
               .manual = "CreateNamedPipe (Microsoft)",
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true},
    .create = create_as<WinNamedPipeOverlappedLink>,
    .open = open_as<WinNamedPipeOverlappedEndpoint>,
    .loops = loops_of<WinNamedPipeOverlappedEndpoint>,
};

}  // namespace ipcmark
