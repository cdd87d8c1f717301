// A named pipe in byte mode, both ways: CreateNamedPipe with PIPE_TYPE_BYTE.
//
// What win_anonymous_pipe is too, which Windows builds from such a pipe with a name of its own, but with a
// buffer of a chosen size. Nothing tells where a write ended.
#include "harness/framing.hpp"
#include "mechanisms/pipe/named_pipe.hpp"

namespace ipcmark {
namespace {

constexpr DWORD bytes = PIPE_TYPE_BYTE | PIPE_READMODE_BYTE;

class WinNamedPipeByteLink final : public NamedPipeLink {
 public:
  explicit WinNamedPipeByteLink(const Options& options) : NamedPipeLink(options, bytes, 0) {}
};

class WinNamedPipeByteEndpoint final : public Endpoint {
 public:
  WinNamedPipeByteEndpoint(const Ticket& ticket, Role role, Wait)
      : frames_(HandleStream(named_pipe_end(ticket, role, bytes, 0)), ticket.max_message) {}

  Io send(std::span<const std::byte> message) noexcept override { return frames_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return frames_.recv(buffer); }

 private:
  Framed<HandleStream> frames_;
};

}  // namespace

extern constinit const Mechanism win_named_pipe_byte{
    .traits = {.name = "win_named_pipe_byte",
               .family = "pipe",
               .summary = "named pipe in byte mode, both ways",
               .manual = "CreateNamedPipe (Microsoft)",
               .framing = Framing::bytes,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true},
    .create = create_as<WinNamedPipeByteLink>,
    .open = open_as<WinNamedPipeByteEndpoint>,
    .loops = loops_of<WinNamedPipeByteEndpoint>,
};

}  // namespace ipcmark
