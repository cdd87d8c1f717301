// Gives one message the second half of the one before it: the first that is long enough.
#include <algorithm>

#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class JoinsHalves final : public Endpoint {
 public:
  JoinsHalves(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    const Io io = honest_.recv(buffer);
    if (++calls_ >= broken::when && io.status == Status::ok && !done_ && before_.size() >= io.size) {
      const auto half = static_cast<std::ptrdiff_t>(io.size / 2);
      std::copy(before_.begin() + half, before_.begin() + static_cast<std::ptrdiff_t>(io.size),
                buffer.begin() + half);
      done_ = true;
    }
    before_.assign(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(io.size));
    return io;
  }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
  std::vector<std::byte> before_;
  bool done_ = false;
};

}  // namespace

extern constinit const Mechanism joins_halves =
    broken::mechanism<JoinsHalves>("joins_halves", "tears a message, from two");

}  // namespace ipcmark
