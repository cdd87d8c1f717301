// A socketpair(2) of type SOCK_STREAM: a two-way stream of bytes.
//
// A sender waits by memory that the kernel accounts, not by payload: 278 messages of one byte fill a send
// buffer of 212992 bytes (unix(7) states only the size; measured).
#include "mechanisms/socket/socket_pair.hpp"
#include "mechanisms/socket/stream_endpoint.hpp"

namespace ipcmark {
namespace {

class UnixStreamEndpoint final : public StreamEndpoint {
 public:
  UnixStreamEndpoint(const Ticket& ticket, Role, Wait wait)
      : StreamEndpoint(os::Handle(ticket.handles.at(0)), ticket.max_message, wait) {}
};

}  // namespace

extern constinit const Mechanism unix_stream{
    .traits = {.name = "unix_stream",
               .family = "socket",
               .summary = "socketpair of type SOCK_STREAM, a two-way stream of bytes",
               .manual = "unix(7)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .passes_descriptors = true},
    .create = create_as<StreamPairLink>,
    .open = open_as<UnixStreamEndpoint>,
    .loops = loops_of<UnixStreamEndpoint>,
};

}  // namespace ipcmark
