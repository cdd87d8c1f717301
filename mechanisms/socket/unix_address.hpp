// The two kinds of names of AF_UNIX sockets: unix(7), "Address format".
#pragma once

#include <sys/un.h>

#include <cstddef>

#include "mechanisms/socket/connected.hpp"

namespace ipcmark {

inline SocketAddress path_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw Unsupported("the path " + path + " is longer than the " +
                      std::to_string(sizeof address.sun_path - 1) +
                      " bytes that sun_path holds; choose a shorter directory with export TMPDIR=...");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return SocketAddress(address);
}

// Every byte that `size` counts belongs to an abstract name, zeroes as well.
inline SocketAddress abstract_address(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  return SocketAddress(address, offsetof(sockaddr_un, sun_path) + 1 + length);
}

}  // namespace ipcmark
