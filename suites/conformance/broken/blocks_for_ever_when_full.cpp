// A send that finds the channel full never notices that there is room again.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class BlocksForEverWhenFull final : public Endpoint {
 public:
  BlocksForEverWhenFull(const Ticket& ticket, Role, Wait) : socket_(ticket.handles.at(0)) {}

  Io send(std::span<const std::byte> message) noexcept override {
    const ssize_t sent = ::send(socket_.fd(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return {.size = message.size()};
    if (errno != EAGAIN) return io_of_errno(errno);
    const std::atomic<std::uint32_t> never = 0;
    while (!os::stop_requested()) os::wait_on(never, 0);
    return {.status = Status::stopped};
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    const Io io = retry_interrupted([&] { return ::recv(socket_.fd(), buffer.data(), buffer.size(), 0); });
    return io.status == Status::ok && io.size == 0 ? Io{.status = Status::closed} : io;
  }

 private:
  os::Handle socket_;
};

}  // namespace

extern constinit const Mechanism blocks_for_ever_when_full = broken::mechanism<BlocksForEverWhenFull>(
    "blocks_for_ever_when_full", "does not notice that there is room again");

}  // namespace ipcmark
