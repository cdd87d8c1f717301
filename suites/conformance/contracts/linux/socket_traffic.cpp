// The part of sockets.hpp that moves data and asserts what came of it.
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <utility>

#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/sockets.hpp"

namespace ipcmark {
namespace {

constexpr std::size_t most = 2000;  // bytes of a packet, or of a piece of the stream
constexpr std::size_t stream_size = 4 << 20;
using Buffer = std::array<std::byte, most>;

// Both sides draw the same sizes, so that the receiver knows what each packet has to be.
class Sizes {
 public:
  explicit Sizes(unsigned seed) : random_(seed) {}
  std::size_t next() { return sizeof(std::uint32_t) + random_() % (most - sizeof(std::uint32_t)); }

 private:
  std::minstd_rand random_;
};

std::byte byte_at(std::size_t place) noexcept { return static_cast<std::byte>((place * 2654435761U) >> 13U); }

void write_packet(Buffer& packet, std::uint32_t number, std::size_t size) noexcept {
  std::memcpy(packet.data(), &number, sizeof number);
  for (std::size_t k = sizeof number; k < size; ++k) packet[k] = byte_at(number + k);
}

std::string in_order(std::size_t count) { return "all " + std::to_string(count) + " in order"; }

}  // namespace

void send_packets(Stage& stage) {
  const auto count = static_cast<std::uint32_t>(std::stoul(stage.text()));
  Sizes sizes(1);
  Buffer packet{};
  for (std::uint32_t number = 0; number < count; ++number) {
    const std::size_t size = sizes.next();
    write_packet(packet, number, size);
    const ssize_t sent = ::send(stage.fd(0), packet.data(), size, MSG_NOSIGNAL);
    if (std::cmp_not_equal(sent, size)) return stage.say("send said " + result_of(sent));
  }
  stage.say("sent");
}

void take_packets(Stage& stage) {
  const auto count = static_cast<std::uint32_t>(std::stoul(stage.text()));
  Sizes sizes(1);
  Buffer packet{}, wanted{};
  for (std::uint32_t number = 0; number < count; ++number) {
    const std::size_t size = sizes.next();
    write_packet(wanted, number, size);
    const ssize_t got = ::recv(stage.fd(0), packet.data(), packet.size(), 0);
    if (std::cmp_not_equal(got, size))
      return stage.say("packet " + std::to_string(number) + " of " + std::to_string(size) +
                       " bytes: recv said " + result_of(got));
    if (std::memcmp(packet.data(), wanted.data(), size) != 0)
      return stage.say("packet " + std::to_string(number) + " is another");
  }
  stage.say(in_order(count));
}

void send_stream(Stage& stage) {
  Sizes sizes(1);
  Buffer piece{};
  for (std::size_t place = 0; place < stream_size;) {
    const std::size_t size = std::min(sizes.next(), stream_size - place);
    for (std::size_t k = 0; k < size; ++k) piece[k] = byte_at(place + k);
    const ssize_t sent = ::send(stage.fd(0), piece.data(), size, MSG_NOSIGNAL);
    if (std::cmp_not_equal(sent, size)) return stage.say("send said " + result_of(sent));
    place += size;
  }
  stage.say("sent");
}

void take_stream(Stage& stage) {
  Sizes sizes(2);
  Buffer piece{};
  std::size_t place = 0;
  for (;;) {
    const ssize_t got = ::recv(stage.fd(0), piece.data(), sizes.next(), 0);
    if (got == -1) return stage.say("recv said " + result_of(got));
    if (got == 0) return stage.say(in_order(place));
    for (std::size_t k = 0; k < static_cast<std::size_t>(got); ++k, ++place) {
      if (piece[k] != byte_at(place)) return stage.say("byte " + std::to_string(place) + " is another");
    }
  }
}

void expect_no_boundaries(SocketEnds ends) {
  // A receive may always bring less than has been sent. With this option it brings no less than both texts,
  // unless each send were a unit of its own.
  const int both = 12;
  check(::setsockopt(ends.second.fd(), SOL_SOCKET, SO_RCVLOWAT, &both, sizeof both), "SO_RCVLOWAT");
  Couple couple(std::move(ends));
  EXPECT_EQ(ask(couple.first, "send first"), "5");
  EXPECT_EQ(ask(couple.first, "send second!"), "7");
  EXPECT_EQ(ask(couple.second, "recv 100"), "got firstsecond!");
  EXPECT_EQ(ask(couple.first, "send abcdefghijkl"), "12");
  EXPECT_EQ(ask(couple.second, "recv 3"), "got abc");
  EXPECT_EQ(ask(couple.second, "recv 4"), "got defg");
  EXPECT_EQ(ask(couple.second, "recv 5"), "got hijkl");
}

void expect_boundaries(int type) {
  Couple couple(unix_pair(type));
  for (const char* text : {"first", "second!", "0123456789", "third", "0123456789", "fourth"})
    EXPECT_EQ(ask(couple.first, std::string("send ") + text), std::to_string(std::strlen(text)));
  EXPECT_EQ(ask(couple.second, "recv 100"), "got first");
  EXPECT_EQ(ask(couple.second, "recv 7"), "got second!");
  EXPECT_EQ(ask(couple.second, "recv 4"), "got 0123 truncated");
  EXPECT_EQ(ask(couple.second, "recv 100"), "got third");
  EXPECT_EQ(ask(couple.second, "recv_length 4"), "10");
  EXPECT_EQ(ask(couple.second, "recv 100"), "got fourth");
  EXPECT_EQ(ask(couple.second, "try 100"), "EAGAIN");
}

void expect_each_packet_is_charged(int type) {
  SocketEnds ends = unix_pair(type);
  const os::Handle mine(check(::dup(ends.first.fd()), "dup"));
  const int limit = option_of(mine.fd(), SOL_SOCKET, SO_SNDBUF);
  Couple couple(std::move(ends));
  ASSERT_EQ(ask(couple.first, "send x"), "1");
  int charge = 0;
  check(::ioctl(mine.fd(), SIOCOUTQ, &charge), "SIOCOUTQ");
  EXPECT_GT(charge, 100) << "what the kernel keeps beside the one byte";

  // A send is let in as long as less than the limit is in use.
  const int fit = (limit + charge - 1) / charge;
  EXPECT_EQ(ask(couple.first, "fill"), std::to_string(fit - 1) + " EAGAIN");
  observe(std::to_string(fit) + " sends of one byte fill a buffer of " + std::to_string(limit) +
          " bytes, each charged with " + std::to_string(charge));
  couple.first.say("send x");
  couple.first.await_blocked_in(SYS_sendto);
  // It is not woken by the first free place, but when three quarters are free.
  for (int k = 0; k < fit; ++k) EXPECT_EQ(ask(couple.second, "recv 1"), "got x");
  EXPECT_EQ(couple.first.hear(), "1");
}

int swallowed_by_killed_receivers(int type, int times) {
  int swallowed = 0;
  for (int k = 0; k < times; ++k) {
    const SocketEnds ends = unix_pair(type);
    Actor receiver(obey_socket, {ends.second.raw()});
    receiver.say("recv 1");
    receiver.await_blocked();
    receiver.kill_unreaped();
    if (::send(ends.first.fd(), "x", 1, MSG_NOSIGNAL) != 1) throw_errno("send");
    receiver.wait();
    if (received(ends.second.fd(), 1, MSG_DONTWAIT) != "got x") ++swallowed;
  }
  return swallowed;
}

}  // namespace ipcmark
