// Two UDP sockets on 127.0.0.1, each bound to a port of its own and connected to the other: Winsock.
//
// A datagram that finds no room in the receiver's buffer is gone, though its send succeeded. One that is
// larger than the buffer of a receive is cut off with WSAEMSGSIZE, and the rest of it lost: recv, "Return
// value". A datagram to a port that nobody has any more makes the sender's next receive say WSAECONNRESET
// (Wine: its next send WSAECONNREFUSED).
#include "mechanisms/socket/win_socket.hpp"

namespace ipcmark {
namespace {

constexpr std::size_t largest_datagram = 65507;  // 65535 less the headers of IP and UDP
constexpr int receive_buffer = 4 << 20;          // bytes

Socket bound_socket() {
  Socket socket = make_socket(AF_INET, SOCK_DGRAM);
  bind_to(socket, loopback(0));
  set_option(socket, SOL_SOCKET, SO_RCVBUF, receive_buffer);
  return socket;
}

class WinUdpLink final : public Link {
 public:
  explicit WinUdpLink(const Options& options) : producer_(bound_socket()), consumer_(bound_socket()) {
    if (options.max_message > largest_datagram) {
      throw Unsupported("a datagram of UDP over IPv4 holds " + std::to_string(largest_datagram) +
                        " bytes at most, which nothing raises");
    }
    connect_to(producer_, loopback(port_of(consumer_)));
    connect_to(consumer_, loopback(port_of(producer_)));
  }
  Ticket ticket(Role role) override {
    return {.address = {}, .handles = {(role == Role::producer ? producer_ : consumer_).raw()}};
  }
  void handed_over() override {
    producer_.reset();
    consumer_.reset();
  }

 private:
  Socket producer_, consumer_;
};

// Under Wine 8.0 a process can call only sockets that it made itself: an inherited one accepts, but WSASend
// says WSAENOTSOCK. A duplicate for this same process is one of its own.
Socket inherited(const Ticket& ticket) {
  use_winsock();
  const Socket given(ticket.handles.at(0));
  WSAPROTOCOL_INFOW what{};
  require_done(::WSADuplicateSocketW(given.get(), ::GetCurrentProcessId(), &what), "WSADuplicateSocket");
  const SOCKET socket = ::WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &what, 0,
                                     WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
  if (socket == INVALID_SOCKET) os::throw_error(static_cast<DWORD>(::WSAGetLastError()), "WSASocket");
  return Socket(socket);
}

class WinUdpEndpoint final : public Endpoint {
 public:
  WinUdpEndpoint(const Ticket& ticket, Role, Wait wait) : calls_(inherited(ticket), wait) {}

  Io send(std::span<const std::byte> message) noexcept override {
    const Io io = calls_.send(message, {});
    if (is(io, WSAEMSGSIZE)) [[unlikely]]
      return {.status = Status::too_big};
    return io;
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    const Io io = calls_.receive(buffer, {});
    if (is(io, WSAEMSGSIZE) || is(io, ERROR_MORE_DATA)) [[unlikely]]
      return {.size = buffer.size(), .status = Status::truncated};
    return io;
  }

 private:
  static bool is(const Io& io, int error) noexcept {
    return io.status == Status::error && io.os_error == error;
  }
  SocketCalls calls_;
};

}  // namespace

extern constinit const Mechanism win_udp{
    .traits = {.name = "win_udp",
               .family = "socket",
               .summary = "UDP over 127.0.0.1 by Winsock, loses what finds no room",
               .manual = "Winsock, WSASend (Microsoft)",
               .delivery = Delivery::lossy,
               .waits = blocks_or_polls,
               .fifo = false,
               .duplex = true,
               .survives_peer_kill = true,
               .named = true,
               .counterpart = "udp_loopback"},
    .create = create_as<WinUdpLink>,
    .open = open_as<WinUdpEndpoint>,
    .loops = loops_of<WinUdpEndpoint>,
};

}  // namespace ipcmark
