// A ring in shared memory under a robust process-shared mutex: pthread_mutexattr_setrobust(3).
//
// It waits without a condition variable, since those of glibc hang for good once a waiter was killed (5 of 5
// runs with glibc 2.36). Instead a side that finds nothing to do sets its `sleeps` flag under the mutex,
// reads the event counter beside it, unlocks, and sleeps by futex(2) on that counter. Whoever changes the
// ring looks at the flag under the same mutex; if it is set, it clears it, advances the counter, unlocks, and
// wakes. The counter makes the gap between unlock and sleep harmless: a wake in between changes it, and futex
// returns at once. Whoever has woken the sleepers says of which count that was, after the wake: as long as
// the two numbers differ, somebody may have been killed between his count and his wake, and whoever changes
// the ring next wakes in his place. So a dead process cannot leave the words in a state that matters: a flag
// without a sleeper, or a count without a wake, costs one wake in vain.
//
// Who spins looks at the counts without the mutex, and takes it only when there seems to be something to do.
// A side that polled under the mutex would hold it most of the time, also when its time slice ends: on two
// cores with six busy processes beside it, 16 round trips did not always come to an end within a second.
//
// The lock of a dead owner is handed on with EOWNERDEAD. The ring's counts are each advanced last and by one
// store, so whatever the dead process was at, the ring is consistent and the message that it had not finished
// was never there.
#include <pthread.h>

#include <algorithm>
#include <cstring>

#include "harness/os/wait.hpp"
#include "mechanisms/shm/segment.hpp"

namespace ipcmark {
namespace {

struct Bell {
  std::uint32_t sleeps = 0;              // under the mutex: somebody waits for this event
  os::Atomic<std::uint32_t> events = 0;  // advanced when a sleeper is to be woken
  os::Atomic<std::uint32_t> rung = 0;    // the count for which sleepers were woken
};

struct MutexSync {
  MutexSync() {
    pthread_mutexattr_t wanted;
    ::pthread_mutexattr_init(&wanted);
    ::pthread_mutexattr_setpshared(&wanted, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&wanted, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutex_init(&mutex, &wanted);
    ::pthread_mutexattr_destroy(&wanted);
  }
  alignas(apart) pthread_mutex_t mutex;
  // Messages, modulo 2^32. Changed under the mutex, which orders everything; looked at without it.
  os::Atomic<std::uint32_t> produced = 0, consumed = 0;
  Bell message, room;
};

class ShmMutexEndpoint final : public Endpoint {
 public:
  ShmMutexEndpoint(const Ticket& ticket, Role, Wait wait)
      : segment_(ticket), sync_(segment_.sync()), slots_(segment_.slots()), wait_(wait) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > slots_.capacity()) return {.status = Status::too_big};
    if (const Io io = enter(sync_.room, [&] { return used() < slots_.depth(); }); io.status != Status::ok)
      return io;
    const std::uint32_t number = sync_.produced.load(std::memory_order_relaxed);
    copy_bytes(slots_.payload(number), message.data(), message.size());
    slots_.mark(number).store(Mark::make(0, message.size()), std::memory_order_relaxed);
    sync_.produced.store(number + 1, std::memory_order_release);  // last, even if the unlock never comes
    leave(sync_.message, true);
    return {.size = message.size()};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    if (const Io io = enter(sync_.message, [&] { return used() > 0; }); io.status != Status::ok) return io;
    const std::uint32_t number = sync_.consumed.load(std::memory_order_relaxed);
    const std::size_t size = Mark::size(slots_.mark(number).load(std::memory_order_relaxed));
    const std::size_t kept = std::min(size, buffer.size());
    copy_bytes(buffer.data(), slots_.payload(number), kept);
    sync_.consumed.store(number + 1, std::memory_order_release);
    // A producer is woken for half a ring, not for every slot.
    leave(sync_.room, used() <= slots_.depth() / 2);
    return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
  }

 private:
  std::uint32_t used() const noexcept {
    return sync_.produced.load(std::memory_order_relaxed) - sync_.consumed.load(std::memory_order_relaxed);
  }

  Io lock() noexcept {
    for (unsigned last_tries = 1000;;) {
      int result =
          wait_ == Wait::spin ? ::pthread_mutex_trylock(&sync_.mutex) : ::pthread_mutex_lock(&sync_.mutex);
      if (result == EOWNERDEAD) result = ::pthread_mutex_consistent(&sync_.mutex);
      if (result == 0) return {};
      if (result != EBUSY) return {.status = Status::error, .os_error = result};
      if (os::stop_requested() && last_tries-- == 0) return {.status = Status::stopped};
      os::cpu_relax();
    }
  }
  void unlock() noexcept { ::pthread_mutex_unlock(&sync_.mutex); }

  // Returns with the mutex held and ready() true, or with neither.
  template <class Ready>
  Io enter(Bell& bell, Ready ready) noexcept {
    bool spins = wait_ != Wait::block;
    if (wait_ == Wait::adaptive) spin_.begin();
    for (bool told = false;;) {
      const bool sleep = !spins;
      if (sleep || ready()) {
        if (const Io io = lock(); io.status != Status::ok) return io;
        if (ready()) [[likely]] {
          if (spins) spin_.came();
          return {};
        }
        if (sleep) bell.sleeps = 1;
        const std::uint32_t seen = bell.events.load(std::memory_order_relaxed);
        unlock();
        if (sleep && !os::stop_requested()) os::wait_on(bell.events, seen);
      }
      if (told) return {.status = Status::stopped};
      told = os::stop_requested();  // and one look more: what came before is still taken
      if (wait_ == Wait::adaptive && spins)
        spins = spin_.turn();
      else
        os::cpu_relax();
    }
  }

  void leave(Bell& bell, bool due) noexcept {
    std::uint32_t count = bell.events.load(std::memory_order_relaxed);
    const bool wake = due && (bell.sleeps != 0 || bell.rung.load(std::memory_order_relaxed) != count);
    if (wake && bell.sleeps != 0) {
      bell.events.store(++count, std::memory_order_relaxed);
      // Counted first: a kill in between costs a wake in vain.
      std::atomic_signal_fence(std::memory_order_seq_cst);
      bell.sleeps = 0;
    }
    unlock();
    if (wake) {
      os::wake_all(bell.events);
      bell.rung.store(count, std::memory_order_relaxed);
    }
  }

  Segment<MutexSync> segment_;
  MutexSync& sync_;
  Slots slots_;
  Wait wait_;
  os::AdaptiveSpin spin_;
};

}  // namespace

extern constinit const Mechanism shm_mutex{
    .traits = {.name = "shm_mutex",
               .family = "shm",
               .summary = "ring in shared memory under a robust mutex, sleeping on a futex",
               .manual = "pthread_mutexattr_setrobust(3), futex(2)",
               .lifetime = Lifetime::kernel,
               .waits = every_wait,
               .axes = {.depth = true, .memory = true},
               .many_producers = true,
               .many_consumers = true,
               .survives_peer_kill = true,
               .named = true,
               .counterpart = "win_mapping_mutex"},
    .create = create_as<SegmentLink<MutexSync>>,
    .open = open_as<ShmMutexEndpoint>,
    .loops = loops_of<ShmMutexEndpoint>,
};

}  // namespace ipcmark
