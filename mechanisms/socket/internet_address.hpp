// Addresses on 127.0.0.1.
#pragma once

#include <netinet/in.h>

#include <cstdint>

#include "mechanisms/socket/connected.hpp"

namespace ipcmark {

inline SocketAddress loopback_address(std::uint16_t port) {  // 0: any that is free
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return SocketAddress(address);
}

inline std::uint16_t port_of(const os::Handle& socket) {
  return ntohs(SocketAddress::bound_to<sockaddr_in>(socket).sin_port);
}

}  // namespace ipcmark
