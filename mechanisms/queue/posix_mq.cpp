// A POSIX message queue: mq_overview(7). Whole messages with priorities: mq_receive(3) takes the oldest of
// the highest, so that recv is recv_first. There are MQ_PRIO_MAX levels, on Linux 32768; POSIX promises 32.
//
// fs.mqueue.msg_max (10) and msgsize_max (8192) bind every process without CAP_SYS_RESOURCE, root in a
// container as well; RLIMIT_MSGQUEUE counts the queue's bytes and their overhead together (mq_open(3) says
// EMFILE). A queue shallower than was asked for is accepted down to two messages, a smaller message is not.
// The name goes once everybody has opened it.
#include <fcntl.h>
#include <mqueue.h>

#include <algorithm>
#include <climits>

#include "harness/fd_stream.hpp"
#include "harness/os/host.hpp"
#include "harness/priority.hpp"

namespace ipcmark {
namespace {

std::string limit(const char* name) {
  return os::first_line(std::string("/proc/sys/fs/mqueue/") + name).value_or("unknown");
}

class PosixMqLink final : public Link {
 public:
  explicit PosixMqLink(const Options& options) : name_("/" + os::object_name(options.run, options.link)) {
    const auto allowed = os::number_in("/proc/sys/fs/mqueue/msg_max").value_or(10);
    const long wanted = static_cast<long>(options.depth);
    for (const long depth : {wanted, std::min(wanted, static_cast<long>(allowed)), std::min(wanted, 2L)}) {
      if (create(options.max_message, depth)) return;
    }
    throw Unsupported("no queue for messages of " + std::to_string(options.max_message) +
                      " bytes: fs.mqueue.msgsize_max is " + limit("msgsize_max") +
                      ", and RLIMIT_MSGQUEUE bounds the whole queue; raise them with sysctl -w "
                      "fs.mqueue.msgsize_max=... and ulimit -q");
  }
  ~PosixMqLink() override { ::mq_unlink(name_.c_str()); }
  Ticket ticket(Role) override { return {.address = name_, .handles = {}}; }
  void handed_over() override { ::mq_unlink(name_.c_str()); }

 private:
  // False when a limit forbids this shape.
  bool create(std::size_t message, long depth) {
    mq_attr shape{};
    shape.mq_maxmsg = depth;
    shape.mq_msgsize = static_cast<long>(message);
    const mqd_t queue = ::mq_open(name_.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600, &shape);
    if (queue != -1) {
      ::mq_close(queue);
      return true;
    }
    if (errno == EMFILE && no_descriptor_left()) throw_errno("mq_open " + name_);
    if (errno == EINVAL || errno == EMFILE || errno == ENOMEM) return false;
    if (errno == ENOSYS || errno == EACCES || errno == EPERM) {
      throw Unsupported(std::string("mq_open says ") + std::generic_category().message(errno) +
                        ": this kernel has no POSIX message queues for this user");
    }
    throw_errno("mq_open " + name_);
  }
  // EMFILE means this as well as RLIMIT_MSGQUEUE.
  static bool no_descriptor_left() {
    const os::Handle probe(::open("/", O_PATH | O_CLOEXEC));
    return !probe && errno == EMFILE;
  }
  std::string name_;
};

class PosixMqEndpoint final : public PriorityEndpoint {
 public:
  PosixMqEndpoint(const Ticket& ticket, Role, Wait wait)
      : queue_(check(
            ::mq_open(ticket.address.c_str(), O_RDWR | O_CLOEXEC | (wait == Wait::spin ? O_NONBLOCK : 0)),
            "mq_open")),
        whole_(ticket.max_message) {}

  Io send(std::span<const std::byte> message) noexcept override { return send_with(message, 0); }
  Io send_with(std::span<const std::byte> message, unsigned priority) noexcept override {
    const Io io = retry_interrupted([&] {
      return ::mq_send(queue_.fd(), reinterpret_cast<const char*>(message.data()), message.size(), priority);
    });
    return {.size = message.size(), .status = io.status, .os_error = io.os_error};
  }

  // mq_receive wants room for the largest message that the queue admits, so a smaller buffer needs a copy.
  Io recv(std::span<std::byte> buffer) noexcept override {
    if (buffer.size() >= whole_.size()) return receive(buffer);
    const Io io = receive(whole_);
    if (io.status != Status::ok) return io;
    const std::size_t kept = std::min(io.size, buffer.size());
    std::copy_n(whole_.begin(), kept, buffer.begin());
    return {.size = kept, .status = kept < io.size ? Status::truncated : Status::ok};
  }
  Io recv_first(std::span<std::byte> buffer) noexcept override { return recv(buffer); }

 private:
  Io receive(std::span<std::byte> buffer) noexcept {
    return retry_interrupted([&] {
      return ::mq_receive(queue_.fd(), reinterpret_cast<char*>(buffer.data()), buffer.size(), nullptr);
    });
  }
  os::Handle queue_;  // on Linux a queue's descriptor is a file descriptor: mq_overview(7)
  std::vector<std::byte> whole_;
};

}  // namespace

extern constinit const Mechanism posix_mq{
    .traits = {.name = "posix_mq",
               .family = "queue",
               .summary = "POSIX message queue",
               .manual = "mq_overview(7)",
               .lifetime = Lifetime::kernel,
               .waits = blocks_or_polls,
               .axes = {.depth = true},
               .many_producers = true,
               .many_consumers = true,
               .priorities = MQ_PRIO_MAX,
               .survives_peer_kill = true,
               .named = true},
    .create = create_as<PosixMqLink>,
    .open = open_as<PosixMqEndpoint>,
    .loops = loops_of<PosixMqEndpoint>,
};

}  // namespace ipcmark
