// A semaphore object: CreateSemaphore, ReleaseSemaphore. It carries no payload.
//
// Wake-ups are counted, none merges. Its creator says how many it may count; a release beyond that fails with
// ERROR_TOO_MANY_POSTS and changes nothing. A semaphore knows no owner: what a terminated process has taken
// is not given back. A dead peer is never noticed.
#include "harness/win_calls.hpp"

namespace ipcmark {
namespace {

class WinSemaphoreLink final : public Link {
 public:
  explicit WinSemaphoreLink(const Options&)
      : semaphore_(os::require(::CreateSemaphoreW(nullptr, 0, std::numeric_limits<LONG>::max(), nullptr),
                               "CreateSemaphore")) {}
  Ticket ticket(Role) override { return {.address = {}, .handles = {semaphore_.raw()}}; }
  void handed_over() override { semaphore_.reset(); }

 private:
  os::Handle semaphore_;
};

class WinSemaphoreEndpoint final : public Endpoint {
 public:
  WinSemaphoreEndpoint(const Ticket& ticket, Role, Wait wait)
      : semaphore_(ticket.handles.at(0)), wait_(wait) {}

  Io send(std::span<const std::byte>) noexcept override {
    return io_of(::ReleaseSemaphore(os::native(semaphore_), 1, nullptr));
  }
  Io recv(std::span<std::byte>) noexcept override { return take(os::native(semaphore_), wait_); }

 private:
  os::Handle semaphore_;
  Wait wait_;
};

}  // namespace

extern constinit const Mechanism win_semaphore{
    .traits = {.name = "win_semaphore",
               .family = "notify",
               .summary = "semaphore object, a counted wake-up without payload",
               .manual = "CreateSemaphore (Microsoft)",
               .framing = Framing::signal,
               .waits = blocks_or_polls,
               .many_producers = true,
               .many_consumers = true,
               .survives_peer_kill = true,
               .counterpart = "posix_sem_named"},
    .create = create_as<WinSemaphoreLink>,
    .open = open_as<WinSemaphoreEndpoint>,
    .loops = loops_of<WinSemaphoreEndpoint>,
};

}  // namespace ipcmark
