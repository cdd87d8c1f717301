// A pipe into which the producer puts pages of its own memory, vmsplice(2), instead of having them copied.
//
// What is zero-copy: the way into the pipe, and nothing else. send() is given a message in memory of the
// caller's and copies it in user space to pages of a ring, where write(2) would have copied it in the kernel;
// the consumer's read(2) copies it out. A message therefore costs two copies, as through any pipe; what is
// saved is the kernel's allocation of pages, and a program that composes its messages in such a ring saves
// the first copy. Splicing out as well moves references and no bytes, so that a reader would still have to
// copy or to map.
//
// The pipe refers to the pages until they are read, and what is written to them meanwhile is what the reader
// gets (measured). Nothing tells when a page is free, but the pipe has a fixed number of slots, F_GETPIPE_SZ,
// and a page spliced takes one of them, whatever part of it is used and also when it belongs to a huge page
// (measured: a pipe of 64 KiB is full after 16 pages of one byte). A page is thus free once as many pages as
// the pipe has slots have followed it, and the ring is long enough that it always is. The slot of a page that
// is partly read stays taken.
//
// Without SPLICE_F_GIFT, since a gift may never be modified again (vmsplice(2)) and a ring exists to be used
// again; the flag would change nothing for a reader that reads. A vmsplice that blocks returns as soon as it
// has put one page, and O_NONBLOCK does not keep it from blocking, only SPLICE_F_NONBLOCK does (measured).
#include <sys/mman.h>

#include "harness/os/memory.hpp"
#include "mechanisms/pipe/pipe_endpoint.hpp"

namespace ipcmark {
namespace {

class VmsplicePipeLink final : public PipeLink {
 public:
  explicit VmsplicePipeLink(const Options&) : PipeLink(0) {}
};

// Pages that are not handed out again before as many others as the pipe holds have been put into it.
class PageRing {
 public:
  PageRing() = default;
  PageRing(int pipe, std::size_t largest_frame)
      : page_(static_cast<std::size_t>(check(::sysconf(_SC_PAGESIZE), "sysconf"))) {
    const auto capacity = static_cast<std::size_t>(check(::fcntl(pipe, F_GETPIPE_SZ), "fcntl F_GETPIPE_SZ"));
    // A frame that does not fit behind the last one begins anew at the front and leaves the end unused, less
    // than one frame; and its own pages must all be free before it is written.
    const std::size_t size = capacity + 2 * round_up(largest_frame);
    void* memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) throw_errno("mmap of a ring of pages");
    pages_ = os::Mapping(static_cast<std::byte*>(memory), size);
  }

  std::byte* take(std::size_t size) noexcept {
    const std::size_t taken = round_up(size);
    if (next_ + taken > pages_.size()) next_ = 0;
    std::byte* first = pages_.data() + next_;
    next_ += taken;
    return first;
  }

 private:
  std::size_t round_up(std::size_t size) const noexcept { return (size + page_ - 1) / page_ * page_; }

  os::Mapping pages_;
  std::size_t page_ = 1, next_ = 0;
};

// A frame is as in harness/framing.hpp, which reads it.
class VmsplicePipeEndpoint final : public Endpoint {
 public:
  VmsplicePipeEndpoint(const Ticket& ticket, Role role, Wait wait)
      : VmsplicePipeEndpoint(polling(os::Handle(ticket.handles.at(0)), wait), ticket.max_message, role,
                             wait) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > max_message_) [[unlikely]]
      return {.status = Status::too_big};
    const std::uint64_t length = message.size();
    std::byte* frame = ring_.take(sizeof length + message.size());
    std::memcpy(frame, &length, sizeof length);
    copy_bytes(frame + sizeof length, message.data(), message.size());
    iovec rest{frame, sizeof length + message.size()};
    for (;;) {
      const Io io = retry_interrupted([&] { return ::vmsplice(pipe_, &rest, 1, flags_); });
      if (io.status != Status::ok) [[unlikely]]
        return io;
      if (io.size == rest.iov_len) return {.size = message.size()};
      rest = {static_cast<std::byte*>(rest.iov_base) + io.size, rest.iov_len - io.size};
    }
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return frames_.recv(buffer); }

 private:
  VmsplicePipeEndpoint(os::Handle end, std::size_t max_message, Role role, Wait wait)
      : pipe_(end.fd()),
        max_message_(max_message),
        flags_(wait == Wait::spin ? SPLICE_F_NONBLOCK : 0),
        frames_(FdStream(std::move(end)), max_message) {
    if (role == Role::producer) ring_ = PageRing(pipe_, sizeof(std::uint64_t) + max_message);
  }

  int pipe_;  // owned by frames_
  std::size_t max_message_;
  unsigned flags_;
  PageRing ring_;
  Framed<FdStream> frames_;
};

}  // namespace

extern constinit const Mechanism vmsplice_pipe{
    .traits = {.name = "vmsplice_pipe",
               .family = "pipe",
               .summary = "pipe(2) that refers to the producer's pages, put there by vmsplice",
               .manual = "vmsplice(2)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .sees_peer_death = true,
               .survives_peer_kill = true},
    .create = create_as<VmsplicePipeLink>,
    .open = open_as<VmsplicePipeEndpoint>,
    .loops = loops_of<VmsplicePipeEndpoint>,
};

}  // namespace ipcmark
