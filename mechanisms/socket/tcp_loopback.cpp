// A TCP connection over 127.0.0.1 with TCP_NODELAY, as two programs on one host make it through a port.
//
// Without TCP_NODELAY Nagle's algorithm holds small messages back: tcp(7). The parent listens on port 0
// before any child runs, so that connecting never needs a second attempt; connect(2) succeeds from the
// backlog before accept(2).
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <string>

#include "mechanisms/socket/stream_endpoint.hpp"

namespace ipcmark {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

class TcpLoopbackLink final : public Link {
 public:
  explicit TcpLoopbackLink(const Options&)
      : listener_(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket AF_INET")) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    check(::bind(listener_.fd(), reinterpret_cast<sockaddr*>(&address), size), "bind 127.0.0.1");
    check(::listen(listener_.fd(), 1), "listen 127.0.0.1");
    check(::getsockname(listener_.fd(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    port_ = ntohs(address.sin_port);
  }
  Ticket ticket(Role role) override {
    if (role == Role::consumer) return {.address = {}, .handles = {listener_.raw()}};
    return {.address = std::to_string(port_), .handles = {}};
  }
  void handed_over() override { listener_.reset(); }

 private:
  os::Handle listener_;
  std::uint16_t port_ = 0;
};

os::Handle connected(const Ticket& ticket, Role role) {
  os::Handle socket;
  if (role == Role::consumer) {
    const os::Handle listener(ticket.handles.at(0));
    socket =
        os::Handle(check(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC), "accept on 127.0.0.1"));
  } else {
    socket = os::Handle(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket AF_INET"));
    const sockaddr_in address = loopback(static_cast<std::uint16_t>(std::stoul(ticket.address)));
    check(::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "connect to 127.0.0.1");
  }
  const int on = 1;
  check(::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt TCP_NODELAY");
  return socket;
}

class TcpLoopbackEndpoint final : public StreamEndpoint {
 public:
  TcpLoopbackEndpoint(const Ticket& ticket, Role role, Wait wait)
      : StreamEndpoint(connected(ticket, role), ticket.max_message, wait) {}
};

}  // namespace

extern constinit const Mechanism tcp_loopback{
    .traits = {.name = "tcp_loopback",
               .family = "socket",
               .summary = "TCP over 127.0.0.1 with TCP_NODELAY",
               .manual = "tcp(7)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .duplex = true,
               .sees_peer_death = true},
    .create = create_as<TcpLoopbackLink>,
    .open = open_as<TcpLoopbackEndpoint>,
    .loops = loops_of<TcpLoopbackEndpoint>,
};

}  // namespace ipcmark
