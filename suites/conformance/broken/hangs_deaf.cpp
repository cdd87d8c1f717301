// Never comes back from one receive, whatever it is told.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class HangsDeaf final : public Endpoint {
 public:
  HangsDeaf(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    ++calls_;
    while (calls_ == broken::when) os::cpu_relax();
    return honest_.recv(buffer);
  }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
};

}  // namespace

extern constinit const Mechanism hangs_deaf =
    broken::mechanism<HangsDeaf>("hangs_deaf", "blocks for ever, even when told to stop");

}  // namespace ipcmark
