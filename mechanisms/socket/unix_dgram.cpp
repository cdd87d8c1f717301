// AF_UNIX sockets of type SOCK_DGRAM: the consumer has a name, producers connect to it, as to /dev/log.
//
// On Linux datagrams of AF_UNIX are reliable and stay in order: unix(7). A sender waits while the receiver
// has net.unix.max_dgram_qlen + 1 datagrams unread (11 by default, whatever their size), or while its own
// send buffer is full; a socketpair is bound by the latter only, 278 of one byte (both measured). A message
// must fit into the send buffer at once, less 32 bytes. Unlike with SOCK_SEQPACKET an empty message is a
// message, and a receiver never learns that its senders are gone. A sender learns of a dead receiver by
// ECONNREFUSED, also when it was waiting for room. What the dead receiver had not read is lost.
#include <unistd.h>

#include "harness/os/host.hpp"
#include "mechanisms/socket/packets.hpp"
#include "mechanisms/socket/unix_address.hpp"

namespace ipcmark {
namespace {

class UnixDgramLink final : public Link {
 public:
  explicit UnixDgramLink(const Options& options)
      : path_(os::private_directory(options.run) + "/dgram-" + std::to_string(options.link)) {
    const SocketAddress address = path_address(path_);
    consumer_ = address.make_socket(SOCK_DGRAM);
    make_room(consumer_, options.max_message,
              options.buffer);  // tells whether a producer's, the same here, will do
    check(::bind(consumer_.fd(), address.get(), address.size()), "bind");
  }
  ~UnixDgramLink() override { ::unlink(path_.c_str()); }
  Ticket ticket(Role role) override {
    if (role == Role::consumer) return {.address = {}, .handles = {consumer_.raw()}};
    return {.address = path_, .handles = {}};
  }
  void handed_over() override {
    consumer_.reset();
    ::unlink(path_.c_str());
  }

 private:
  std::string path_;
  os::Handle consumer_;
};

os::Handle end_of(const Ticket& ticket, Role role) {
  if (role == Role::consumer) return os::Handle(ticket.handles.at(0));
  const SocketAddress address = path_address(ticket.address);
  os::Handle socket = address.make_socket(SOCK_DGRAM);
  make_room(socket, ticket.max_message, ticket.buffer);
  check(::connect(socket.fd(), address.get(), address.size()), "connect");
  return socket;
}

class UnixDgramEndpoint final : public Endpoint {
 public:
  UnixDgramEndpoint(const Ticket& ticket, Role role, Wait wait)
      : socket_(polling(end_of(ticket, role), wait)) {}

  Io send(std::span<const std::byte> message) noexcept override {
    return refused_is_closed(send_packet(socket_, message));
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return recv_packet(socket_, buffer); }

 private:
  os::Handle socket_;
};

}  // namespace

extern constinit const Mechanism unix_dgram{
    .traits = {.name = "unix_dgram",
               .family = "socket",
               .summary = "AF_UNIX datagrams to a name, reliable on Linux",
               .manual = "unix(7)",
               .lifetime = Lifetime::file,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .many_producers = true,
               .many_consumers = true,
               .survives_peer_kill = true,
               .named = true,
               .passes_descriptors = true},
    .create = create_as<UnixDgramLink>,
    .open = open_as<UnixDgramEndpoint>,
    .loops = loops_of<UnixDgramEndpoint>,
};

}  // namespace ipcmark
