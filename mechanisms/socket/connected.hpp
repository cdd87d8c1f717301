// A connection between two programs that know one address: the consumer accepts, the producer connects.
//
// The parent binds and listens before any child runs, so that connecting never needs a second attempt:
// connect(2) succeeds from the backlog before accept(2).
#pragma once

#include <sys/socket.h>

#include <cstring>
#include <string>

#include "mechanisms/socket/buffer.hpp"
#include "mechanisms/socket/stream_endpoint.hpp"

namespace ipcmark {

// A sockaddr_in, _un or _vm, of which `size` bytes count.
class SocketAddress {
 public:
  template <class Specific>
  explicit SocketAddress(const Specific& address, std::size_t size = sizeof(Specific))
      : size_(static_cast<socklen_t>(size)) {
    static_assert(sizeof address <= sizeof bytes_);
    std::memcpy(&bytes_, &address, size);
  }
  template <class Specific>
  static Specific bound_to(const os::Handle& socket) {
    Specific address{};
    socklen_t size = sizeof address;
    check(::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    return address;
  }
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&bytes_); }
  socklen_t size() const noexcept { return size_; }
  os::Handle make_socket(int type = SOCK_STREAM) const {
    return os::Handle(check(::socket(bytes_.ss_family, type | SOCK_CLOEXEC, 0), "socket"));
  }

 private:
  sockaddr_storage bytes_{};
  socklen_t size_;
};

class ListeningLink : public Link {
 public:
  ListeningLink(const SocketAddress& address, const Options& options) : listener_(address.make_socket()) {
    choose_buffer(listener_, options.buffer);
    check(::bind(listener_.fd(), address.get(), address.size()), "bind");
    check(::listen(listener_.fd(), 1), "listen");
  }
  Ticket ticket(Role role) final {
    if (role == Role::consumer) return {.address = name_, .handles = {listener_.raw()}};
    return {.address = name_, .handles = {}};
  }
  void handed_over() override { listener_.reset(); }

 protected:
  os::Handle listener_;
  std::string name_;  // from which a child makes the address
};

inline os::Handle connected(const Ticket& ticket, Role role, const SocketAddress& address) {
  if (role == Role::consumer) {
    const os::Handle listener(ticket.handles.at(0));
    os::Handle socket(check(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
    choose_buffer(socket, ticket.buffer);
    return socket;
  }
  os::Handle socket = address.make_socket();
  choose_buffer(socket, ticket.buffer);
  check(::connect(socket.fd(), address.get(), address.size()), "connect");
  return socket;
}

}  // namespace ipcmark
