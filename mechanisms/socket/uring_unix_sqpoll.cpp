// As uring_unix, with IORING_SETUP_SQPOLL: a thread of the kernel takes operations from the ring, and
// sending needs no system call while that thread is awake. io_uring_setup(2).
//
// This is a mechanism and not a kind of waiting, because who submits and how one waits are two choices: with
// Wait::block the process still enters the kernel to sleep until the thread has done the work. With
// Wait::spin it enters only to wake the thread, which was once for ten round trips and their warm-up.
//
// The thread spins for a second after its last operation before it sleeps, its time counts as the process's
// (499 of 500 ms in which that slept), and it runs where the process may (Linux 6.18; all measured). So two
// ends with Wait::spin keep four processors busy, and where there are fewer, each operation waits for a time
// slice of the scheduler: milliseconds.
#include "mechanisms/socket/socket_pair.hpp"
#include "mechanisms/socket/uring_endpoint.hpp"

namespace ipcmark {
namespace {

using Ends = UringEndpoint<end_of_pair, Submission::by_thread>;

}  // namespace

extern constinit const Mechanism uring_unix_sqpoll{
    .traits = {.name = "uring_unix_sqpoll",
               .family = "socket",
               .summary = "io_uring over a socketpair, submitted by a kernel thread",
               .manual = "io_uring(7)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .passes_descriptors = true,
               .needs = "a kernel thread that polls"},
    .create = create_as<UringLink<StreamPairLink, Submission::by_thread>>,
    .open = open_as<Ends>,
    .loops = loops_of<Ends>,
};

}  // namespace ipcmark
