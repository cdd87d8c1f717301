// Says that its messages have priorities, and delivers them in the order sent.
#include "harness/priority.hpp"
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class IgnoresPriority final : public SelectiveEndpoint {
 public:
  IgnoresPriority(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io send_with(std::span<const std::byte> message, unsigned) noexcept override {
    return honest_.send(message);
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }
  Io recv_first(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }
  Io recv_only(std::span<std::byte> buffer, unsigned) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
};

constexpr Mechanism boasting() {
  Mechanism result = broken::mechanism<IgnoresPriority>("ignores_priority",
                                                        "delivers in the order sent, whatever the priority");
  result.traits.priorities = 4;
  result.traits.selects = true;
  return result;
}

}  // namespace

extern constinit const Mechanism ignores_priority = boasting();

}  // namespace ipcmark
