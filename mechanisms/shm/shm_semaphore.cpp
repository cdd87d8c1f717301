// A ring in shared memory between one producer and one consumer, governed by two process-shared POSIX
// semaphores: free slots and messages. sem_overview(7).
//
// Each side keeps its own place in the ring, so no lock is needed; the semaphores order the memory
// (POSIX 4.12). A semaphore knows no owner: one that a killed process has taken is gone, and the ring is a
// slot smaller or a message short for ever after.
#include <semaphore.h>

#include <algorithm>
#include <cstring>

#include "harness/fd_stream.hpp"
#include "harness/os/wait.hpp"
#include "mechanisms/shm/segment.hpp"

namespace ipcmark {
namespace {

struct SemaphoreSync {
  alignas(apart) sem_t messages;
  alignas(apart) sem_t room;
};

class ShmSemaphoreLink final : public SegmentLink<SemaphoreSync> {
 public:
  explicit ShmSemaphoreLink(const Options& options) : SegmentLink(options) {
    check(::sem_init(&sync().messages, 1, 0), "sem_init");
    check(::sem_init(&sync().room, 1, static_cast<unsigned>(std::bit_ceil(options.depth))), "sem_init");
  }
};

class ShmSemaphoreEndpoint final : public Endpoint {
 public:
  ShmSemaphoreEndpoint(const Ticket& ticket, Role, Wait wait)
      : segment_(ticket), sync_(segment_.sync()), slots_(segment_.slots()), wait_(wait) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > slots_.capacity()) return {.status = Status::too_big};
    if (const Io io = take(sync_.room); io.status != Status::ok) return io;
    copy_bytes(slots_.payload(next_), message.data(), message.size());
    slots_.mark(next_++).store(Mark::make(0, message.size()), std::memory_order_relaxed);
    ::sem_post(&sync_.messages);
    return {.size = message.size()};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    if (const Io io = take(sync_.messages); io.status != Status::ok) return io;
    const std::size_t size = Mark::size(slots_.mark(next_).load(std::memory_order_relaxed));
    const std::size_t kept = std::min(size, buffer.size());
    copy_bytes(buffer.data(), slots_.payload(next_++), kept);
    ::sem_post(&sync_.room);
    return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
  }

 private:
  Io take(sem_t& semaphore) noexcept {
    const auto taken = [&] { return ::sem_trywait(&semaphore) == 0; };
    if (wait_ == Wait::spin) return {.status = os::spin_until(taken) ? Status::ok : Status::stopped};
    if (wait_ == Wait::adaptive && spin_.until(taken)) return {};
    return retry_interrupted([&] { return ::sem_wait(&semaphore); });
  }

  Segment<SemaphoreSync> segment_;
  SemaphoreSync& sync_;
  Slots slots_;
  Wait wait_;
  os::AdaptiveSpin spin_;
  std::uint32_t next_ = 0;
};

}  // namespace

extern constinit const Mechanism shm_semaphore{
    .traits = {.name = "shm_semaphore",
               .family = "shm",
               .summary = "ring in shared memory with two process-shared POSIX semaphores",
               .manual = "sem_overview(7)",
               .lifetime = Lifetime::kernel,
               .waits = every_wait,
               .axes = {.depth = true, .memory = true},
               .named = true,
               .counterpart = "win_mapping_semaphore"},
    .create = create_as<ShmSemaphoreLink>,
    .open = open_as<ShmSemaphoreEndpoint>,
    .loops = loops_of<ShmSemaphoreEndpoint>,
};

}  // namespace ipcmark
