// Promises that a consumer sees the end of its producers, while the parent keeps an end open for good.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class KeepingLink final : public PairLink {
 public:
  explicit KeepingLink(const Options&) : PairLink(SOCK_SEQPACKET) {}
  void handed_over() override {}
};

class KeepsAHandleOpen final : public Endpoint {
 public:
  KeepsAHandleOpen(const Ticket& ticket, Role, Wait) : honest_(ticket) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
};

}  // namespace

extern constinit const Mechanism keeps_a_handle_open{
    .traits = broken::named("keeps_a_handle_open", "the parent keeps an end, so that nobody sees the end"),
    .create = create_as<KeepingLink>,
    .open = open_as<KeepsAHandleOpen>,
    .loops = loops_of<KeepsAHandleOpen>};

}  // namespace ipcmark
