// TCP over 127.0.0.1 with TCP_NODELAY, as tcp_loopback, with every call made through an io_uring(7).
//
// Waits are those of uring_unix: one io_uring_enter(2) per operation, which also waits for it, or only
// submits it and the completion is polled for in shared memory.
#include "mechanisms/socket/tcp_connection.hpp"
#include "mechanisms/socket/uring_endpoint.hpp"

namespace ipcmark {
namespace {

using Ends = UringEndpoint<connected_by_tcp, Submission::by_call>;

}  // namespace

extern constinit const Mechanism uring_tcp{
    .traits = {.name = "uring_tcp",
               .family = "socket",
               .summary = "io_uring over TCP on 127.0.0.1 with TCP_NODELAY",
               .manual = "io_uring(7)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .named = true},
    .create = create_as<UringLink<TcpLink, Submission::by_call>>,
    .open = open_as<Ends>,
    .loops = loops_of<Ends>,
};

}  // namespace ipcmark
