// Two UDP sockets on 127.0.0.1, each bound to a port of its own and connected to the other: udp(7).
//
// A datagram that finds no room in the receiver's buffer is gone, though its send succeeded: of 100000 of
// four bytes sent to a receiver that did not read, 256 arrived with the default buffer, and 10082 with the
// one that is asked for here (measured). net.core.rmem_max caps it for a user without CAP_NET_ADMIN, and each
// datagram counts with what the kernel adds to it. udp(7) promises no order; of 300000 datagrams from a
// process that changed its core every seven, none came out of order here. A datagram holds 65507 bytes at
// most. After the death of the receiver a send still succeeds and the next says ECONNREFUSED, in turns
// (measured); a receiver that only receives never learns.
#include "harness/pair_link.hpp"
#include "mechanisms/socket/internet_address.hpp"
#include "mechanisms/socket/packets.hpp"

namespace ipcmark {
namespace {

constexpr std::size_t largest_datagram = 65507;  // 65535 less the headers of IP and UDP
constexpr std::size_t usual_receive_buffer = std::size_t{4} << 20;

os::Handle bound_socket() {
  const SocketAddress any = loopback_address(0);
  os::Handle socket = any.make_socket(SOCK_DGRAM);
  check(::bind(socket.fd(), any.get(), any.size()), "bind 127.0.0.1");
  return socket;
}

void connect_to(const os::Handle& socket, const os::Handle& peer) {
  const SocketAddress address = loopback_address(port_of(peer));
  check(::connect(socket.fd(), address.get(), address.size()), "connect to 127.0.0.1");
}

class UdpLoopbackLink final : public PairLink {
 public:
  explicit UdpLoopbackLink(const Options& options) : PairLink(bound_socket(), bound_socket()) {
    if (options.max_message > largest_datagram) {
      throw Unsupported("a datagram of UDP over IPv4 holds " + std::to_string(largest_datagram) +
                        " bytes at most, which nothing raises");
    }
    connect_to(producer_, consumer_);
    connect_to(consumer_, producer_);
    for (const os::Handle* end : {&producer_, &consumer_}) {
      choose_buffer(*end, options.buffer);
      if (options.buffer != 0) continue;
      enlarge_buffer(*end, receive_buffer, usual_receive_buffer);
      enlarge_buffer(*end, send_buffer, 2 * options.max_message);
    }
  }
};

class UdpLoopbackEndpoint final : public Endpoint {
 public:
  UdpLoopbackEndpoint(const Ticket& ticket, Role, Wait wait)
      : socket_(polling(os::Handle(ticket.handles.at(0)), wait)) {}

  Io send(std::span<const std::byte> message) noexcept override {
    return refused_is_closed(send_packet(socket_, message));
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    return refused_is_closed(recv_packet(socket_, buffer));
  }

 private:
  os::Handle socket_;
};

}  // namespace

extern constinit const Mechanism udp_loopback{
    .traits = {.name = "udp_loopback",
               .family = "socket",
               .summary = "UDP over 127.0.0.1, loses what finds no room",
               .manual = "udp(7)",
               .delivery = Delivery::lossy,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .fifo = false,
               .duplex = true,
               .survives_peer_kill = true,
               .named = true,
               .counterpart = "win_udp"},
    .create = create_as<UdpLoopbackLink>,
    .open = open_as<UdpLoopbackEndpoint>,
    .loops = loops_of<UdpLoopbackEndpoint>,
};

}  // namespace ipcmark
