// Receives every tenth message after the next one. Nothing is lost: where no next one comes, it is given.
#include <algorithm>

#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class SwapsOften final : public Endpoint {
 public:
  SwapsOften(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    if (!held_.empty()) return give_held(buffer);
    const Io io = honest_.recv(buffer);
    if (io.status != Status::ok || ++calls_ <= broken::when || calls_ % 10 != 0) return io;
    held_.assign(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(io.size));
    const Io next = honest_.recv(buffer);
    return next.status == Status::ok ? next : give_held(buffer);
  }

 private:
  Io give_held(std::span<std::byte> buffer) noexcept {
    const std::size_t size = std::min(held_.size(), buffer.size());
    std::copy_n(held_.begin(), size, buffer.begin());
    held_.clear();
    return {.size = size};
  }

  broken::Honest honest_;
  std::uint64_t calls_ = 0;
  std::vector<std::byte> held_;
};

}  // namespace

extern constinit const Mechanism swaps_often =
    broken::mechanism<SwapsOften>("swaps_often", "changes the order of many messages");

}  // namespace ipcmark
