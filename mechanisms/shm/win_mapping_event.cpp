// One message in a section of the paging file (CreateFileMapping) between one producer and one consumer, with
// two events that reset themselves: one says that it is there, the other that it has been taken.
//
// This is the pattern of textbooks. An event counts nothing, so there is room for one message only and the
// two sides take turns; every message costs two calls of the kernel on each side, also when nobody waits. An
// event knows no owner: one that a terminated process has taken is gone, and the others wait for ever.
#include <algorithm>

#include "mechanisms/shm/win_segment.hpp"

namespace ipcmark {
namespace {

struct NoSync {};

template <class Described>
Described with_one_slot(Described options_or_ticket) {
  options_or_ticket.depth = 1;
  return options_or_ticket;
}

os::Handle create_event(bool set) {
  return os::require(::CreateEventW(nullptr, FALSE, set ? TRUE : FALSE, nullptr), "CreateEvent");
}

class WinMappingEventLink final : public WinSegmentLink<NoSync> {
 public:
  explicit WinMappingEventLink(const Options& options)
      : WinSegmentLink(with_one_slot(options), objects(create_event(false), create_event(true))) {}
};

class WinMappingEventEndpoint final : public Endpoint {
 public:
  WinMappingEventEndpoint(const Ticket& ticket, Role, Wait wait)
      : segment_(with_one_slot(ticket)),
        slots_(segment_.slots()),
        message_(object_of(ticket, 0, 2)),
        room_(object_of(ticket, 1, 2)),
        wait_(wait) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > slots_.capacity()) return {.status = Status::too_big};
    if (const Io io = take(os::native(room_), wait_); io.status != Status::ok) return io;
    copy_bytes(slots_.payload(0), message.data(), message.size());
    slots_.mark(0).store(Mark::make(0, message.size()), std::memory_order_relaxed);
    const Io io = io_of(::SetEvent(os::native(message_)));
    return {.size = message.size(), .status = io.status, .os_error = io.os_error};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    if (const Io io = take(os::native(message_), wait_); io.status != Status::ok) return io;
    const std::size_t size = Mark::size(slots_.mark(0).load(std::memory_order_relaxed));
    const std::size_t kept = std::min(size, buffer.size());
    copy_bytes(buffer.data(), slots_.payload(0), kept);
    const Io io = io_of(::SetEvent(os::native(room_)));
    if (io.status != Status::ok) return io;
    return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
  }

 private:
  Segment<NoSync> segment_;
  Slots slots_;
  os::Handle message_, room_;
  Wait wait_;
};

}  // namespace

extern constinit const Mechanism win_mapping_event{
    .traits = {.name = "win_mapping_event",
               .family = "shm",
               .summary = "one slot in a file mapping, handed over by two events",
               .manual = "CreateFileMapping, CreateEvent (Microsoft)",
               .waits = blocks_or_polls},
    .create = create_as<WinMappingEventLink>,
    .open = open_as<WinMappingEventEndpoint>,
    .loops = loops_of<WinMappingEventEndpoint>,
};

}  // namespace ipcmark
