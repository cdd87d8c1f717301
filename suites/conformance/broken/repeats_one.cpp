// Sends one message twice.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class RepeatsOne final : public Endpoint {
 public:
  RepeatsOne(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (++calls_ == broken::when) static_cast<void>(honest_.send(message));
    return honest_.send(message);
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
};

}  // namespace

extern constinit const Mechanism repeats_one =
    broken::mechanism<RepeatsOne>("repeats_one", "sends one message twice");

}  // namespace ipcmark
