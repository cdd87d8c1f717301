// Moves nothing, like null, but a message is there 20 us after the latest send and not before. What is
// measured over it must therefore be 20 us and the harness's own cost.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class NoLink final : public Link {
 public:
  explicit NoLink(const Options&) {}
  Ticket ticket(Role) override { return {}; }
};

class Delays final : public Endpoint {
 public:
  Delays(const Ticket& ticket, Role, Wait) : layout_(ticket.max_message, ticket.run_tag, 0) {}

  Io send(std::span<const std::byte> message) noexcept override {
    sent_ = os::ticks();
    return {.size = message.size()};
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    while (sent_ != 0 && os::to_ns(static_cast<double>(os::ticks() - sent_)) < 20e3) os::cpu_relax();
    stamp(layout_, buffer.data(), next_++, 0);
    return {.size = buffer.size()};
  }

 private:
  StampLayout layout_;
  std::uint64_t next_ = 0, sent_ = 0;
};

constexpr Traits traits() {
  Traits result = broken::named("delays_20us", "moves nothing, 20 us after each send");
  result.duplex = true;
  result.framing = Framing::none;
  return result;
}

}  // namespace

extern constinit const Mechanism delays_20us{
    .traits = traits(), .create = create_as<NoLink>, .open = open_as<Delays>, .loops = loops_of<Delays>};

}  // namespace ipcmark
