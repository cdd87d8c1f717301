// Sends one message twice and the one after it not at all: as many arrive as were sent.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class TradesOne final : public Endpoint {
 public:
  TradesOne(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override {
    ++calls_;
    if (calls_ == broken::when) kept_.assign(message.begin(), message.end());
    return honest_.send(calls_ == broken::when + 1 ? std::span<const std::byte>(kept_) : message);
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
  std::vector<std::byte> kept_;
};

}  // namespace

extern constinit const Mechanism trades_one =
    broken::mechanism<TradesOne>("trades_one", "loses one message and repeats another");

}  // namespace ipcmark
