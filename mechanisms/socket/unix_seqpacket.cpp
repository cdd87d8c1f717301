// A socketpair(2) of type SOCK_SEQPACKET: whole messages, in order, both ways.
//
// A message must fit into the send buffer at once, less 32 bytes (EMSGSIZE otherwise). SO_SNDBUF is capped by
// net.core.wmem_max and then doubled by the kernel: socket(7). A receive of 0 bytes may be an empty message
// or the end; here it is the end, as no message is empty. After the peer's death with unread data in its own
// buffer, ECONNRESET comes before the data that still lie here (measured; a stream gives them first).
#include <algorithm>

#include "harness/fd_stream.hpp"
#include "mechanisms/socket/socket_pair.hpp"

namespace ipcmark {
namespace {

constexpr std::size_t kernel_overhead = 32;

class UnixSeqpacketLink final : public SocketPairLink {
 public:
  explicit UnixSeqpacketLink(const Options& options) : SocketPairLink(SOCK_SEQPACKET) {
    for (const os::Handle* end : {&producer_, &consumer_})
      make_room(end->fd(), options.max_message + kernel_overhead);
  }

 private:
  static void make_room(int socket, std::size_t message) {
    int room = 0;
    socklen_t size = sizeof room;
    check(::getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &room, &size), "getsockopt SO_SNDBUF");
    if (static_cast<std::size_t>(room) >= message) return;
    const int wanted = static_cast<int>(message);
    if (::setsockopt(socket, SOL_SOCKET, SO_SNDBUFFORCE, &wanted, sizeof wanted) == -1) {
      check(::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof wanted), "setsockopt SO_SNDBUF");
    }
    check(::getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &room, &size), "getsockopt SO_SNDBUF");
    if (static_cast<std::size_t>(room) >= message) return;
    throw Unsupported("a message of " + std::to_string(message - kernel_overhead) +
                      " bytes does not fit into a send buffer of " + std::to_string(room) +
                      " bytes, which net.core.wmem_max caps; raise it with sysctl -w net.core.wmem_max=" +
                      std::to_string(message));
  }
};

class UnixSeqpacketEndpoint final : public Endpoint {
 public:
  UnixSeqpacketEndpoint(const Ticket& ticket, Role, Wait wait)
      : socket_(polling(os::Handle(ticket.handles.at(0)), wait)) {}

  Io send(std::span<const std::byte> message) noexcept override {
    return retry_interrupted(
        [&] { return ::send(socket_.fd(), message.data(), message.size(), MSG_NOSIGNAL); });
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    // With MSG_TRUNC the result is the size that the message had: recv(2).
    Io io = retry_interrupted([&] { return ::recv(socket_.fd(), buffer.data(), buffer.size(), MSG_TRUNC); });
    if (io.status != Status::ok) return io;
    if (io.size == 0) return {.status = Status::closed};
    if (io.size > buffer.size()) return {.size = buffer.size(), .status = Status::truncated};
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
               .duplex = true,
               .sees_peer_death = true},
    .create = create_as<UnixSeqpacketLink>,
    .open = open_as<UnixSeqpacketEndpoint>,
    .loops = loops_of<UnixSeqpacketEndpoint>,
};

}  // namespace ipcmark
