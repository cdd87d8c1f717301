// Nothing. A send returns at once, and a receive makes up the very message that was due, so that a trial over
// it runs the whole loop (stamping, checking, clock, histogram) and moves nothing: the harness's own cost,
// the floor of every figure. The two processes do not even know each other.
#include <cstring>

#include "harness/mechanism.hpp"

namespace ipcmark {
namespace {

class NullLink final : public Link {
 public:
  explicit NullLink(const Options&) {}
  Ticket ticket(Role) override { return {}; }
};

class NullEndpoint final : public Endpoint {
 public:
  NullEndpoint(const Ticket& ticket, Role, Wait) : layout_(ticket.max_message, ticket.run_tag, 0) {}

  Io send(std::span<const std::byte> message) noexcept override { return {.size = message.size()}; }
  Io recv(std::span<std::byte> buffer) noexcept override {
    stamp(layout_, buffer.data(), next_++, 0);
    return {.size = buffer.size()};
  }

 private:
  StampLayout layout_;
  std::uint64_t next_ = 0;
};

}  // namespace

extern constinit const Mechanism null{
    .traits = {.name = "null",
               .family = "null",
               .summary = "moves nothing: the cost of the harness itself",
               .manual = "harness/loops.hpp",
               .framing = Framing::none},
    .create = create_as<NullLink>,
    .open = open_as<NullEndpoint>,
    .loops = loops_of<NullEndpoint>,
};

}  // namespace ipcmark
