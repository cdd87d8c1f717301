// A TCP connection over 127.0.0.1 with TCP_NODELAY, as two programs on one host make it through a port.
//
// Without TCP_NODELAY Nagle's algorithm holds small messages back: tcp(7).
#include <netinet/tcp.h>

#include "mechanisms/socket/internet_address.hpp"

namespace ipcmark {
namespace {

class TcpLoopbackLink final : public ListeningLink {
 public:
  explicit TcpLoopbackLink(const Options& options) : ListeningLink(loopback_address(0), options) {
    name_ = std::to_string(port_of(listener_));
  }
};

os::Handle connected_at_once(const Ticket& ticket, Role role) {
  os::Handle socket =
      connected(ticket, role, loopback_address(static_cast<std::uint16_t>(std::stoul(ticket.address))));
  const int on = 1;
  check(::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt TCP_NODELAY");
  return socket;
}

class TcpLoopbackEndpoint final : public StreamEndpoint {
 public:
  TcpLoopbackEndpoint(const Ticket& ticket, Role role, Wait wait)
      : StreamEndpoint(connected_at_once(ticket, role), ticket.max_message, wait) {}
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
               .sees_peer_death = true},
    .create = create_as<TcpLoopbackLink>,
    .open = open_as<TcpLoopbackEndpoint>,
    .loops = loops_of<TcpLoopbackEndpoint>,
};

}  // namespace ipcmark
