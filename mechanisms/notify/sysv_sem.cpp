// A System V semaphore: semop(2), sysvipc(7). It carries no payload.
//
// Wake-ups are counted in the semaphore's value: a send adds one, a receive takes one, none merges. The value
// ends at 32767 (SEMVMX, which no limit raises), and an addition beyond it does not wait but fails with
// ERANGE. A full send therefore waits until the value is zero, the only thing besides a taking that semop can
// wait for, and then adds again; a poll just repeats. Every call is a system call, also when nobody waits.
// The set outlives every process until it is removed, and cannot be removed while it is still needed; a dead
// peer is never noticed.
#include <sys/sem.h>

#include "harness/fd_stream.hpp"
#include "harness/os/host.hpp"
#include "harness/os/process.hpp"

namespace ipcmark {
namespace {

class SysvSemLink final : public Link {
 public:
  explicit SysvSemLink(const Options& options)
      : set_(::semget(os::system_v_key(os::own_id(), options.link), 1, IPC_CREAT | IPC_EXCL | 0600)) {
    if (set_ == -1 && errno == ENOSYS)
      throw Unsupported("this kernel has no System V semaphores (CONFIG_SYSVIPC)");
    if (set_ == -1 && errno == ENOSPC) {
      throw Unsupported(
          "all semaphores of this host are taken; remove some with ipcrm or raise the second and the fourth "
          "number of sysctl kernel.sem");
    }
    check(set_, "semget");
  }
  ~SysvSemLink() override { ::semctl(set_, 0, IPC_RMID); }
  Ticket ticket(Role) override { return {.address = std::to_string(set_), .handles = {}}; }

 private:
  int set_;  // zero at first on Linux: semget(2)
};

class SysvSemEndpoint final : public Endpoint {
 public:
  SysvSemEndpoint(const Ticket& ticket, Role, Wait wait)
      : set_(std::stoi(ticket.address)), flags_(wait == Wait::spin ? IPC_NOWAIT : 0) {}

  Io send(std::span<const std::byte>) noexcept override {
    return answer(retry_interrupted([&] {
      int done = operate(1);
      while (done == -1 && errno == ERANGE && (done = operate(until_zero)) == 0) done = operate(1);
      return done;
    }));
  }
  Io recv(std::span<std::byte>) noexcept override {
    return answer(retry_interrupted([&] { return operate(-1); }));
  }

 private:
  static constexpr short until_zero = 0;

  int operate(short change) noexcept {
    sembuf operation{.sem_num = 0, .sem_op = change, .sem_flg = flags_};
    return ::semop(set_, &operation, 1);
  }
  // EIDRM: somebody has removed the set, which is all that this mechanism ever says of an end.
  static Io answer(const Io& io) noexcept {
    if (io.status == Status::error && (io.os_error == EIDRM || io.os_error == EINVAL))
      return {.status = Status::closed};
    return io;
  }
  int set_;
  short flags_;
};

}  // namespace

extern constinit const Mechanism sysv_sem{
    .traits = {.name = "sysv_sem",
               .family = "notify",
               .summary = "System V semaphore",
               .manual = "semop(2)",
               .framing = Framing::signal,
               .lifetime = Lifetime::kernel,
               .waits = blocks_or_polls,
               .many_producers = true,
               .many_consumers = true,
               .survives_peer_kill = true,
               .named = true},
    .create = create_as<SysvSemLink>,
    .open = open_as<SysvSemEndpoint>,
    .loops = loops_of<SysvSemEndpoint>,
};

}  // namespace ipcmark
