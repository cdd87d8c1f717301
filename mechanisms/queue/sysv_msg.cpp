// A System V message queue: sysvipc(7). Whole messages with a type, by which a receiver may choose.
//
// msgrcv(2) takes the oldest of all (type 0), the oldest of one type, or the oldest of the lowest type up to
// a given one (a negative type), which makes types priorities, the lower before the higher: priority p is
// type `levels` - p. A choice is a walk along the queue, which for a negative type ends early only at a
// message of type 1 (ipc/msg.c, find_msg). recv therefore takes the oldest of all, whatever its priority.
//
// A message begins with its type, a long, so that payloads are copied once more on either side. kernel.msgmax
// bounds a message and kernel.msgmnb the bytes of a queue; a message as large as the queue leaves room for no
// second one. The bytes of a queue may be chosen (msg_qbytes: msgctl(2)), beyond kernel.msgmnb only with
// CAP_SYS_RESOURCE; they count payload alone. The queue outlives every
// process until it is removed, and cannot be removed while it is still needed.
#include <sys/msg.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "harness/fd_stream.hpp"
#include "harness/os/host.hpp"
#include "harness/os/process.hpp"
#include "harness/priority.hpp"

namespace ipcmark {
namespace {

class SysvMsgLink final : public Link {
 public:
  explicit SysvMsgLink(const Options& options) {
    for (const char* name : {"msgmax", "msgmnb"}) {
      errno = 0;
      const auto limit = os::number_in(std::string("/proc/sys/kernel/") + name);
      if (!limit && errno == EMFILE) throw_errno("open of /proc/sys/kernel");
      if (!limit) throw Unsupported("this kernel has no System V message queues (CONFIG_SYSVIPC)");
      const bool chosen = options.buffer != 0 && name == std::string_view("msgmnb");
      if (static_cast<std::size_t>(*limit) < options.max_message && !chosen) {
        throw Unsupported("a message of " + std::to_string(options.max_message) + " bytes exceeds kernel." +
                          name + " = " + std::to_string(*limit) + "; raise it with sysctl -w kernel." + name +
                          "=...");
      }
    }
    queue_ = ::msgget(os::system_v_key(os::own_id(), options.link), IPC_CREAT | IPC_EXCL | 0600);
    if (queue_ == -1 && errno == ENOSPC) {
      throw Unsupported("all of kernel.msgmni message queues are taken; remove some with ipcrm or raise it");
    }
    check(queue_, "msgget");
    try {
      if (options.buffer != 0) choose_bytes(options);
    } catch (...) {
      ::msgctl(queue_, IPC_RMID, nullptr);
      throw;
    }
  }
  ~SysvMsgLink() override { ::msgctl(queue_, IPC_RMID, nullptr); }
  Ticket ticket(Role) override { return {.address = std::to_string(queue_), .handles = {}}; }

 private:
  void choose_bytes(const Options& options) {
    if (options.buffer < options.max_message) {
      throw Unsupported("a message of " + std::to_string(options.max_message) +
                        " bytes never fits into a queue of " + std::to_string(options.buffer) +
                        "; choose a larger buffer");
    }
    msqid_ds facts{};
    check(::msgctl(queue_, IPC_STAT, &facts), "msgctl IPC_STAT");
    facts.msg_qbytes = options.buffer;
    if (::msgctl(queue_, IPC_SET, &facts) == 0) return;
    if (errno != EPERM) throw_errno("msgctl IPC_SET");
    throw Unsupported("a queue of " + std::to_string(options.buffer) +
                      " bytes is more than kernel.msgmnb; raise it with sysctl -w kernel.msgmnb=" +
                      std::to_string(options.buffer));
  }
  int queue_ = -1;
};

// A type is a long; more levels than this nobody needs.
constexpr long levels = std::numeric_limits<int>::max();

class SysvMsgEndpoint final : public SelectiveEndpoint {
 public:
  SysvMsgEndpoint(const Ticket& ticket, Role, Wait wait)
      : queue_(std::stoi(ticket.address)),
        flags_(wait == Wait::spin ? IPC_NOWAIT : 0),
        typed_(sizeof(long) + ticket.max_message) {}

  Io send(std::span<const std::byte> message) noexcept override { return send_with(message, 0); }
  Io send_with(std::span<const std::byte> message, unsigned priority) noexcept override {
    const long type = type_of(priority);
    std::memcpy(typed_.data(), &type, sizeof type);
    copy_bytes(typed_.data() + sizeof(long), message.data(), message.size());
    const Io io = retry_interrupted([&] { return ::msgsnd(queue_, typed_.data(), message.size(), flags_); });
    return answer(message.size(), io);
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return receive(buffer, 0); }
  Io recv_first(std::span<std::byte> buffer) noexcept override { return receive(buffer, -levels); }
  Io recv_only(std::span<std::byte> buffer, unsigned priority) noexcept override {
    return receive(buffer, type_of(priority));
  }

 private:
  static long type_of(unsigned priority) noexcept { return levels - static_cast<long>(priority); }

  Io receive(std::span<std::byte> buffer, long type) noexcept {
    const Io io = retry_interrupted([&] {
      const auto taken = ::msgrcv(queue_, typed_.data(), typed_.size() - sizeof(long), type, flags_);
      if (taken == -1 && errno == ENOMSG) errno = EAGAIN;  // its own word for an empty queue: msgop(2)
      return taken;
    });
    if (io.status != Status::ok) return answer(0, io);
    const std::size_t kept = std::min(io.size, buffer.size());
    copy_bytes(buffer.data(), typed_.data() + sizeof(long), kept);
    return {.size = kept, .status = kept < io.size ? Status::truncated : Status::ok};
  }

  // EIDRM: somebody has removed the queue, which is all that this mechanism ever says of an end.
  static Io answer(std::size_t size, const Io& io) noexcept {
    if (io.status == Status::error && (io.os_error == EIDRM || io.os_error == EINVAL))
      return {.status = Status::closed};
    return {.size = size, .status = io.status, .os_error = io.os_error};
  }
  int queue_, flags_;
  std::vector<std::byte> typed_;  // type, then payload: struct msgbuf of msgop(2)
};

}  // namespace

extern constinit const Mechanism sysv_msg{
    .traits = {.name = "sysv_msg",
               .family = "queue",
               .summary = "System V message queue",
               .manual = "msgop(2)",
               .lifetime = Lifetime::kernel,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .many_producers = true,
               .many_consumers = true,
               .priorities = levels,
               .selects = true,
               .survives_peer_kill = true,
               .named = true},
    .create = create_as<SysvMsgLink>,
    .open = open_as<SysvMsgEndpoint>,
    .loops = loops_of<SysvMsgEndpoint>,
};

}  // namespace ipcmark
