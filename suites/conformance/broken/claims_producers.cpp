// Claims that producers may share a link, and is a protocol for one: it numbers messages, and takes one whose
// number is not higher than the last for a repetition. Traits::many_producers.
#include <algorithm>
#include <cstring>

#include "suites/conformance/broken/broken.hpp"

namespace ipcmark {
namespace {

class Numbers final : public Endpoint {
 public:
  Numbers(const Ticket& ticket, Role, Wait) : honest_(ticket), room_(sizeof(number_) + ticket.max_message) {}

  Io send(std::span<const std::byte> message) noexcept override {
    ++number_;
    std::memcpy(room_.data(), &number_, sizeof number_);
    copy_bytes(room_.data() + sizeof number_, message.data(), message.size());
    Io io = honest_.send({room_.data(), sizeof number_ + message.size()});
    io.size = message.size();
    return io;
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    for (;;) {
      const Io io = honest_.recv(room_);
      if (io.status != Status::ok) return io;
      std::uint64_t number = 0;
      std::memcpy(&number, room_.data(), sizeof number);
      if (number <= number_) continue;
      number_ = number;
      const std::size_t size = std::min(io.size - sizeof number, buffer.size());
      copy_bytes(buffer.data(), room_.data() + sizeof number, size);
      return {.size = size};
    }
  }

 private:
  broken::Honest honest_;
  std::uint64_t number_ = 0;
  std::vector<std::byte> room_;
};

}  // namespace

extern constinit const Mechanism claims_producers =
    broken::mechanism<Numbers>("claims_producers", "claims that several producers may share a link");

}  // namespace ipcmark
