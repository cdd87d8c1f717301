// Mechanisms that are broken on purpose, for tests of what must notice it. Each carries messages correctly
// over a socketpair of type SOCK_SEQPACKET, except for the one thing that its name says, at one message.
#pragma once

#include <sys/socket.h>

#include "harness/fd_stream.hpp"
#include "harness/mechanism.hpp"

namespace ipcmark::broken {

// The message at which it happens: past the first rounds of a warm-up, within any measured round.
inline constexpr std::uint64_t when = 1000;

class PairLink : public Link {
 public:
  explicit PairLink(const Options&) {
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
    producer_ = os::Handle(ends[0]);
    consumer_ = os::Handle(ends[1]);
  }
  Ticket ticket(Role role) override {
    return {.address = {}, .handles = {(role == Role::producer ? producer_ : consumer_).raw()}};
  }
  void handed_over() override {
    producer_.reset();
    consumer_.reset();
  }

 private:
  os::Handle producer_, consumer_;
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
          .create = create_as<PairLink>,
          .open = open_as<E>,
          .loops = loops_of<E>};
}

}  // namespace ipcmark::broken
