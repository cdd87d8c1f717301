// Mechanisms that are broken on purpose, for tests of what must notice it. Each carries messages correctly
// over a socketpair of type SOCK_SEQPACKET, except for the one thing that its name says, at one message.
#pragma once

#include "harness/fd_stream.hpp"
#include "harness/pair_link.hpp"

namespace ipcmark::broken {

// The message at which it happens: past the first rounds of a warm-up, and one that a slow host reaches as
// well.
inline constexpr std::uint64_t when = 300;

class HonestLink : public PairLink {
 public:
  explicit HonestLink(const Options& options) : PairLink(SOCK_SEQPACKET) { refuse_large(options); }

 protected:
  // The usual send buffer has room for more than that: unix(7).
  static void refuse_large(const Options& options) {
    if (options.max_message > 65536) throw Unsupported("an honest mechanism of tests carries 65536 bytes");
  }
};

// Carries messages as it should; the broken ones go through it.
class Honest {
 public:
  explicit Honest(const Ticket& ticket) : socket_(ticket.handles.at(0)) {}
  Io send(std::span<const std::byte> message) noexcept {
    return retry_interrupted(
        [&] { return ::send(socket_.fd(), message.data(), message.size(), MSG_NOSIGNAL); });
  }
  Io recv(std::span<std::byte> buffer) noexcept { return receive(buffer, 0); }
  // The message stays where it is.
  Io peek(std::span<std::byte> buffer) noexcept { return receive(buffer, MSG_PEEK); }

 private:
  Io receive(std::span<std::byte> buffer, int flags) noexcept {
    const Io io =
        retry_interrupted([&] { return ::recv(socket_.fd(), buffer.data(), buffer.size(), flags); });
    return io.status == Status::ok && io.size == 0 ? Io{.status = Status::closed} : io;
  }
  os::Handle socket_;
};

constexpr Traits named(std::string_view name, std::string_view summary) {
  Traits result;
  result.family = "broken";
  result.duplex = true;
  result.many_producers = true;  // who share an end of the pair
  result.many_consumers = true;
  result.sees_peer_death = true;
  result.name = name;
  result.summary = summary;
  result.manual = "suites/conformance/broken";
  return result;
}

// The table of a broken mechanism whose endpoint is E.
template <class E>
constexpr Mechanism mechanism(std::string_view name, std::string_view summary) {
  return {.traits = named(name, summary),
          .create = create_as<HonestLink>,
          .open = open_as<E>,
          .loops = loops_of<E>};
}

// Nothing is wrong with it.
class HonestEndpoint final : public Endpoint {
 public:
  HonestEndpoint(const Ticket& ticket, Role, Wait) : honest_(ticket) {}
  Io send(std::span<const std::byte> message) noexcept override { return honest_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return honest_.recv(buffer); }

 private:
  Honest honest_;
};

// The honest mechanism with one trait that is not true.
constexpr Mechanism with_wrong_trait(std::string_view name, std::string_view summary,
                                     void (*change)(Traits&)) {
  Mechanism result = mechanism<HonestEndpoint>(name, summary);
  change(result.traits);
  return result;
}

}  // namespace ipcmark::broken
