// Ends its process by abort at one message.
#include <cstdlib>

#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class Crashes final : public Endpoint {
 public:
  Crashes(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (++calls_ == broken::when) std::abort();
    return honest_.send(message);
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
};

}  // namespace

extern constinit const Mechanism crashes = broken::mechanism<Crashes>("crashes", "kills its own process");

}  // namespace ipcmark
