// Whoever sleeps sets one flag for all, and a send that finds it set clears it and wakes one: of several that
// sleep all but the first sleep on, whatever is sent.
#include "suites/conformance/broken/shared_count.hpp"

namespace ipcmark {
namespace {

class WakesTooFew final : public broken::SharedEndpoint {
 public:
  WakesTooFew(const Ticket& ticket, Role, Wait) : SharedEndpoint(ticket) {}

  Io send(std::span<const std::byte>) noexcept override {
    shared().count.fetch_add(1);
    if (shared().flag.exchange(0) != 0) os::wake_one(shared().flag);
    return {};
  }
  Io recv(std::span<std::byte>) noexcept override {
    while (!take_one()) {
      if (os::stop_requested()) return {.status = Status::stopped};
      shared().flag.store(1);
      if (shared().count.load() == 0) os::wait_on(shared().flag, 1);
    }
    return {};
  }
};

}  // namespace

extern constinit const Mechanism wakes_too_few{
    .traits = broken::counted("wakes_too_few", "one wake-up for all who sleep"),
    .create = create_as<broken::SharedLink>,
    .open = open_as<WakesTooFew>,
    .loops = loops_of<WakesTooFew>};

}  // namespace ipcmark
