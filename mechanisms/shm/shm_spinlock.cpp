// A ring in shared memory under a test-and-test-and-set spin lock. THE BAD EXAMPLE, which many programs have.
//
// It looks fast for as long as every process has a processor of its own. A holder that is preempted leaves
// all others burning their time slices for a lock that nobody is about to release: no scheduler knows that
// they wait, or for whom, and on one core the holder runs again only when the spinner's slice is over. At a
// real-time priority (sched(7)) the spinner's never is, and both stand still for ever. A holder that is
// killed leaves the word as it is: nothing tells its owner, so nobody may break the lock, and all spin until
// they are killed. A lock whose owner the kernel knows (shm_mutex) has neither fault.
//
// It never sleeps and never calls sched_yield(2), which is for real-time policies and promises nothing under
// the usual one, but hides the fault in a test on an idle machine. The lock is not fair: whoever has just
// released it has its line and takes it again first. A consumer that waits for a message takes the lock for
// each look, as naive code does, and so gets into the producer's way.
#include <algorithm>

#include "harness/os/wait.hpp"
#include "mechanisms/shm/segment.hpp"

namespace ipcmark {
namespace {

struct SpinlockSync {
  alignas(apart) os::Atomic<std::uint32_t> held = 0;
  alignas(apart) std::uint32_t produced = 0;  // messages, modulo 2^32; both under the lock
  std::uint32_t consumed = 0;
};

class ShmSpinlockEndpoint final : public Endpoint {
 public:
  ShmSpinlockEndpoint(const Ticket& ticket, Role, Wait)
      : segment_(ticket), sync_(segment_.sync()), slots_(segment_.slots()) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > slots_.capacity()) return {.status = Status::too_big};
    if (!enter([&] { return used() < slots_.depth(); })) return {.status = Status::stopped};
    copy_bytes(slots_.payload(sync_.produced), message.data(), message.size());
    slots_.mark(sync_.produced).store(Mark::make(0, message.size()), std::memory_order_relaxed);
    ++sync_.produced;
    unlock();
    return {.size = message.size()};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    if (!enter([&] { return used() > 0; })) return {.status = Status::stopped};
    const std::size_t size = Mark::size(slots_.mark(sync_.consumed).load(std::memory_order_relaxed));
    const std::size_t kept = std::min(size, buffer.size());
    copy_bytes(buffer.data(), slots_.payload(sync_.consumed), kept);
    ++sync_.consumed;
    unlock();
    return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
  }

 private:
  std::uint32_t used() const noexcept { return sync_.produced - sync_.consumed; }

  // Acquire and release make what was done under the lock visible to whoever has it next. Those who wait only
  // read, so that they share the line instead of taking it from one another.
  bool lock() noexcept {
    while (sync_.held.exchange(1, std::memory_order_acquire) != 0) {
      if (!os::spin_until([&] { return sync_.held.load(std::memory_order_relaxed) == 0; })) return false;
    }
    return true;
  }
  void unlock() noexcept { sync_.held.store(0, std::memory_order_release); }

  // Returns true with the lock held and ready() true, or false with neither, when told to stop.
  template <class Ready>
  bool enter(Ready ready) noexcept {
    for (bool told = false; lock(); told = os::stop_requested()) {
      if (ready()) [[likely]]
        return true;
      unlock();
      if (told) return false;
      os::cpu_relax();
    }
    return false;
  }

  Segment<SpinlockSync> segment_;
  SpinlockSync& sync_;
  Slots slots_;
};

}  // namespace

extern constinit const Mechanism shm_spinlock{
    .traits = {.name = "shm_spinlock",
               .family = "shm",
               .summary = "ring in shared memory under a spin lock: the bad example",
               .manual = os::memory_manual,
               .lifetime = segment_lifetime,
               .waits = {.spin = true, .block = false},
               .axes = {.depth = true, .memory = has_kinds_of_memory},
               .many_producers = true,
               .many_consumers = true,
               .named = segment_has_name},
    .create = create_as<SegmentLink<SpinlockSync>>,
    .open = open_as<ShmSpinlockEndpoint>,
    .loops = loops_of<ShmSpinlockEndpoint>,
};

}  // namespace ipcmark
