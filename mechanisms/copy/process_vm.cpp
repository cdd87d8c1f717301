// One copy, straight from the producer's memory into the consumer's: process_vm_readv(2).
//
// The producer publishes process, address and length through a socketpair and waits until the consumer has
// taken the bytes, which must stay as they are until then. A send is therefore a meeting and never runs
// ahead: with one message untaken, the next waits. That wait and the answer are two more system calls and a
// wake-up for each message, which is what the second copy is traded for.
//
// Reading another process is refused (EPERM) as a debugger would be: ptrace(2), "Ptrace access mode
// checking". Yama (kernel.yama.ptrace_scope = 1, the rule on most desktops) allows ancestors alone, so that
// the producer names its consumer with PR_SET_PTRACER when it opens. Whether a child may be read at all the
// Link tries on one: address 0 says EFAULT when the way is free. An end is seen through the socket, or as
// ESRCH when the producer dies in between.
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>

#include "harness/fd_stream.hpp"
#include "harness/os/process.hpp"
#include "harness/pair_link.hpp"

namespace ipcmark {
namespace {

// What a producer shows and a consumer takes.
struct Offer {
  pid_t process = 0;
  const std::byte* address = nullptr;
  std::size_t length = 0;
};

// Returns the bytes read or -1.
ssize_t read_from(pid_t process, const std::byte* address, std::span<std::byte> into) noexcept {
  const iovec here{into.data(), into.size()};
  const iovec there{const_cast<std::byte*>(address), into.size()};
  return ::process_vm_readv(process, &here, 1, &there, 1, 0);
}

class ProcessVmLink final : public PairLink {
 public:
  explicit ProcessVmLink(const Options&) : PairLink(SOCK_SEQPACKET) { probe(); }

 private:
  static void probe() {
    const os::Process other = os::Process::start("/bin/sleep", {"infinity"}, {});
    std::byte one{};
    if (read_from(static_cast<pid_t>(other.id()), nullptr, {&one, 1}) == 1 || errno == EFAULT) return;
    if (errno == ENOSYS)
      throw Unsupported("this kernel has no process_vm_readv (CONFIG_CROSS_MEMORY_ATTACH)");
    if (errno == EPERM) {
      throw Unsupported(
          "this host forbids reading the memory of another process: allow it with sysctl -w "
          "kernel.yama.ptrace_scope=1 (a 3 stays until the host restarts), or run with CAP_SYS_PTRACE "
          "(docker run --cap-add SYS_PTRACE)");
    }
    throw_errno("process_vm_readv");
  }
};

class ProcessVmEndpoint final : public Endpoint {
 public:
  ProcessVmEndpoint(const Ticket& ticket, Role role, Wait wait)
      : socket_(ticket.handles.at(0)), own_process_(::getpid()) {
    if (role == Role::consumer) {
      check(::send(socket_.fd(), &own_process_, sizeof own_process_, MSG_NOSIGNAL), "send of a process id");
    } else {
      pid_t consumer = 0;
      check(::recv(socket_.fd(), &consumer, sizeof consumer, 0), "recv of a process id");
      // EINVAL where there is no Yama and thus nothing to allow: prctl(2).
      if (::prctl(PR_SET_PTRACER, static_cast<unsigned long>(consumer), 0, 0, 0) == -1 && errno != EINVAL)
        throw_errno("prctl PR_SET_PTRACER");
    }
    socket_ = polling(std::move(socket_), wait);
  }

  Io send(std::span<const std::byte> message) noexcept override {
    const Offer offer{.process = own_process_, .address = message.data(), .length = message.size()};
    const Io shown =
        retry_interrupted([&] { return ::send(socket_.fd(), &offer, sizeof offer, MSG_NOSIGNAL); });
    if (shown.status != Status::ok) return shown;
    std::byte taken{};
    const Io io = receive(&taken, sizeof taken);
    return {.size = message.size(), .status = io.status, .os_error = io.os_error};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    Offer offer;
    if (const Io io = receive(&offer, sizeof offer); io.status != Status::ok) return io;
    const std::size_t kept = std::min(offer.length, buffer.size());
    for (std::size_t done = 0; done < kept;) {
      const Io part = retry_interrupted(
          [&] { return read_from(offer.process, offer.address + done, buffer.subspan(done, kept - done)); });
      if (part.status == Status::error && part.os_error == ESRCH) return {.status = Status::closed};
      if (part.status != Status::ok) return part;
      done += part.size;
    }
    const std::byte taken{};
    const Io io = retry_interrupted([&] { return ::send(socket_.fd(), &taken, sizeof taken, MSG_NOSIGNAL); });
    // A producer that dies after its bytes were taken does not take them back.
    if (io.status != Status::ok && io.status != Status::closed) return io;
    return {.size = kept, .status = kept < offer.length ? Status::truncated : Status::ok};
  }

 private:
  Io receive(void* into, std::size_t size) noexcept {
    const Io io = retry_interrupted([&] { return ::recv(socket_.fd(), into, size, 0); });
    if (io.status == Status::ok && io.size == 0) return {.status = Status::closed};
    return io;
  }
  os::Handle socket_;
  pid_t own_process_;
};

}  // namespace

extern constinit const Mechanism process_vm{
    .traits = {.name = "process_vm",
               .family = "copy",
               .summary = "one copy by process_vm_readv, each message acknowledged",
               .manual = "process_vm_readv(2)",
               .waits = blocks_or_polls,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .needs = "the right to trace the other process"},
    .create = create_as<ProcessVmLink>,
    .open = open_as<ProcessVmEndpoint>,
    .loops = loops_of<ProcessVmEndpoint>,
};

}  // namespace ipcmark
