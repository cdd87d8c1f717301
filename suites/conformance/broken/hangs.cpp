// Never comes back from one receive, but listens to the request to stop.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class Hangs final : public Endpoint {
 public:
  Hangs(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    if (++calls_ == broken::when) {
      os::spin_until([] { return false; });
      return {.status = Status::stopped};
    }
    return honest_.recv(buffer);
  }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
};

}  // namespace

extern constinit const Mechanism hangs = broken::mechanism<Hangs>("hangs", "blocks for ever");

}  // namespace ipcmark
