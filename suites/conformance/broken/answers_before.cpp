// Says of some messages that they came before they were sent. No mechanism can bring what is not there yet;
// one whose machines disagree about the time can say so. Here the clock of the consumer is late whenever one
// of two hundred receives returns: it shows the latest tick of the kernel.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class AnswersBefore final : public Endpoint {
 public:
  AnswersBefore(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    os::clock_in_use = right_;
    const Io io = honest_.recv(buffer);
    if (++calls_ > broken::when && calls_ <= broken::when + 200)
      os::clock_in_use = {.source = os::ClockSource::monotonic_coarse, .ns_per_tick = 1.0};
    return io;
  }

 private:
  broken::Honest honest_;
  std::uint64_t calls_ = 0;
  const os::Clock right_ = os::clock_in_use;
};

}  // namespace

extern constinit const Mechanism answers_before =
    broken::mechanism<AnswersBefore>("answers_before", "receives messages before they are sent");

}  // namespace ipcmark
