// Sends one message together with the next one, as one.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class MergesTwo final : public Endpoint {
 public:
  MergesTwo(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override {
    ++calls_;
    if (calls_ == broken::when) held_.assign(message.begin(), message.end());
    if (calls_ == broken::when) return {.size = message.size()};
    if (calls_ != broken::when + 1) return honest_.send(message);
    held_.insert(held_.end(), message.begin(), message.end());
    static_cast<void>(honest_.send(held_));
    return {.size = message.size()};
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
  std::vector<std::byte> held_;
};

}  // namespace

extern constinit const Mechanism merges_two =
    broken::mechanism<MergesTwo>("merges_two", "makes one message of two");

}  // namespace ipcmark
