// A ring in shared memory between one producer and one consumer, governed by a System V set of two
// semaphores: free slots and messages. semop(2).
//
// shm_semaphore with a system call for each step: POSIX semaphores are words in memory and go to the kernel
// only to sleep, these live in it. Each side keeps its own place in the ring; semop orders the memory (POSIX
// 4.12). To spin is to call with IPC_NOWAIT.
//
// SEM_UNDO looks like a cure for killed processes, and is none here. It takes back at exit whatever a process
// did to a semaphore, which fits a lock, that the same process takes and gives. Here one side takes what the
// other gives: a producer that exits, even in good order, would take back all its messages and give back all
// its room. Nor would it last: the sum to be undone is bounded by SEMAEM, 32767, and semop says ERANGE at the
// 32768th message (measured on Linux 6.18). So a slot or a message that a killed process has taken is
// gone for ever, as with shm_semaphore. The set outlives its processes until it is removed; whoever waits for
// it is then told (EIDRM).
#include <sys/sem.h>

#include <algorithm>

#include "harness/fd_stream.hpp"
#include "harness/os/host.hpp"
#include "harness/os/process.hpp"
#include "mechanisms/shm/segment.hpp"

namespace ipcmark {
namespace {

constexpr unsigned short messages = 0, room = 1;  // numbers within the set

struct SetSync {
  int set = -1;
};

class ShmSysvSemaphoreLink final : public SegmentLink<SetSync> {
 public:
  explicit ShmSysvSemaphoreLink(const Options& options) : SegmentLink(options) {
    const std::size_t depth = std::bit_ceil(options.depth);
    if (depth > 32767)
      throw Unsupported("a System V semaphore counts to 32767 (SEMVMX); use a smaller depth");
    set_ = ::semget(os::system_v_key(os::own_id(), options.link), 2, IPC_CREAT | IPC_EXCL | 0600);
    if (set_ == -1 && errno == ENOSYS)
      throw Unsupported("this kernel has no System V semaphores (CONFIG_SYSVIPC)");
    if (set_ == -1 && errno == ENOSPC)
      throw Unsupported("all System V semaphores are taken; remove some with ipcrm or raise kernel.sem");
    check(set_, "semget");
    sync().set = set_;
    // A new set's values are zero on Linux, but POSIX leaves them open: semget(2).
    unsigned short values[2] = {};
    values[room] = static_cast<unsigned short>(depth);
    if (::semctl(set_, 0, SETALL, values) == -1) {
      const int refused = errno;
      ::semctl(set_, 0, IPC_RMID);
      errno = refused;
      throw_errno("semctl SETALL");
    }
  }
  ~ShmSysvSemaphoreLink() override { ::semctl(set_, 0, IPC_RMID); }

 private:
  int set_ = -1;
};

class ShmSysvSemaphoreEndpoint final : public Endpoint {
 public:
  ShmSysvSemaphoreEndpoint(const Ticket& ticket, Role, Wait wait)
      : segment_(ticket),
        slots_(segment_.slots()),
        set_(segment_.sync().set),
        flags_(wait == Wait::spin ? IPC_NOWAIT : 0) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > slots_.capacity()) return {.status = Status::too_big};
    if (const Io io = add(room, -1); io.status != Status::ok) return io;
    copy_bytes(slots_.payload(next_), message.data(), message.size());
    slots_.mark(next_++).store(Mark::make(0, message.size()), std::memory_order_relaxed);
    const Io io = add(messages, 1);
    return {.size = message.size(), .status = io.status, .os_error = io.os_error};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    if (const Io io = add(messages, -1); io.status != Status::ok) return io;
    const std::size_t size = Mark::size(slots_.mark(next_).load(std::memory_order_relaxed));
    const std::size_t kept = std::min(size, buffer.size());
    copy_bytes(buffer.data(), slots_.payload(next_++), kept);
    if (const Io io = add(room, 1); io.status != Status::ok) return io;
    return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
  }

 private:
  // Takes one, and waits for it, or gives one.
  [[gnu::always_inline]] Io add(unsigned short which, short amount) noexcept {
    sembuf change{.sem_num = which, .sem_op = amount, .sem_flg = flags_};
    const Io io = retry_interrupted([&] { return ::semop(set_, &change, 1); });
    const bool removed = io.status == Status::error && (io.os_error == EIDRM || io.os_error == EINVAL);
    return removed ? Io{.status = Status::closed} : io;
  }

  Segment<SetSync> segment_;
  Slots slots_;
  int set_;
  short flags_;
  std::uint32_t next_ = 0;
};

}  // namespace

extern constinit const Mechanism shm_sysv_semaphore{
    .traits = {.name = "shm_sysv_semaphore",
               .family = "shm",
               .summary = "ring in shared memory with two System V semaphores",
               .manual = "semop(2)",
               .lifetime = Lifetime::kernel,
               .waits = blocks_or_polls,
               .axes = {.depth = true, .memory = true},
               .named = true},
    .create = create_as<ShmSysvSemaphoreLink>,
    .open = open_as<ShmSysvSemaphoreEndpoint>,
    .loops = loops_of<ShmSysvSemaphoreEndpoint>,
};

}  // namespace ipcmark
