// A hand-off by mutex objects: CreateMutex, ReleaseMutex. It carries no payload.
//
// Wake-ups are counted by whose turn it is, over three mutexes. Before send k the producer owns mutex k,
// counted modulo 3; it takes mutex k + 1 and then releases mutex k. The consumer takes mutex k and then
// releases mutex k - 1, which the producer's next send needs. None is lost or merged, and a send cannot run
// ahead: while one wake-up is untaken, the next send waits. Two mutexes would not do, since whoever releases
// one could take it again before the other is awake.
//
// A mutex belongs to a thread, so that the parent cannot own one for its children: each takes its first when
// it opens its end, and says so by an event, for which the other waits before its first step. What the dead
// owned goes to the next waiter with WAIT_ABANDONED, so that a dead peer is noticed here, as it is with no
// other wake-up of Windows. A wake-up that was sent before is still taken.
#include <array>

#include "harness/win_calls.hpp"

namespace ipcmark {
namespace {

constexpr std::size_t mutexes = 3;

class WinMutexLink final : public Link {
 public:
  explicit WinMutexLink(const Options&) {
    for (std::size_t k = 0; k < mutexes; ++k)
      objects_.push_back(os::require(::CreateMutexW(nullptr, FALSE, nullptr), "CreateMutex"));
    for (int role = 0; role < 2; ++role)
      objects_.push_back(os::require(::CreateEventW(nullptr, TRUE, FALSE, nullptr), "CreateEvent"));
  }
  Ticket ticket(Role) override {
    Ticket ticket;
    for (const os::Handle& object : objects_) ticket.handles.push_back(object.raw());
    return ticket;
  }
  void handed_over() override { objects_.clear(); }

 private:
  std::vector<os::Handle> objects_;  // the mutexes, and the events of the producer and of the consumer
};

class WinMutexEndpoint final : public Endpoint {
 public:
  WinMutexEndpoint(const Ticket& ticket, Role role, Wait wait)
      : wait_(wait), held_(role == Role::producer ? 0 : mutexes - 1) {
    for (std::size_t k = 0; k < mutexes; ++k) mutexes_[k] = os::Handle(ticket.handles.at(k));
    const bool produces = role == Role::producer;
    const os::Handle own(ticket.handles.at(mutexes + (produces ? 0 : 1)));
    peer_opened_ = os::Handle(ticket.handles.at(mutexes + (produces ? 1 : 0)));
    if (take_mutex(held_).status != Status::ok) os::throw_last_error("WaitForSingleObject of a mutex");
    os::require(::SetEvent(os::native(own)), "SetEvent");
  }

  Io send(std::span<const std::byte>) noexcept override { return step(); }
  Io recv(std::span<std::byte>) noexcept override { return step(); }

 private:
  // The same on both sides: takes the next mutex, releases the one that it owns.
  Io step() noexcept {
    if (state_ != State::going) [[unlikely]] {
      if (const Io io = begin(); io.status != Status::ok) return io;
    }
    const std::size_t next = held_ == mutexes - 1 ? 0 : held_ + 1;
    if (const Io io = take_mutex(next); io.status != Status::ok) return io;
    const Io io = io_of(::ReleaseMutex(os::native(mutexes_[held_])));
    held_ = next;
    return io;
  }

  [[gnu::noinline]] Io begin() noexcept {
    if (state_ == State::abandoned) return {.status = Status::closed};
    const Io io = wait_for(os::native(peer_opened_));
    if (io.status == Status::ok) state_ = State::going;
    return io;
  }

  Io take_mutex(std::size_t k) noexcept {
    for (bool told = false;; os::cpu_relax()) {
      const bool looks = wait_ == Wait::spin || told;
      const DWORD woken = ::WaitForSingleObjectEx(os::native(mutexes_[k]), looks ? 0 : INFINITE, TRUE);
      if (woken == WAIT_OBJECT_0) [[likely]]
        return {};
      if (woken == WAIT_ABANDONED) return abandoned();
      if (woken == WAIT_FAILED) return io_of_error(::GetLastError());
      if (told && woken == WAIT_TIMEOUT) return {.status = Status::stopped};
      told = os::stop_requested();  // and one look more: what came before is still taken
    }
  }
  [[gnu::noinline]] Io abandoned() noexcept {
    state_ = State::abandoned;
    return {.status = Status::closed};
  }

  enum class State : std::uint8_t { opened, going, abandoned };
  Wait wait_;
  std::size_t held_;
  State state_ = State::opened;
  std::array<os::Handle, mutexes> mutexes_;
  os::Handle peer_opened_;
};

}  // namespace

extern constinit const Mechanism win_mutex{
    .traits = {.name = "win_mutex",
               .family = "notify",
               .summary = "turns taken by three mutex objects",
               .manual = "CreateMutex (Microsoft)",
               .framing = Framing::signal,
               .waits = blocks_or_polls,
               .sees_peer_death = true,
               .survives_peer_kill = true},
    .create = create_as<WinMutexLink>,
    .open = open_as<WinMutexEndpoint>,
    .loops = loops_of<WinMutexEndpoint>,
};

}  // namespace ipcmark
