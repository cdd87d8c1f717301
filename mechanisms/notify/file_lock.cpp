// A hand-off by locks on three bytes of a file, each held by one of two open file descriptions:
// fcntl(2), "Open file description locks". It carries no payload.
//
// Wake-ups are counted by whose turn it is. Before send k the producer holds byte k, counted modulo 3; it
// takes byte k + 1 and then lets byte k go. The consumer takes byte k and then lets byte k - 1 go, which the
// producer's next send needs. None is lost or merged, and a send cannot run ahead: while one wake-up is
// untaken, the next send waits. Two bytes would not do, because whoever lets one go could take it again
// before the other is awake.
//
// A lock goes with its holder, so that a consumer would take its producer's death for a wake-up, again and
// again. Both processes therefore keep both descriptions open, and a death is never noticed. Traditional
// record locks belong to a process and cannot be made by the parent for its children: locks of open file
// descriptions can. Nobody looks for a deadlock among them (EDEADLK is for traditional locks alone).
#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "harness/fd_stream.hpp"
#include "harness/os/host.hpp"

namespace ipcmark {
namespace {

constexpr off_t bytes = 3;

int lock(int file, int command, short kind, off_t byte) noexcept {
  struct flock range {};
  range.l_type = kind;
  range.l_whence = SEEK_SET;
  range.l_start = byte;
  range.l_len = 1;
  return ::fcntl(file, command, &range);
}

class FileLockLink final : public Link {
 public:
  explicit FileLockLink(const Options& options) {
    const std::string path = os::private_directory(options.run) + "/lock-" + std::to_string(options.link);
    for (os::Handle* end : {&producer_, &consumer_})
      *end = os::Handle(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    const int refused = errno;
    ::unlink(path.c_str());
    errno = refused;
    if (!producer_ || !consumer_) throw_errno("open of a lock file");
    for (const auto& [end, byte] : {std::pair{&producer_, 0}, {&consumer_, 2}}) {
      if (lock(end->fd(), F_OFD_SETLK, F_WRLCK, byte) == 0) continue;
      if (errno == EINVAL || errno == ENOLCK || errno == EOPNOTSUPP) {
        throw Unsupported("the file system of " + path + " refuses locks of open file descriptions (" +
                          std::generic_category().message(errno) + "); set TMPDIR to a local one");
      }
      throw_errno("fcntl F_OFD_SETLK");
    }
  }
  Ticket ticket(Role role) override {
    const bool producer = role == Role::producer;
    return {.address = {},
            .handles = {(producer ? producer_ : consumer_).raw(), (producer ? consumer_ : producer_).raw()}};
  }
  void handed_over() override {
    producer_.reset();
    consumer_.reset();
  }

 private:
  os::Handle producer_, consumer_;
};

class FileLockEndpoint final : public Endpoint {
 public:
  FileLockEndpoint(const Ticket& ticket, Role role, Wait wait)
      : own_(ticket.handles.at(0)),
        peers_(ticket.handles.at(1)),
        take_(wait == Wait::spin ? F_OFD_SETLK : F_OFD_SETLKW),
        held_(role == Role::producer ? 0 : bytes - 1) {}

  Io send(std::span<const std::byte>) noexcept override { return step(); }
  Io recv(std::span<std::byte>) noexcept override { return step(); }

 private:
  // The same on both sides: takes the next byte, lets the one go that it holds.
  Io step() noexcept {
    const off_t next = held_ == bytes - 1 ? 0 : held_ + 1;
    if (const Io io = retry_interrupted([&] { return lock(own_.fd(), take_, F_WRLCK, next); });
        io.status != Status::ok)
      return io;
    const Io io = retry_interrupted([&] { return lock(own_.fd(), F_OFD_SETLK, F_UNLCK, held_); });
    held_ = next;
    return io;
  }

  os::Handle own_, peers_;
  int take_;
  off_t held_;
};

}  // namespace

extern constinit const Mechanism file_lock{
    .traits = {.name = "file_lock",
               .family = "notify",
               .summary = "turns taken by locks on three bytes of a file",
               .manual = "fcntl(2)",
               .framing = Framing::signal,
               .waits = blocks_or_polls},
    .create = create_as<FileLockLink>,
    .open = open_as<FileLockEndpoint>,
    .loops = loops_of<FileLockEndpoint>,
};

}  // namespace ipcmark
