// Claims to carry both directions, and carries one: Traits::duplex.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class OneWay final : public Endpoint {
 public:
  OneWay(const Ticket& ticket, Role role, Wait) : honest_(ticket), role_(role) {}
  Io send(std::span<const std::byte> message) noexcept override {
    return role_ == Role::producer ? honest_.send(message) : refused();
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    return role_ == Role::consumer ? honest_.recv(buffer) : refused();
  }

 private:
  static Io refused() noexcept { return {.status = Status::error, .os_error = EBADF}; }
  broken::Honest honest_;
  Role role_;
};

}  // namespace

extern constinit const Mechanism claims_duplex =
    broken::mechanism<OneWay>("claims_duplex", "claims to carry both directions");

}  // namespace ipcmark
