// As uring_tcp, with IORING_SETUP_SQPOLL: a thread of the kernel takes operations from the ring, and
// sending needs no system call while that thread is awake. io_uring_setup(2).
//
// What that thread does to a placement is said in uring_unix_sqpoll.
#include "mechanisms/socket/tcp_connection.hpp"
#include "mechanisms/socket/uring_endpoint.hpp"

namespace ipcmark {
namespace {

using Ends = UringEndpoint<connected_by_tcp, Submission::by_thread>;

}  // namespace

extern constinit const Mechanism uring_tcp_sqpoll{
    .traits = {.name = "uring_tcp_sqpoll",
               .family = "socket",
               .summary = "io_uring over TCP on 127.0.0.1, submitted by a kernel thread",
               .manual = "io_uring(7)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .named = true,
               .needs = "a kernel thread that polls"},
    .create = create_as<UringLink<TcpLink, Submission::by_thread>>,
    .open = open_as<Ends>,
    .loops = loops_of<Ends>,
};

}  // namespace ipcmark
