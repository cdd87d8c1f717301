// Hands one message to a consumer and leaves it there for the next to come, itself or another.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class GivesOneTwice final : public Endpoint {
 public:
  GivesOneTwice(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    return ++calls_ == broken::when / 10 ? honest_.peek(buffer) : honest_.recv(buffer);
  }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
};

}  // namespace

extern constinit const Mechanism gives_one_twice =
    broken::mechanism<GivesOneTwice>("gives_one_twice", "does not remove a message that it has handed out");

}  // namespace ipcmark
