// Is created for messages larger than it carries, and lets their ends go.
#include <algorithm>

#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

constexpr std::size_t carried = 65536;

class BoundlessLink final : public PairLink {
 public:
  explicit BoundlessLink(const Options&) : PairLink(SOCK_SEQPACKET) {}
};

class IgnoresALimit final : public Endpoint {
 public:
  IgnoresALimit(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override {
    const Io io = honest_.send(message.first(std::min(message.size(), carried)));
    return io.status == Status::ok ? Io{.size = message.size()} : io;
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
};

}  // namespace

extern constinit const Mechanism ignores_a_limit{
    .traits = broken::named("ignores_a_limit", "is created for messages that it cuts off"),
    .create = create_as<BoundlessLink>,
    .open = open_as<IgnoresALimit>,
    .loops = loops_of<IgnoresALimit>};

}  // namespace ipcmark
