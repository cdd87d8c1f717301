// Takes its time over one message: 30 ms, once, in the consumer's 6000th receive.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class StallsOnce final : public Endpoint {
 public:
  StallsOnce(const Ticket& ticket, Role role, Wait) : honest_(ticket), stalls_(role == Role::consumer) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    const Io io = honest_.recv(buffer);
    if (++calls_ == 6000 && stalls_) os::busy_wait(30e6);
    return io;
  }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
  bool stalls_;
};

}  // namespace

extern constinit const Mechanism stalls_once =
    broken::mechanism<StallsOnce>("stalls_once", "stalls 30 ms at one message");

}  // namespace ipcmark
