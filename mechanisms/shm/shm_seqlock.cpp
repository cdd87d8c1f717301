// One value in shared memory under a sequence lock: a writer that never waits, and readers that try again.
// After Boehm, "Can seqlocks get along with programming language memory models?" (MSPC 2012).
//
// Only the latest value is there: one that is overwritten before a reader looked is gone. recv waits for a
// version newer than the last one that it returned. Any number of readers may each see every version, and
// none is ever in the writer's way.
//
// The version stands in the mark beside the size, odd while the writer is at work, so that a reader has both
// from one load. The payload is read while it may be written, which is a data race for memcpy; it is
// therefore copied word by word by relaxed atomics, and two fences make a torn copy impossible to return:
//   writer   odd version, RELEASE FENCE, words, even version (release)
//   reader   version (acquire), words, ACQUIRE FENCE, version again
// A reader that saw an even version sees at least the words that belong to it. If one of its words was of a
// later write, the fence before that write and the fence after the read synchronise ([atomics.fences]), the
// second look at the version sees at least the odd one, and the copy is thrown away. (A plain acquire load as
// the second look would not do: it holds back later reads, and not the words before it.) The version has 32
// bits: a reader would be deceived by exactly 2^31 writes in the course of one copy.
//
// What surprises: readers starve. Against a writer that hardly pauses, a copy that takes as long as a write
// is next to never whole: of 97656 values of 4 KiB, written one after the other, a spinning reader on the
// other core got 7 and 19, where shm_triple_buffer got 14603 and 17746. A writer killed at work leaves an odd
// version, and readers wait until another one opens the segment and writes.
#include <algorithm>
#include <cstring>

#include "mechanisms/shm/sleep_on_mark.hpp"

namespace ipcmark {
namespace {

struct NoSync {};  // the mark is all

template <class Described>  // Options or Ticket
Described of_one_slot(Described described) {
  described.depth = 1;
  return described;
}

class ShmSeqlockLink final : public SegmentLink<NoSync> {
 public:
  explicit ShmSeqlockLink(const Options& options) : SegmentLink(of_one_slot(options)) {}
};

constexpr std::size_t word = sizeof(std::uint64_t);
os::AtomicRef<std::uint64_t> word_at(std::byte* payload, std::size_t at) noexcept {
  return os::AtomicRef<std::uint64_t>(*reinterpret_cast<std::uint64_t*>(payload + at));
}

// A slot's payload is a whole number of words; the last one may be in use only in part.
void store_words(std::byte* payload, const std::byte* from, std::size_t size) noexcept {
  std::uint64_t value = 0;
  std::size_t at = 0;
  for (; at + word <= size; at += word) {
    std::memcpy(&value, from + at, word);
    word_at(payload, at).store(value, std::memory_order_relaxed);
  }
  if (at == size) return;
  std::memcpy(&value, from + at, size - at);
  word_at(payload, at).store(value, std::memory_order_relaxed);
}
void load_words(std::byte* to, std::byte* payload, std::size_t size) noexcept {
  std::size_t at = 0;
  for (; at + word <= size; at += word) {
    const std::uint64_t value = word_at(payload, at).load(std::memory_order_relaxed);
    std::memcpy(to + at, &value, word);
  }
  if (at == size) return;
  const std::uint64_t value = word_at(payload, at).load(std::memory_order_relaxed);
  std::memcpy(to + at, &value, size - at);
}

class ShmSeqlockEndpoint final : public Endpoint {
 public:
  ShmSeqlockEndpoint(const Ticket& ticket, Role role, Wait wait)
      : segment_(of_one_slot(ticket)), slots_(segment_.slots()), wait_(wait) {
    // A writer goes on after the one before it, which may have been killed at an odd version.
    if (role == Role::producer) version_ = (Mark::number(mark().load(std::memory_order_relaxed)) + 1) & ~1U;
  }

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > slots_.capacity()) return {.status = Status::too_big};
    change_mark(slots_, 0, Mark::make(version_ + 1, 0), wait_);
    os::fence(std::memory_order_release);
    store_words(slots_.payload(0), message.data(), message.size());
    version_ += 2;
    change_mark(slots_, 0, Mark::make(version_, message.size()), wait_);
    return {.size = message.size()};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    for (;;) {
      const std::uint64_t seen = mark().load(std::memory_order_acquire);
      const std::uint32_t version = Mark::number(seen);
      if (version % 2 == 0 && version != version_) {
        const std::size_t size = Mark::size(seen), kept = std::min(size, buffer.size());
        load_words(buffer.data(), slots_.payload(0), kept);
        os::fence(std::memory_order_acquire);
        if (Mark::number(mark().load(std::memory_order_relaxed)) == version) [[likely]] {
          version_ = version;
          return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
        }
        if (os::stop_requested()) return {.status = Status::stopped};
      } else {
        if (os::stop_requested()) return {.status = Status::stopped};
        wait_on_mark(slots_, 0, seen, wait_, spin_);
      }
    }
  }

 private:
  os::AtomicRef<std::uint64_t> mark() const noexcept { return slots_.mark(0); }

  Segment<NoSync> segment_;
  Slots slots_;
  Wait wait_;
  os::AdaptiveSpin spin_;
  std::uint32_t version_ = 0;  // the last one written, or returned
};

}  // namespace

extern constinit const Mechanism shm_seqlock{
    .traits = {.name = "shm_seqlock",
               .family = "shm",
               .summary = "latest value in shared memory: the writer never waits, readers retry",
               .manual = os::memory_and_wait_manual,
               .delivery = Delivery::latest,
               .lifetime = segment_lifetime,
               .waits = every_wait,
               .axes = {.memory = has_kinds_of_memory},
               .broadcasts = true,
               .named = segment_has_name},
    .create = create_as<ShmSeqlockLink>,
    .open = open_as<ShmSeqlockEndpoint>,
    .loops = loops_of<ShmSeqlockEndpoint>,
};

}  // namespace ipcmark
