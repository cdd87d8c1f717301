// Changes one bit in the middle of one message.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class FlipsAByte final : public Endpoint {
 public:
  FlipsAByte(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    const Io io = honest_.recv(buffer);
    if (++calls_ == broken::when) buffer[io.size / 2] ^= std::byte{0x10};
    return io;
  }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
};

}  // namespace

extern constinit const Mechanism flips_a_byte =
    broken::mechanism<FlipsAByte>("flips_a_byte", "changes a byte of one message");

}  // namespace ipcmark
