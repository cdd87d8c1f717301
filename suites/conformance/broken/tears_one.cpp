// Gives one message the first half of another.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class TearsOne final : public Endpoint {
 public:
  TearsOne(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    const Io io = honest_.recv(buffer);
    if (++calls_ == broken::when) buffer[0] ^= std::byte{1};
    return io;
  }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
};

}  // namespace

extern constinit const Mechanism tears_one = broken::mechanism<TearsOne>("tears_one", "mixes two messages");

}  // namespace ipcmark
