// A TCP connection over 127.0.0.1 with TCP_NODELAY, as two programs on one host make it through a port.
#include "mechanisms/socket/tcp_connection.hpp"

namespace ipcmark {
namespace {

class TcpLoopbackLink final : public TcpLink {
 public:
  explicit TcpLoopbackLink(const Options& options) : TcpLink(options) {}
};

class TcpLoopbackEndpoint final : public StreamEndpoint {
 public:
  TcpLoopbackEndpoint(const Ticket& ticket, Role role, Wait wait)
      : StreamEndpoint(connected_by_tcp(ticket, role), ticket.max_message, wait) {}
};

}  // namespace

extern constinit const Mechanism tcp_loopback{
    .traits = {.name = "tcp_loopback",
               .family = "socket",
               .summary = "TCP over 127.0.0.1 with TCP_NODELAY",
               .manual = "tcp(7)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .named = true,
               .counterpart = "win_tcp"},
    .create = create_as<TcpLoopbackLink>,
    .open = open_as<TcpLoopbackEndpoint>,
    .loops = loops_of<TcpLoopbackEndpoint>,
};

}  // namespace ipcmark
