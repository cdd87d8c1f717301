// An eventfd(2) as a counted signal: a send adds one, a receive takes one (EFD_SEMAPHORE). It carries no
// payload.
//
// Without EFD_SEMAPHORE a receive would take the whole count, and signals that nobody has taken would merge
// into one. One read wakes one waiter; the kernel promises no order among waiters. A dead peer is never
// noticed.
#include <sys/eventfd.h>
#include <unistd.h>

#include "harness/fd_stream.hpp"

namespace ipcmark {
namespace {

class EventfdLink final : public Link {
 public:
  explicit EventfdLink(const Options&)
      : event_(check(::eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC), "eventfd")) {}
  Ticket ticket(Role) override { return {.address = {}, .handles = {event_.raw()}}; }
  void handed_over() override { event_.reset(); }

 private:
  os::Handle event_;
};

class EventfdEndpoint final : public Endpoint {
 public:
  EventfdEndpoint(const Ticket& ticket, Role, Wait wait)
      : event_(polling(os::Handle(ticket.handles.at(0)), wait)) {}

  Io send(std::span<const std::byte>) noexcept override {
    const std::uint64_t one = 1;
    const Io io = retry_interrupted([&] { return ::write(event_.fd(), &one, sizeof one); });
    return {.size = 0, .status = io.status, .os_error = io.os_error};
  }
  Io recv(std::span<std::byte>) noexcept override {
    std::uint64_t taken = 0;
    const Io io = retry_interrupted([&] { return ::read(event_.fd(), &taken, sizeof taken); });
    return {.size = 0, .status = io.status, .os_error = io.os_error};
  }

 private:
  os::Handle event_;
};

}  // namespace

extern constinit const Mechanism eventfd{
    .traits = {.name = "eventfd",
               .family = "notify",
               .summary = "eventfd with EFD_SEMAPHORE, a counted wake-up without payload",
               .manual = "eventfd(2)",
               .framing = Framing::signal,
               .waits = blocks_or_polls,
               .many_producers = true,
               .many_consumers = true,
               .survives_peer_kill = true},
    .create = create_as<EventfdLink>,
    .open = open_as<EventfdEndpoint>,
    .loops = loops_of<EventfdEndpoint>,
};

}  // namespace ipcmark
