// A TCP connection over 127.0.0.1 with TCP_NODELAY, made between two children through a port of the parent's.
//
// Without TCP_NODELAY Nagle's algorithm holds small messages back: tcp(7).
#pragma once

#include <netinet/tcp.h>

#include "mechanisms/socket/internet_address.hpp"

namespace ipcmark {

class TcpLink : public ListeningLink {
 public:
  explicit TcpLink(const Options& options) : ListeningLink(loopback_address(0), options) {
    name_ = std::to_string(port_of(listener_));
  }
};

inline os::Handle connected_by_tcp(const Ticket& ticket, Role role) {
  os::Handle socket =
      connected(ticket, role, loopback_address(static_cast<std::uint16_t>(std::stoul(ticket.address))));
  const int on = 1;
  check(::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt TCP_NODELAY");
  return socket;
}

}  // namespace ipcmark
