// An event object that resets itself: CreateEvent, SetEvent. It carries no payload.
//
// It is set or not and counts nothing: whoever sets it twice before somebody has waited has set it once, so
// wake-ups merge. A set wakes exactly one waiter, and stays if there is none. PulseEvent, which does not
// stay, misses waiters by its documentation, and is not used. A dead peer is never noticed.
#include "harness/win_calls.hpp"

namespace ipcmark {
namespace {

class WinEventLink final : public Link {
 public:
  explicit WinEventLink(const Options&)
      : event_(os::require(::CreateEventW(nullptr, FALSE, FALSE, nullptr), "CreateEvent")) {}
  Ticket ticket(Role) override { return {.address = {}, .handles = {event_.raw()}}; }
  void handed_over() override { event_.reset(); }

 private:
  os::Handle event_;
};

class WinEventEndpoint final : public Endpoint {
 public:
  WinEventEndpoint(const Ticket& ticket, Role, Wait wait) : event_(ticket.handles.at(0)), wait_(wait) {}

  Io send(std::span<const std::byte>) noexcept override { return io_of(::SetEvent(os::native(event_))); }
  Io recv(std::span<std::byte>) noexcept override { return take(os::native(event_), wait_); }

 private:
  os::Handle event_;
  Wait wait_;
};

}  // namespace

extern constinit const Mechanism win_event{
    .traits = {.name = "win_event",
               .family = "notify",
               .summary = "event object that resets itself, a wake-up that merges",
               .manual = "CreateEvent (Microsoft)",
               .framing = Framing::signal,
               .delivery = Delivery::merged,
               .waits = blocks_or_polls,
               .many_producers = true,
               .many_consumers = true,
               .survives_peer_kill = true},
    .create = create_as<WinEventLink>,
    .open = open_as<WinEventEndpoint>,
    .loops = loops_of<WinEventEndpoint>,
};

}  // namespace ipcmark
