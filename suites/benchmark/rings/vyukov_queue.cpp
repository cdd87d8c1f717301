// The published algorithm of Dmitry Vyukov's bounded queue for several producers and consumers
// (1024cores.net, "Bounded MPMC queue"), with elements of one size: each cell has a sequence number of its
// own, and each side one count that it advances by compare-exchange.
#include <cstring>

#include "suites/benchmark/rings/shared.hpp"

namespace ipcmark {
namespace {

struct Counts {
  alignas(own_line) std::atomic<std::uint64_t> put = 0;
  alignas(own_line) std::atomic<std::uint64_t> taken = 0;
};
using Sequence = std::atomic<std::uint64_t>;

class Cells {
 public:
  Cells(std::byte* memory, std::size_t element, std::size_t depth)
      : first_(memory + sizeof(Counts)), element_(element), cell_(cell_size(element)), mask_(depth - 1) {}
  static std::size_t bytes(std::size_t element, std::size_t depth) {
    return sizeof(Counts) + cell_size(element) * depth;
  }
  Sequence& sequence(std::uint64_t number) const noexcept {
    return *reinterpret_cast<Sequence*>(first_ + (number & mask_) * cell_);
  }
  std::byte* element(std::uint64_t number) const noexcept {
    return first_ + (number & mask_) * cell_ + sizeof(Sequence);
  }
  std::size_t element_size() const noexcept { return element_; }
  std::uint64_t depth() const noexcept { return mask_ + 1; }

 private:
  static std::size_t cell_size(std::size_t element) { return sizeof(Sequence) + (element + 7) / 8 * 8; }
  std::byte* first_;
  std::size_t element_, cell_;
  std::uint64_t mask_;
};

struct VyukovLink final : RingLink {
  explicit VyukovLink(const Options& options)
      : RingLink(options, Cells::bytes(options.max_message, options.depth)) {
    ::new (data()) Counts();
    const Cells cells(data(), options.max_message, options.depth);
    for (std::uint64_t number = 0; number < options.depth; ++number)
      ::new (&cells.sequence(number)) Sequence(number);
  }
};

class VyukovEndpoint final : public Endpoint {
 public:
  VyukovEndpoint(const Ticket& ticket, Role, Wait)
      : memory_(os::open_segment(ticket.address, Cells::bytes(ticket.max_message, ticket.depth))),
        counts_(*std::launder(reinterpret_cast<Counts*>(memory_.data()))),
        cells_(memory_.data(), ticket.max_message, ticket.depth) {}

  Io send(std::span<const std::byte> message) noexcept override {
    std::uint64_t number = 0;
    if (!take(counts_.put, 0, number)) return {.status = Status::stopped};
    std::memcpy(cells_.element(number), message.data(), cells_.element_size());
    cells_.sequence(number).store(number + 1, std::memory_order_release);
    return {.size = cells_.element_size()};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    std::uint64_t number = 0;
    if (!take(counts_.taken, 1, number)) return {.status = Status::stopped};
    std::memcpy(buffer.data(), cells_.element(number), cells_.element_size());
    cells_.sequence(number).store(number + cells_.depth(), std::memory_order_release);
    return {.size = cells_.element_size()};
  }

 private:
  // The next number of a side whose cell's sequence is `ahead` of it.
  bool take(std::atomic<std::uint64_t>& count, std::uint64_t ahead, std::uint64_t& number) noexcept {
    number = count.load(std::memory_order_relaxed);
    return os::spin_until([&] {
      for (;;) {
        const std::uint64_t sequence = cells_.sequence(number).load(std::memory_order_acquire);
        const auto difference = static_cast<std::int64_t>(sequence - (number + ahead));
        if (difference == 0) {
          if (count.compare_exchange_weak(number, number + 1, std::memory_order_relaxed)) return true;
        } else {
          number = count.load(std::memory_order_relaxed);
          if (difference < 0) return false;
        }
      }
    });
  }

  os::Mapping memory_;
  Counts& counts_;
  Cells cells_;
};

}  // namespace

extern constinit const Mechanism vyukov_queue{
    .traits = {.name = "vyukov_queue",
               .family = "rings",
               .summary = "published algorithm: Vyukov's bounded queue, several producers and consumers",
               .manual = "1024cores.net, Bounded MPMC queue",
               .lifetime = Lifetime::kernel,
               .waits = polls_only,
               .axes = {.depth = true},
               .many_producers = true,
               .many_consumers = true},
    .create = create_as<VyukovLink>,
    .open = open_as<VyukovEndpoint>,
    .loops = loops_of<VyukovEndpoint>,
};

}  // namespace ipcmark
