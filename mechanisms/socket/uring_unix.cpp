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

using Ends = UringEndpoint<end_of_pair, Submission::by_call>;

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
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .passes_descriptors = true},
    .create = create_as<UringLink<StreamPairLink, Submission::by_call>>,
    .open = open_as<Ends>,
    .loops = loops_of<Ends>,
};

}  // namespace ipcmark
