// Drops every tenth message and says in its traits that it may: the benign brother of loses_one.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class MissesTenth final : public Endpoint {
 public:
  MissesTenth(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override {
    return ++calls_ % 10 == 0 ? Io{.size = message.size()} : honest_.send(message);
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
};

constexpr Mechanism lossy() {
  Mechanism result = broken::mechanism<MissesTenth>("misses_tenth", "drops every tenth message, as it says");
  result.traits.delivery = Delivery::lossy;
  return result;
}

}  // namespace

extern constinit const Mechanism misses_tenth = lossy();

}  // namespace ipcmark
