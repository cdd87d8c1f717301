// The published algorithm of a ring with cached indices, for one producer and one consumer and elements of
// one size: each side keeps the last value that it saw of the other's index and looks again only when the
// ring seems full or empty. Erik Rigtorp, "Optimizing a ring buffer for throughput" (rigtorp.se), describes
// it; it stands in for the header-only queues that are built like this.
#include <cstring>

#include "suites/benchmark/rings/shared.hpp"

namespace ipcmark {
namespace {

struct Indices {
  alignas(own_line) std::atomic<std::uint64_t> written = 0;
  alignas(own_line) std::atomic<std::uint64_t> read = 0;
};

struct CachedIndexLink final : RingLink {
  explicit CachedIndexLink(const Options& options)
      : RingLink(options, sizeof(Indices) + options.max_message * options.depth) {
    ::new (data()) Indices();
  }
};

class CachedIndexEndpoint final : public Endpoint {
 public:
  CachedIndexEndpoint(const Ticket& ticket, Role, Wait)
      : memory_(os::open_segment(ticket.address, sizeof(Indices) + ticket.max_message * ticket.depth)),
        indices_(*std::launder(reinterpret_cast<Indices*>(memory_.data()))),
        element_(ticket.max_message),
        mask_(ticket.depth - 1) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (mine_ - others_ > mask_) {
      const auto room = [&] {
        return mine_ - (others_ = indices_.read.load(std::memory_order_acquire)) <= mask_;
      };
      if (!os::spin_until(room)) return {.status = Status::stopped};
    }
    std::memcpy(slot(), message.data(), element_);
    indices_.written.store(++mine_, std::memory_order_release);
    return {.size = element_};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    if (mine_ == others_) {
      const auto any = [&] { return mine_ != (others_ = indices_.written.load(std::memory_order_acquire)); };
      if (!os::spin_until(any)) return {.status = Status::stopped};
    }
    std::memcpy(buffer.data(), slot(), element_);
    indices_.read.store(++mine_, std::memory_order_release);
    return {.size = element_};
  }

 private:
  std::byte* slot() const noexcept { return memory_.data() + sizeof(Indices) + (mine_ & mask_) * element_; }

  os::Mapping memory_;
  Indices& indices_;
  std::size_t element_;
  std::uint64_t mask_, mine_ = 0, others_ = 0;
};

}  // namespace

extern constinit const Mechanism cached_index_ring{
    .traits = {.name = "cached_index_ring",
               .family = "rings",
               .summary = "published algorithm: ring with cached indices, one producer and one consumer",
               .manual = "rigtorp.se/ringbuffer",
               .lifetime = Lifetime::kernel,
               .waits = polls_only,
               .axes = {.depth = true}},
    .create = create_as<CachedIndexLink>,
    .open = open_as<CachedIndexEndpoint>,
    .loops = loops_of<CachedIndexEndpoint>,
};

}  // namespace ipcmark
