// A socketpair(2) of type SOCK_STREAM, as unix_stream, with every call made through an io_uring(7).
//
// With Wait::block one io_uring_enter(2) submits an operation and waits for it, so there are as many system
// calls as with read and write, and what differs is the ring's own work. With Wait::spin the call only
// submits, and the completion is polled for in memory that the kernel shares: no second call, but an
// operation that had to wait is completed by the spinning task itself, which the kernel interrupts for it.
//
// A process that has ended leaves its ring to a worker of the kernel (io_ring_exit_work() in
// io_uring/io_uring.c), and its end of the connection with it: the other side sees the end a moment after
// the process is gone.
#include "mechanisms/socket/socket_pair.hpp"
#include "mechanisms/socket/uring_endpoint.hpp"

namespace ipcmark {
namespace {

class UringUnixLink final : public SocketPairLink {
 public:
  explicit UringUnixLink(const Options& options) : SocketPairLink(SOCK_STREAM, options.buffer) {
    require_ring(Submission::by_call);
  }
};

class UringUnixEndpoint final : public UringEndpoint {
 public:
  UringUnixEndpoint(const Ticket& ticket, Role, Wait wait)
      : UringEndpoint(os::Handle(ticket.handles.at(0)), Submission::by_call, ticket.max_message, wait) {}
};

}  // namespace

extern constinit const Mechanism uring_unix{
    .traits = {.name = "uring_unix",
               .family = "socket",
               .summary = "io_uring over a socketpair of type SOCK_STREAM",
               .manual = "io_uring(7)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true},
    .create = create_as<UringUnixLink>,
    .open = open_as<UringUnixEndpoint>,
    .loops = loops_of<UringUnixEndpoint>,
};

}  // namespace ipcmark
