// A memfd_create(2) for every message, handed over as a descriptor (SCM_RIGHTS, unix(7)) through a
// socketpair.
//
// The producer writes the payload into a new file of memory, seals it against any change (fcntl(2), "File
// sealing") and sends the descriptor along with the length. The consumer reads it into its buffer and closes
// it, and the pages are freed. The seal is for a consumer that maps what it is given and has to trust it;
// this one copies, as every receive does. Nothing is reused: each message pays for a file and fresh pages.
//
// The memory of untaken messages is bounded by the send buffer of the socket: 384 bytes of SO_SNDBUF, which
// the kernel doubles, hold one message (measured: 64 in 24576 bytes, 16 in 6144, never fewer than 6).
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "harness/fd_stream.hpp"
#include "harness/os/posix/letter.hpp"
#include "harness/pair_link.hpp"

namespace ipcmark {
namespace {

constexpr int room_of_one = 384;

class FdPassingLink final : public PairLink {
 public:
  explicit FdPassingLink(const Options& options) : PairLink(SOCK_SEQPACKET) {
    const os::Handle probe(::memfd_create("ipcmark", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!probe) {
      throw Unsupported(std::string("memfd_create says ") + std::generic_category().message(errno) +
                        ": it needs CONFIG_MEMFD_CREATE and sysctl -w vm.memfd_noexec=0 or 1");
    }
    const int room = static_cast<int>(options.depth) * room_of_one;
    check(::setsockopt(producer_.fd(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room), "setsockopt SO_SNDBUF");
  }
};

class FdPassingEndpoint final : public Endpoint {
 public:
  FdPassingEndpoint(const Ticket& ticket, Role, Wait wait)
      : socket_(polling(os::Handle(ticket.handles.at(0)), wait)) {}

  Io send(std::span<const std::byte> message) noexcept override {
    const os::Handle memory(::memfd_create("ipcmark", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory) return io_of_errno(errno);
    for (auto rest = message; !rest.empty();) {
      const Io io = retry_interrupted([&] { return ::write(memory.fd(), rest.data(), rest.size()); });
      if (io.status != Status::ok) return io;
      rest = rest.subspan(io.size);
    }
    constexpr int all = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (::fcntl(memory.fd(), F_ADD_SEALS, all) == -1) return io_of_errno(errno);
    os::Letter letter;
    letter.text = message.size();
    letter.enclose(memory);
    const Io io = retry_interrupted([&] { return ::sendmsg(socket_.fd(), &letter.header, MSG_NOSIGNAL); });
    return {.size = message.size(), .status = io.status, .os_error = io.os_error};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    os::Letter letter;
    const Io io =
        retry_interrupted([&] { return ::recvmsg(socket_.fd(), &letter.header, MSG_CMSG_CLOEXEC); });
    if (io.status != Status::ok) return io;
    if (io.size == 0) return {.status = Status::closed};
    const os::Handle memory = letter.enclosed();
    if (!memory) return {.status = Status::error, .os_error = EMFILE};
    const std::size_t kept = std::min<std::size_t>(letter.text, buffer.size());
    for (std::size_t done = 0; done < kept;) {
      const Io part = retry_interrupted([&] {  // the offset is shared with the producer, and at the end
        return ::pread(memory.fd(), buffer.data() + done, kept - done, static_cast<off_t>(done));
      });
      if (part.status != Status::ok) return part;
      if (part.size == 0) return {.status = Status::error, .os_error = EIO};
      done += part.size;
    }
    return {.size = kept, .status = kept < letter.text ? Status::truncated : Status::ok};
  }

 private:
  os::Handle socket_;
};

}  // namespace

extern constinit const Mechanism fd_passing{
    .traits = {.name = "fd_passing",
               .family = "copy",
               .summary = "a sealed memfd per message, passed through a socketpair",
               .manual = "memfd_create(2)",
               .waits = blocks_or_polls,
               .many_producers = true,
               .many_consumers = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .passes_descriptors = true},
    .create = create_as<FdPassingLink>,
    .open = open_as<FdPassingEndpoint>,
    .loops = loops_of<FdPassingEndpoint>,
};

}  // namespace ipcmark
