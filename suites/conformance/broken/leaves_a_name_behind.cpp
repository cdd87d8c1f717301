// Makes a segment that it does not need, and never removes it.
#include "harness/os/host.hpp"
#include "harness/os/memory.hpp"
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class LeavingLink final : public PairLink {
 public:
  explicit LeavingLink(const Options& options) : PairLink(SOCK_SEQPACKET) {
    os::create_segment(os::object_name(options.run, options.link), 4096);
  }
};

class LeavesANameBehind final : public Endpoint {
 public:
  LeavesANameBehind(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
};

}  // namespace

extern constinit const Mechanism leaves_a_name_behind{
    .traits = broken::named("leaves_a_name_behind", "never removes its segment"),
    .create = create_as<LeavingLink>,
    .open = open_as<LeavesANameBehind>,
    .loops = loops_of<LeavesANameBehind>};

}  // namespace ipcmark
