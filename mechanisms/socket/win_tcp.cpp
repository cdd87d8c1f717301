// A TCP connection over 127.0.0.1 with TCP_NODELAY: Winsock.
//
// Windows lets two programs bind the same port unless one of them says SO_EXCLUSIVEADDRUSE, and then sends
// connections to either (Microsoft, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE"). A peer that was terminated
// resets the connection, whereas one of Linux that is killed ends it as if it had closed it.
#include "mechanisms/socket/win_socket.hpp"

namespace ipcmark {
namespace {

class WinTcpLink final : public ListeningSocketLink {
 public:
  explicit WinTcpLink(const Options&) : ListeningSocketLink(make_socket(AF_INET, SOCK_STREAM)) {
    set_option(listener_, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, BOOL{TRUE});
    bind_to(listener_, loopback(0));
    require_done(::listen(listener_.get(), 1), "listen");
    name_ = std::to_string(port_of(listener_));
  }
};

Socket connected(const Ticket& ticket, Role role) {
  use_winsock();
  Socket socket;
  if (role == Role::consumer) {
    socket = accepted_from(Socket(ticket.handles.at(0)));
  } else {
    socket = make_socket(AF_INET, SOCK_STREAM);
    connect_to(socket, loopback(static_cast<std::uint16_t>(std::stoul(ticket.address))));
  }
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, BOOL{TRUE});
  return socket;
}

class WinTcpEndpoint final : public SocketStreamEndpoint {
 public:
  WinTcpEndpoint(const Ticket& ticket, Role role, Wait wait)
      : SocketStreamEndpoint(connected(ticket, role), ticket.max_message, wait) {}
};

constexpr std::string_view stays_open =
    "Wine 8.0 keeps the socket of a process that is killed while a send of it is under way: both ends stay "
    "established, in the hands of its server alone";
constexpr KnownFailure known[]{
    {.clauses = "GEN-16", .told = "no end within", .why = stays_open, .here = os::under_wine},
    {.clauses = "GUA-06", .told = "no end within", .why = stays_open, .here = os::under_wine}};

}  // namespace

extern constinit const Mechanism win_tcp{
    .traits = {.name = "win_tcp",
               .family = "socket",
               .summary = "TCP over 127.0.0.1 with TCP_NODELAY, by Winsock",
               .manual = "Winsock, WSASend (Microsoft)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .named = true,
               .counterpart = "tcp_loopback"},
    .create = create_as<WinTcpLink>,
    .open = open_as<WinTcpEndpoint>,
    .loops = loops_of<WinTcpEndpoint>,
    .known = known,
};

}  // namespace ipcmark
