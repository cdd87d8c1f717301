// Hands one message to its first consumer and leaves it there until another consumer has taken it as well.
#include <cstring>

#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class GenerousLink final : public broken::HonestLink {
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

class GivesOneToBoth final : public Endpoint {
 public:
  GivesOneToBoth(const Ticket& ticket, Role, Wait)
      : honest_(ticket), generous_(ticket.address == "1"), next_(2 * ticket.max_message) {}

  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override {
    if (!generous_ || ++calls_ != broken::when / 10) return honest_.recv(buffer);
    const Io io = honest_.peek(buffer);
    if (io.status != Status::ok) return io;
    const auto still_there = [&] {
      const Io now = honest_.peek(next_);
      return now.status == Status::ok && now.size == io.size &&
             std::memcmp(next_.data(), buffer.data(), io.size) == 0;
    };
    while (still_there() && !os::stop_requested()) {
    }
    return io;
  }

 private:
  broken::Honest honest_;
  bool generous_;
  std::uint64_t calls_ = 0;
  std::vector<std::byte> next_;
};

}  // namespace

extern constinit const Mechanism gives_one_to_both{
    .traits = broken::named("gives_one_to_both", "gives one message to two consumers"),
    .create = create_as<GenerousLink>,
    .open = open_as<GivesOneToBoth>,
    .loops = loops_of<GivesOneToBoth>};

}  // namespace ipcmark
