// Claims that each message reaches one of its consumers, and gives it to two: Traits::many_consumers.
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

// Two honest links, of which consumers get the one or the other in turns.
class TwoLinks final : public Link {
 public:
  explicit TwoLinks(const Options& options) : first_(options), second_(options) {}
  Ticket ticket(Role role) override {
    if (role == Role::consumer) return (consumers_++ % 2 == 0 ? first_ : second_).ticket(role);
    Ticket both = first_.ticket(role);
    both.handles.push_back(second_.ticket(role).handles.at(0));
    return both;
  }
  void handed_over() override {
    first_.handed_over();
    second_.handed_over();
  }

 private:
  broken::HonestLink first_, second_;
  unsigned consumers_ = 0;
};

class GivesToTwo final : public Endpoint {
 public:
  GivesToTwo(const Ticket& ticket, Role role, Wait) : honest_(ticket) {
    if (role == Role::producer) second_ = os::Handle(ticket.handles.at(1));
  }
  Io send(std::span<const std::byte> message) noexcept override {
    // Where nobody reads there, it has no room some day.
    static_cast<void>(!::send(second_.fd(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    return honest_.send(message);
  }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  broken::Honest honest_;
  os::Handle second_;
};

}  // namespace

extern constinit const Mechanism claims_consumers{
    .traits = broken::named("claims_consumers", "claims that each message reaches one of several consumers"),
    .create = create_as<TwoLinks>,
    .open = open_as<GivesToTwo>,
    .loops = loops_of<GivesToTwo>,
};

}  // namespace ipcmark
