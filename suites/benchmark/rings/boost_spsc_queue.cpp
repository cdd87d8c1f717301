// boost::lockfree::spsc_queue of Boost 1.74 in shared memory: one producer, one consumer. Its elements and
// its capacity are fixed when it is compiled, so that there is one of it for each pair that is asked for
// here.
#include <array>
#include <boost/lockfree/spsc_queue.hpp>

#include "suites/benchmark/rings/shared.hpp"

namespace ipcmark {
namespace {

template <std::size_t size>
using Element = std::array<std::byte, size>;
template <std::size_t size, std::size_t depth>
using Queue = boost::lockfree::spsc_queue<Element<size>, boost::lockfree::capacity<depth>>;

template <std::size_t size, std::size_t depth>
struct QueueLink final : RingLink {
  explicit QueueLink(const Options& options) : RingLink(options, sizeof(Queue<size, depth>)) {
    ::new (data()) Queue<size, depth>();
  }
};

// One call for a message, whatever the type of the queue: the loops are templates over an endpoint, and an
// endpoint has one type.
class BoostSpscEndpoint final : public Endpoint {
 public:
  BoostSpscEndpoint(const Ticket& ticket, Role, Wait);

  Io send(std::span<const std::byte> message) noexcept override {
    if (!os::spin_until([&] { return push_(memory_.data(), message.data()); }))
      return {.status = Status::stopped};
    return {.size = size_};
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    if (!os::spin_until([&] { return pop_(memory_.data(), buffer.data()); }))
      return {.status = Status::stopped};
    return {.size = size_};
  }

 private:
  os::Mapping memory_;
  std::size_t size_;
  bool (*push_)(std::byte* queue, const std::byte* message) = nullptr;
  bool (*pop_)(std::byte* queue, std::byte* message) = nullptr;
};

struct Variant {
  std::size_t size, depth, bytes;
  std::unique_ptr<Link> (*create)(const Options&);
  bool (*push)(std::byte*, const std::byte*);
  bool (*pop)(std::byte*, std::byte*);
};

template <std::size_t size, std::size_t depth>
constexpr Variant variant{
    .size = size,
    .depth = depth,
    .bytes = sizeof(Queue<size, depth>),
    .create = create_as<QueueLink<size, depth>>,
    .push =
        [](std::byte* queue, const std::byte* message) {
          return std::launder(reinterpret_cast<Queue<size, depth>*>(queue))
              ->push(*reinterpret_cast<const Element<size>*>(message));
        },
    .pop =
        [](std::byte* queue, std::byte* message) {
          return std::launder(reinterpret_cast<Queue<size, depth>*>(queue))
              ->pop(*reinterpret_cast<Element<size>*>(message));
        },
};

const Variant& variant_of(std::size_t size, std::size_t depth) {
  static constexpr Variant all[]{variant<64, 64>,   variant<64, 1024>,  variant<4096, 16>,
                                 variant<4096, 64>, variant<65536, 64>, variant<1 << 20, 16>};
  for (const Variant& one : all) {
    if (one.size == size && one.depth == depth) return one;
  }
  throw Unsupported("boost::lockfree::spsc_queue is compiled for some sizes and depths only, and " +
                    std::to_string(size) + " bytes, " + std::to_string(depth) + " deep is none of them");
}

BoostSpscEndpoint::BoostSpscEndpoint(const Ticket& ticket, Role, Wait) : size_(ticket.max_message) {
  const Variant& mine = variant_of(ticket.max_message, ticket.depth);
  memory_ = os::open_segment(ticket.address, mine.bytes);
  push_ = mine.push;
  pop_ = mine.pop;
}

}  // namespace

extern constinit const Mechanism boost_spsc_queue{
    .traits = {.name = "boost_spsc_queue",
               .family = "rings",
               .summary = "Boost.Lockfree spsc_queue in shared memory",
               .manual = "boost.org, Boost.Lockfree",
               .lifetime = Lifetime::kernel,
               .waits = polls_only,
               .axes = {.depth = true}},
    .create =
        [](const Options& options) { return variant_of(options.max_message, options.depth).create(options); },
    .open = open_as<BoostSpscEndpoint>,
    .loops = loops_of<BoostSpscEndpoint>,
};

}  // namespace ipcmark
