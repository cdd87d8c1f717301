// Says of every message after the first thousand that it was sent, and drops it.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class LosesTheTail final : public Endpoint {
 public:
  LosesTheTail(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override {
    return ++calls_ > broken::when ? Io{.size = message.size()} : honest_.send(message);
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
};

}  // namespace

extern constinit const Mechanism loses_the_tail =
    broken::mechanism<LosesTheTail>("loses_the_tail", "drops the last messages");

}  // namespace ipcmark
