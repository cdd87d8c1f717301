// A ring in a section of the paging file (CreateFileMapping) under a mutex object, with two events that say
// whether there is a message and whether there is room.
//
// The events do not reset themselves: each is a statement about the ring. Under the mutex, whoever is about
// to make a statement true sets its event first, and whoever finds it false resets the event and waits. So a
// process killed anywhere leaves at worst an event that says too much, which the next one finds out, and
// never a sleeper without a wake. Events that wake one waiter would lose a wake with the waiter.
//
// The mutex of a terminated owner goes to the next waiter with WAIT_ABANDONED. The ring's counts are each
// advanced last and by one store, so whatever the owner was at, the ring is consistent and the message that
// it had not finished was never there. The mutex knows no order among its waiters.
#include <algorithm>

#include "mechanisms/shm/win_segment.hpp"

namespace ipcmark {
namespace {

struct CountedSync {
  os::Atomic<std::uint32_t> produced = 0, consumed = 0;  // messages, modulo 2^32; under the mutex
};

class WinMappingMutexLink final : public WinSegmentLink<CountedSync> {
 public:
  explicit WinMappingMutexLink(const Options& options)
      : WinSegmentLink(options,
                       objects(os::require(::CreateMutexW(nullptr, FALSE, nullptr), "CreateMutex"),
                               os::require(::CreateEventW(nullptr, TRUE, FALSE, nullptr), "CreateEvent"),
                               os::require(::CreateEventW(nullptr, TRUE, TRUE, nullptr), "CreateEvent"))) {}
};

class WinMappingMutexEndpoint final : public Endpoint {
 public:
  WinMappingMutexEndpoint(const Ticket& ticket, Role, Wait)
      : segment_(ticket),
        sync_(segment_.sync()),
        slots_(segment_.slots()),
        mutex_(object_of(ticket, 0, 3)),
        message_(object_of(ticket, 1, 3)),
        room_(object_of(ticket, 2, 3)) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > slots_.capacity()) return {.status = Status::too_big};
    if (const Io io = enter(room_, [&] { return used() < slots_.depth(); }); io.status != Status::ok)
      return io;
    const std::uint32_t number = sync_.produced.load(std::memory_order_relaxed);
    copy_bytes(slots_.payload(number), message.data(), message.size());
    slots_.mark(number).store(Mark::make(0, message.size()), std::memory_order_relaxed);
    if (used() == 0) ::SetEvent(os::native(message_));
    sync_.produced.store(number + 1, std::memory_order_release);
    ::ReleaseMutex(os::native(mutex_));
    return {.size = message.size()};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    if (const Io io = enter(message_, [&] { return used() > 0; }); io.status != Status::ok) return io;
    const std::uint32_t number = sync_.consumed.load(std::memory_order_relaxed);
    const std::size_t size = Mark::size(slots_.mark(number).load(std::memory_order_relaxed));
    const std::size_t kept = std::min(size, buffer.size());
    copy_bytes(buffer.data(), slots_.payload(number), kept);
    if (used() == slots_.depth()) ::SetEvent(os::native(room_));
    sync_.consumed.store(number + 1, std::memory_order_release);
    ::ReleaseMutex(os::native(mutex_));
    return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
  }

 private:
  std::uint32_t used() const noexcept {
    return sync_.produced.load(std::memory_order_relaxed) - sync_.consumed.load(std::memory_order_relaxed);
  }

  // A stop request ends the first wait at once, but somebody holds the mutex for a moment only: it may end
  // the second, 20 ms later.
  Io lock() noexcept {
    for (unsigned tries = 2;;) {
      const DWORD woken = ::WaitForSingleObjectEx(os::native(mutex_), INFINITE, TRUE);
      if (woken == WAIT_OBJECT_0 || woken == WAIT_ABANDONED) [[likely]]
        return {};
      if (woken != WAIT_IO_COMPLETION) return io_of_error(::GetLastError());
      if (os::stop_requested() && --tries == 0) return {.status = Status::stopped};
    }
  }

  // Returns with the mutex held and ready() true, or with neither.
  template <class Ready>
  Io enter(const os::Handle& event, Ready ready) noexcept {
    for (bool told = false;;) {
      if (const Io io = lock(); io.status != Status::ok) return io;
      if (ready()) [[likely]]
        return {};
      ::ResetEvent(os::native(event));
      ::ReleaseMutex(os::native(mutex_));
      if (told) return {.status = Status::stopped};
      const Io io = wait_for(os::native(event));
      if (io.status == Status::error) return io;
      told = io.status == Status::stopped;  // and one look more: what came before is still taken
    }
  }

  Segment<CountedSync> segment_;
  CountedSync& sync_;
  Slots slots_;
  os::Handle mutex_, message_, room_;
};

}  // namespace

extern constinit const Mechanism win_mapping_mutex{
    .traits = {.name = "win_mapping_mutex",
               .family = "shm",
               .summary = "ring in a file mapping under a mutex object, with two events",
               .manual = "CreateFileMapping, CreateMutex (Microsoft)",
               .axes = {.depth = true},
               .many_producers = true,
               .many_consumers = true,
               .survives_peer_kill = true,
               .counterpart = "shm_mutex"},
    .create = create_as<WinMappingMutexLink>,
    .open = open_as<WinMappingMutexEndpoint>,
    .loops = loops_of<WinMappingMutexEndpoint>,
};

}  // namespace ipcmark
