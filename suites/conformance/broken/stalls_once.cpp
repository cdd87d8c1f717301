// Takes its time over one message: 30 ms, once, in the consumer's first receive 100 ms after its first of
// all, so that it is in no warm-up, however fast messages move.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class StallsOnce final : public Endpoint {
 public:
  StallsOnce(const Ticket& ticket, Role role, Wait) : honest_(ticket), stalls_(role == Role::consumer) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    const Io io = honest_.recv(buffer);
    if (!stalls_) return io;
    const std::uint64_t now = os::read_monotonic();
    if (begun_ == 0) begun_ = now;
    if (now - begun_ < 100'000'000) return io;
    stalls_ = false;
    os::busy_wait(30e6);
    return io;
  }

 private:
  broken::Honest honest_;
  std::uint64_t begun_ = 0;
  bool stalls_;
};

}  // namespace

extern constinit const Mechanism stalls_once =
    broken::mechanism<StallsOnce>("stalls_once", "stalls 30 ms at one message");

}  // namespace ipcmark
