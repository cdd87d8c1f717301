// A connection of AF_UNIX sockets of type SOCK_STREAM made through an abstract name: unix(7), Linux only.
//
// The name is no file: it has no permissions, belongs to the network namespace and not to a mount, and is
// free again once the last descriptor of its socket is closed, however its process ended. Whoever guesses it
// may connect, so the side that accepts asks SO_PEERCRED who came.
#include <unistd.h>

#include "harness/os/host.hpp"
#include "mechanisms/socket/unix_address.hpp"

namespace ipcmark {
namespace {

class UnixAbstractLink final : public ListeningLink {
 public:
  explicit UnixAbstractLink(const Options& options)
      : ListeningLink(abstract_address(os::object_name(options.run, options.link)), options) {
    name_ = os::object_name(options.run, options.link);
  }
};

os::Handle connected_to_own_user(const Ticket& ticket, Role role) {
  os::Handle socket = connected(ticket, role, abstract_address(ticket.address));
  ucred peer{};
  socklen_t size = sizeof peer;
  check(::getsockopt(socket.fd(), SOL_SOCKET, SO_PEERCRED, &peer, &size), "getsockopt SO_PEERCRED");
  if (peer.uid != ::geteuid())
    throw std::runtime_error("process " + std::to_string(peer.pid) + " of another user took part");
  return socket;
}

class UnixAbstractEndpoint final : public StreamEndpoint {
 public:
  UnixAbstractEndpoint(const Ticket& ticket, Role role, Wait wait)
      : StreamEndpoint(connected_to_own_user(ticket, role), ticket.max_message, wait) {}
};

}  // namespace

extern constinit const Mechanism unix_abstract{
    .traits = {.name = "unix_abstract",
               .family = "socket",
               .summary = "AF_UNIX stream connected through an abstract name",
               .manual = "unix(7)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .named = true,
               .passes_descriptors = true},
    .create = create_as<UnixAbstractLink>,
    .open = open_as<UnixAbstractEndpoint>,
    .loops = loops_of<UnixAbstractEndpoint>,
};

}  // namespace ipcmark
