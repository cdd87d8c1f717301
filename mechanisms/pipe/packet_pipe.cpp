// A pipe in packet mode, pipe2(2) with O_DIRECT: a write of up to PIPE_BUF bytes is a packet, and a read
// takes one.
//
// A larger write becomes several packets without a word (5000 bytes arrive as 4096 and 904), so a Link for
// larger messages is Unsupported. A read into too small a buffer drops the rest of the packet, just as
// silently; one byte of room beyond the buffer tells. A packet of no bytes cannot be sent: the write succeeds
// and nothing arrives (pipe(2), and measured), which send() reports as EINVAL. Each packet takes a slot of
// one page, so the default capacity of 64 KiB holds 16 packets of whatever size; F_SETPIPE_SZ makes it as
// deep as was asked for, unless its bytes were chosen. A user beyond fs.pipe-user-pages-soft may not do that
// (EPERM) and keeps what there is.
#include <climits>
#include <string>

#include "mechanisms/pipe/pipe_endpoint.hpp"

namespace ipcmark {
namespace {

class PacketPipeLink final : public PipeLink {
 public:
  explicit PacketPipeLink(const Options& options) : PipeLink(O_DIRECT, options.buffer) {
    if (options.max_message > PIPE_BUF) {
      throw Unsupported("a packet of " + std::to_string(options.max_message) +
                        " bytes would be split: pipe2 keeps packets whole up to PIPE_BUF, " +
                        std::to_string(PIPE_BUF) + " bytes, which nothing raises");
    }
    if (options.buffer != 0) return;
    if (options.buffer != 0) return;
    const long wanted = static_cast<long>(options.depth) * check(::sysconf(_SC_PAGESIZE), "sysconf");
    if (::fcntl(write_.fd(), F_SETPIPE_SZ, static_cast<int>(wanted)) == -1 && errno != EPERM)
      throw_errno("fcntl F_SETPIPE_SZ");
  }
};

class PacketPipeEndpoint final : public Endpoint {
 public:
  PacketPipeEndpoint(const Ticket& ticket, Role, Wait wait)
      : end_(polling(os::Handle(ticket.handles.at(0)), wait)), max_message_(ticket.max_message) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() - 1 >= PIPE_BUF) [[unlikely]]
      return refuse(message.size());
    return retry_interrupted([&] { return ::write(end_.fd(), message.data(), message.size()); });
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    Io io = buffer.size() >= max_message_
                ? retry_interrupted([&] { return ::read(end_.fd(), buffer.data(), buffer.size()); })
                : read_and_one_more(buffer);
    if (io.status == Status::ok && io.size == 0) io.status = Status::closed;  // every writer is gone
    return io;
  }

 private:
  static Io refuse(std::size_t size) noexcept {
    if (size == 0) return {.status = Status::error, .os_error = EINVAL};
    return {.status = Status::too_big};
  }

  [[gnu::noinline]] Io read_and_one_more(std::span<std::byte> buffer) noexcept {
    std::byte beyond{};
    const std::array<iovec, 2> pieces{{{buffer.data(), buffer.size()}, {&beyond, 1}}};
    const Io io = retry_interrupted([&] { return ::readv(end_.fd(), pieces.data(), 2); });
    if (io.status != Status::ok || io.size <= buffer.size()) return io;
    return {.size = buffer.size(), .status = Status::truncated};
  }

  os::Handle end_;
  std::size_t max_message_;
};

}  // namespace

extern constinit const Mechanism packet_pipe{
    .traits = {.name = "packet_pipe",
               .family = "pipe",
               .summary = "pipe2 with O_DIRECT, one-way packets of up to PIPE_BUF bytes",
               .manual = "pipe(2)",
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .many_producers = true,
               .many_consumers = true,
               .sees_peer_death = true,
               .survives_peer_kill = true},
    .create = create_as<PacketPipeLink>,
    .open = open_as<PacketPipeEndpoint>,
    .loops = loops_of<PacketPipeEndpoint>,
};

}  // namespace ipcmark
