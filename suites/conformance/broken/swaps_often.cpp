// Sends every tenth message after the next one, so that also a consumer who shares the messages with others
// gets both of some pair.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class SwapsOften final : public Endpoint {
 public:
  SwapsOften(const Ticket& ticket, Role, Wait) : honest_(ticket) {}
  ~SwapsOften() override {
    if (!held_.empty()) static_cast<void>(honest_.send(held_));
  }
  SwapsOften(const SwapsOften&) = delete;
  SwapsOften& operator=(const SwapsOften&) = delete;

  Io send(std::span<const std::byte> message) noexcept override {
    ++calls_;
    if (calls_ > broken::when && calls_ % 10 == 0) {
      held_.assign(message.begin(), message.end());
      return {.size = message.size()};
    }
    const Io io = honest_.send(message);
    if (!held_.empty()) static_cast<void>(honest_.send(held_));
    held_.clear();
    return io;
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
  std::vector<std::byte> held_;
};

}  // namespace

extern constinit const Mechanism swaps_often =
    broken::mechanism<SwapsOften>("swaps_often", "changes the order of many messages");

}  // namespace ipcmark
