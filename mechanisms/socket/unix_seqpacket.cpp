// A socketpair(2) of type SOCK_SEQPACKET: whole messages, in order, both ways.
//
// A message must fit into the send buffer at once, less 32 bytes (EMSGSIZE otherwise). SO_SNDBUF is capped by
// net.core.wmem_max and then doubled by the kernel: socket(7). A receive of 0 bytes may be an empty message
// or the end; here it is the end, as no message is empty. After the peer's death with unread data in its own
// buffer, ECONNRESET comes before the data that still lie here (measured; a stream gives them first).
#include "mechanisms/socket/packets.hpp"
#include "mechanisms/socket/socket_pair.hpp"

namespace ipcmark {
namespace {

class UnixSeqpacketLink final : public SocketPairLink<SOCK_SEQPACKET> {
 public:
  explicit UnixSeqpacketLink(const Options& options) : SocketPairLink(options) {
    make_room(producer_, options.max_message, options.buffer);
    make_room(consumer_, options.max_message, options.buffer);
  }
};

class UnixSeqpacketEndpoint final : public Endpoint {
 public:
  UnixSeqpacketEndpoint(const Ticket& ticket, Role, Wait wait)
      : socket_(polling(os::Handle(ticket.handles.at(0)), wait)) {}

  Io send(std::span<const std::byte> message) noexcept override { return send_packet(socket_, message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    const Io io = recv_packet(socket_, buffer);
    if (io.status == Status::ok && io.size == 0) return {.status = Status::closed};
    return io;
  }

 private:
  os::Handle socket_;
};

}  // namespace

extern constinit const Mechanism unix_seqpacket{
    .traits = {.name = "unix_seqpacket",
               .family = "socket",
               .summary = "socketpair of type SOCK_SEQPACKET, whole messages both ways",
               .manual = "unix(7)",
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .passes_descriptors = true},
    .create = create_as<UnixSeqpacketLink>,
    .open = open_as<UnixSeqpacketEndpoint>,
    .loops = loops_of<UnixSeqpacketEndpoint>,
};

}  // namespace ipcmark
