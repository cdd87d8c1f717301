// A ring in a section of the paging file (CreateFileMapping) between one producer and one consumer, governed
// by two semaphore objects: free slots and messages.
//
// Each side keeps its own place in the ring, so no lock is needed. Every message costs two calls of the
// kernel on each side, also when nobody waits. A semaphore knows no owner: one that a terminated process has
// taken is gone, and the ring is a slot smaller or a message short for ever after.
#include <algorithm>
#include <bit>

#include "mechanisms/shm/win_segment.hpp"

namespace ipcmark {
namespace {

struct NoSync {};

os::Handle create_semaphore(std::size_t first, std::size_t depth) {
  return os::require(::CreateSemaphoreW(nullptr, static_cast<LONG>(first), static_cast<LONG>(depth), nullptr),
                     "CreateSemaphore");
}

class WinMappingSemaphoreLink final : public WinSegmentLink<NoSync> {
 public:
  explicit WinMappingSemaphoreLink(const Options& options)
      : WinSegmentLink(
            options, objects(create_semaphore(0, std::bit_ceil(options.depth)),
                             create_semaphore(std::bit_ceil(options.depth), std::bit_ceil(options.depth)))) {}
};

class WinMappingSemaphoreEndpoint final : public Endpoint {
 public:
  WinMappingSemaphoreEndpoint(const Ticket& ticket, Role, Wait wait)
      : segment_(ticket),
        slots_(segment_.slots()),
        messages_(object_of(ticket, 0, 2)),
        room_(object_of(ticket, 1, 2)),
        wait_(wait) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > slots_.capacity()) return {.status = Status::too_big};
    if (const Io io = take(os::native(room_), wait_); io.status != Status::ok) return io;
    copy_bytes(slots_.payload(next_), message.data(), message.size());
    slots_.mark(next_++).store(Mark::make(0, message.size()), std::memory_order_relaxed);
    const Io io = io_of(::ReleaseSemaphore(os::native(messages_), 1, nullptr));
    return {.size = message.size(), .status = io.status, .os_error = io.os_error};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    if (const Io io = take(os::native(messages_), wait_); io.status != Status::ok) return io;
    const std::size_t size = Mark::size(slots_.mark(next_).load(std::memory_order_relaxed));
    const std::size_t kept = std::min(size, buffer.size());
    copy_bytes(buffer.data(), slots_.payload(next_++), kept);
    const Io io = io_of(::ReleaseSemaphore(os::native(room_), 1, nullptr));
    if (io.status != Status::ok) return io;
    return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
  }

 private:
  Segment<NoSync> segment_;
  Slots slots_;
  os::Handle messages_, room_;
  Wait wait_;
  std::uint32_t next_ = 0;
};

}  // namespace

extern constinit const Mechanism win_mapping_semaphore{
    .traits = {.name = "win_mapping_semaphore",
               .family = "shm",
               .summary = "ring in a file mapping with two semaphore objects",
               .manual = "CreateFileMapping, CreateSemaphore (Microsoft)",
               .waits = blocks_or_polls,
               .axes = {.depth = true},
               .counterpart = "shm_semaphore"},
    .create = create_as<WinMappingSemaphoreLink>,
    .open = open_as<WinMappingSemaphoreEndpoint>,
    .loops = loops_of<WinMappingSemaphoreEndpoint>,
};

}  // namespace ipcmark
