// Delivers the first half of one message, and says that this was all.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class TruncatesOne final : public Endpoint {
 public:
  TruncatesOne(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    const Io io = honest_.recv(buffer);
    return ++calls_ == broken::when ? Io{.size = io.size / 2} : io;
  }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
};

}  // namespace

extern constinit const Mechanism truncates_one =
    broken::mechanism<TruncatesOne>("truncates_one", "cuts off half of one message");

}  // namespace ipcmark
