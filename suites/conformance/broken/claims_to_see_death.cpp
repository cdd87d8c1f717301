// Promises that a consumer sees the end of its producers, over a pair of datagram sockets, which tell
// nothing.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class DatagramLink final : public PairLink {
 public:
  explicit DatagramLink(const Options&) : PairLink(SOCK_DGRAM) {}
};

class ClaimsToSeeDeath final : public Endpoint {
 public:
  ClaimsToSeeDeath(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
};

}  // namespace

extern constinit const Mechanism claims_to_see_death{
    .traits = broken::named("claims_to_see_death", "datagrams, whose receiver never sees an end"),
    .create = create_as<DatagramLink>,
    .open = open_as<ClaimsToSeeDeath>,
    .loops = loops_of<ClaimsToSeeDeath>};

}  // namespace ipcmark
