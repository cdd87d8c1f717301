// Promises to survive the kill of a peer at any point, over a lock that stays locked when its holder dies.
#include "suites/conformance/broken/shared_count.hpp"

namespace ipcmark {
namespace {

class ClaimsToSurvive final : public broken::SharedEndpoint {
 public:
  ClaimsToSurvive(const Ticket& ticket, Role, Wait) : SharedEndpoint(ticket) {}

  Io send(std::span<const std::byte>) noexcept override {
    if (!lock()) return {.status = Status::stopped};
    shared().count.fetch_add(1);
    unlock();
    os::wake_all(shared().count);
    return {};
  }
  Io recv(std::span<std::byte>) noexcept override {
    for (;;) {
      if (!lock()) return {.status = Status::stopped};
      const bool taken = take_one();
      unlock();
      if (taken) return {};
      if (os::stop_requested()) return {.status = Status::stopped};
      os::wait_on(shared().count, 0);
    }
  }

 private:
  bool lock() const noexcept {
    return os::spin_until([&] { return shared().flag.exchange(1) == 0; });
  }
  void unlock() const noexcept { shared().flag.store(0); }
};

constexpr Traits promising() {
  Traits traits = broken::counted("claims_to_survive", "a lock that a dead holder keeps");
  traits.survives_peer_kill = true;
  return traits;
}

}  // namespace

extern constinit const Mechanism claims_to_survive{.traits = promising(),
                                                   .create = create_as<broken::SharedLink>,
                                                   .open = open_as<ClaimsToSurvive>,
                                                   .loops = loops_of<ClaimsToSurvive>};

}  // namespace ipcmark
