// Sends one message after the next one.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class SwapsTwo final : public Endpoint {
 public:
  SwapsTwo(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (++calls_ == broken::when) {
      held_.assign(message.begin(), message.end());
      return {.size = message.size()};
    }
    const Io io = honest_.send(message);
    if (calls_ == broken::when + 1) static_cast<void>(honest_.send(held_));
    return io;
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
  std::vector<std::byte> held_;
};

}  // namespace

extern constinit const Mechanism swaps_two =
    broken::mechanism<SwapsTwo>("swaps_two", "changes the order of two messages");

}  // namespace ipcmark
