// Makes its second consumer wait a while before each message, which is unfair and allowed: every message
// still comes once and in order.
#include <chrono>
#include <thread>

#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class StarvingLink final : public broken::HonestLink {
 public:
  using HonestLink::HonestLink;
  Ticket ticket(Role role) override {
    Ticket one = HonestLink::ticket(role);
    one.address = std::to_string(role == Role::consumer ? ++consumers_ : 0);
    return one;
  }

 private:
  int consumers_ = 0;
};

class StarvesOne final : public Endpoint {
 public:
  StarvesOne(const Ticket& ticket, Role, Wait) : honest_(ticket), starves_(ticket.address == "2") {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    if (starves_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return honest_.recv(buffer);
  }

 private:
  broken::Honest honest_;
  bool starves_;
};

}  // namespace

extern constinit const Mechanism starves_one{
    .traits = broken::named("starves_one", "gives one consumer nearly nothing, which is allowed"),
    .create = create_as<StarvingLink>,
    .open = open_as<StarvesOne>,
    .loops = loops_of<StarvesOne>};

}  // namespace ipcmark
