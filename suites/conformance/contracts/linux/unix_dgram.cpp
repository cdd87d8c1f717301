// UXD: unix(7), SOCK_DGRAM.
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <sstream>
#include <utility>

#include "harness/os/host.hpp"
#include "suites/conformance/contracts/linux/sockets.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

std::int64_t queue_limit() {
  const auto limit = os::number_in("/proc/sys/net/unix/max_dgram_qlen");
  if (!limit) throw Unsupported("/proc/sys/net/unix/max_dgram_qlen cannot be read");
  return *limit;
}

// Over a pair, where memory is the limit, and to a bound receiver, whose short queue makes the sender wait.
void in_order() {
  const std::string count = case_settings().quick ? "2000" : "20000";
  SocketNames names;
  for (const bool bound : {false, true}) {
    SocketEnds ends;
    if (bound) {
      const Address address = unix_address(names.abstract());
      ends = {make_socket(AF_UNIX, SOCK_DGRAM), bound_socket(SOCK_DGRAM, address)};
      check(::connect(ends.first.fd(), address.get(), address.size), "connect");
    } else {
      ends = unix_pair(SOCK_DGRAM);
    }
    Couple couple(std::move(ends), send_packets, take_packets, count);
    EXPECT_EQ(couple.first.hear(), "sent");
    EXPECT_EQ(couple.second.hear(), "all " + count + " in order");
  }
}

// Sends one byte after the other to the name in its text, until it would block; then does block.
void fill_unconnected(Stage& stage) {
  const Address address = unix_address(stage.text());
  const os::Handle socket = make_socket(AF_UNIX, SOCK_DGRAM);
  const auto send = [&](int flags) {
    return ::sendto(socket.fd(), "x", 1, flags | MSG_NOSIGNAL, address.get(), address.size);
  };
  int count = 0;
  while (send(MSG_DONTWAIT) == 1) ++count;
  stage.say(std::to_string(count) + " " + result_of(-1));
  stage.say(result_of(send(0)));
}

void short_queue() {
  const std::int64_t fit = queue_limit() + 1;
  SocketNames names;
  const std::string name = names.abstract();
  const os::Handle receiver = bound_socket(SOCK_DGRAM, unix_address(name));
  Actor sender(fill_unconnected, {}, name);
  EXPECT_EQ(sender.hear(), std::to_string(fit) + " EAGAIN");
  sender.await_blocked_in(SYS_sendto);
  EXPECT_EQ(received(receiver.fd(), 1), "got x");
  EXPECT_EQ(sender.hear(), "1");
  EXPECT_TRUE(sender.wait().clean());
  for (std::int64_t k = 0; k < fit; ++k) EXPECT_EQ(received(receiver.fd(), 1, MSG_DONTWAIT), "got x");
  EXPECT_EQ(received(receiver.fd(), 1, MSG_DONTWAIT), "EAGAIN");
}

void pair_is_limited_by_memory() {
  const std::string more = std::to_string(queue_limit() + 20);
  const SocketEnds ends = unix_pair(SOCK_DGRAM);
  const int buffer = option_of(ends.first.fd(), SOL_SOCKET, SO_SNDBUF);
  if (buffer / 2000 < queue_limit() + 20)
    throw Unsupported("net.core.wmem_default is too small beside net.unix.max_dgram_qlen to tell them apart");
  Actor sender(send_packets, {ends.first.raw()}, more);
  EXPECT_EQ(sender.hear(), "sent") << "without a receiver";
  expect_each_packet_is_charged(SOCK_DGRAM);
}

void empty_datagram() {
  Couple couple(unix_pair(SOCK_DGRAM));
  EXPECT_EQ(ask(couple.second, "try 100"), "EAGAIN");
  EXPECT_EQ(ask(couple.first, "send"), "0");
  EXPECT_EQ(ask(couple.first, "send x"), "1");
  EXPECT_EQ(ask(couple.second, "poll"), "IN");
  EXPECT_EQ(ask(couple.second, "try 100"), "nothing");
  EXPECT_EQ(ask(couple.second, "try 100"), "got x");
  EXPECT_EQ(ask(couple.second, "try 100"), "EAGAIN");
  couple.second.say("recv 100");
  couple.second.await_blocked();
  EXPECT_EQ(ask(couple.first, "send"), "0");
  EXPECT_EQ(couple.second.hear(), "nothing");
  // An end is not what a receiver of datagrams ever sees.
  EXPECT_EQ(ask(couple.first, "close"), "0");
  EXPECT_EQ(ask(couple.second, "try 100"), "EAGAIN");
}

void send_to_nobody() {
  SocketNames names;
  const std::string path = names.path();
  const Address address = unix_address(path);
  os::Handle receiver = bound_socket(SOCK_DGRAM, address);
  const os::Handle end = make_socket(AF_UNIX, SOCK_DGRAM);
  check(::connect(end.fd(), address.get(), address.size), "connect");
  Actor sender(obey_socket, {end.raw()});
  EXPECT_EQ(ask(sender, "send x"), "1");
  Actor owner(obey_socket, {receiver.raw()});
  EXPECT_EQ(ask(owner, "recv 100"), "got x");
  receiver.reset();
  owner.kill();
  EXPECT_EQ(ask(sender, "send x"), "ECONNREFUSED");
  EXPECT_EQ(connect_result(SOCK_DGRAM, address), "ECONNREFUSED") << "its path is still there";

  Couple couple(unix_pair(SOCK_DGRAM));
  EXPECT_EQ(ask(couple.first, "send x"), "1");
  couple.second.kill();
  EXPECT_EQ(ask(couple.first, "send x"), "ECONNREFUSED");
}

void no_end_for_a_receiver() {
  SocketNames names;
  const Address address = unix_address(names.abstract());
  os::Handle bound = bound_socket(SOCK_DGRAM, address);
  Actor receiver(obey_socket, {bound.raw()});
  bound.reset();
  const auto new_sender = [&] {
    const os::Handle end = make_socket(AF_UNIX, SOCK_DGRAM);
    check(::connect(end.fd(), address.get(), address.size), "connect");
    return Actor(obey_socket, {end.raw()});
  };
  EXPECT_EQ(ask(receiver, "try 100"), "EAGAIN");
  Actor first = new_sender();
  EXPECT_EQ(ask(first, "send last"), "4");
  EXPECT_EQ(ask(receiver, "recv 100"), "got last");
  receiver.say("recv 100");
  receiver.await_blocked();
  first.kill();
  // Whatever the death had brought would be heard before this.
  Actor second = new_sender();
  EXPECT_EQ(ask(second, "send x"), "1");
  EXPECT_EQ(receiver.hear(), "got x");
  second.kill();
  EXPECT_EQ(ask(receiver, "try 100"), "EAGAIN");

  Couple couple(unix_pair(SOCK_DGRAM));
  EXPECT_EQ(ask(couple.first, "send last"), "4");
  EXPECT_EQ(ask(couple.second, "send unread"), "6");
  couple.first.kill();
  EXPECT_EQ(ask(couple.second, "recv 100"), "got last");
  EXPECT_EQ(ask(couple.second, "try 100"), "EAGAIN");
}

constexpr std::uint32_t senders = 4;
struct Numbered {
  std::uint32_t sender, number;
};

// Sends as many as its text says ("2 1000": as sender 2), and says so.
void send_numbered(Stage& stage) {
  std::istringstream words(stage.text());
  Numbered datagram{};
  std::uint32_t count = 0;
  words >> datagram.sender >> count;
  for (; datagram.number < count; ++datagram.number) {
    const ssize_t sent = ::send(stage.fd(0), &datagram, sizeof datagram, MSG_NOSIGNAL);
    if (std::cmp_not_equal(sent, sizeof datagram)) return stage.say("send said " + result_of(sent));
  }
  stage.say("sent");
}

// Receives that many of each sender, and says how many the slowest had brought when the first was done.
void take_numbered(Stage& stage) {
  const auto count = static_cast<std::uint32_t>(std::stoul(stage.text()));
  stage.hear();
  std::array<std::uint32_t, senders> got{};
  std::uint32_t least = 0;
  bool one_is_done = false;
  for (std::uint32_t k = 0; k < senders * count; ++k) {
    Numbered datagram{};
    const ssize_t size = ::recv(stage.fd(0), &datagram, sizeof datagram, 0);
    if (std::cmp_not_equal(size, sizeof datagram)) return stage.say("recv said " + result_of(size));
    std::uint32_t& next = got.at(datagram.sender);
    if (datagram.number != next)
      return stage.say("sender " + std::to_string(datagram.sender) + ": " + std::to_string(datagram.number) +
                       " instead of " + std::to_string(next));
    if (++next == count && !one_is_done) {
      one_is_done = true;
      least = *std::min_element(got.begin(), got.end());
    }
  }
  stage.say("all in order");
  stage.say(std::to_string(least));
}

void many_senders() {
  const std::string count = case_settings().quick ? "500" : "5000";
  SocketNames names;
  const Address address = unix_address(names.abstract());
  const os::Handle bound = bound_socket(SOCK_DGRAM, address);
  Actor receiver(take_numbered, {bound.raw()}, count);
  std::deque<Actor> crowd;
  for (std::uint32_t k = 0; k < senders; ++k) {
    const os::Handle end = make_socket(AF_UNIX, SOCK_DGRAM);
    check(::connect(end.fd(), address.get(), address.size), "connect");
    crowd.emplace_back(send_numbered, std::vector{end.raw()}, std::to_string(k) + " " + count);
  }
  // All have to wait for room before any of them gets some.
  for (Actor& sender : crowd) sender.await_blocked_in(SYS_sendto);
  receiver.say("go");
  for (Actor& sender : crowd) EXPECT_EQ(sender.hear(), "sent");
  ASSERT_EQ(receiver.hear(), "all in order");
  const std::string least = receiver.hear();
  observe("when the first sender had brought its " + count + ", the slowest had brought " + least);
  // On a busy host the first may be through with a few hundred before another one had its turn.
  if (!case_settings().quick) {
    EXPECT_GT(std::stol(least), 0) << "a sender starved";
  }
}

constexpr Clause table[]{
    {.id = "UXD-01",
     .title = "DatagramsAreNeitherLostNorReordered",
     .source = "unix(7), SOCK_DGRAM",
     .body = in_order},
    {.id = "UXD-02",
     .title = "ABoundReceiverHoldsOneMoreThanMaxDgramQlenThenASenderSeesEagainOrBlocks",
     .source = "kernel documentation, admin-guide/sysctl/net, max_dgram_qlen; sendto(2), EAGAIN",
     .body = short_queue,
     .documented = "max_dgram_qlen is the greatest number of datagrams in the queue of a receiver",
     .observed = "one more fits"},
    {.id = "UXD-03",
     .title = "APairIsLimitedByTheSendBufferAndNotByMaxDgramQlen",
     .source = "socket(7), SO_SNDBUF; unix(7)",
     .body = pair_is_limited_by_memory},
    {.id = "UXD-04", .title = "AnEmptyDatagramIsDelivered", .source = "recv(2)", .body = empty_datagram},
    {.id = "UXD-05",
     .title = "ASendToADeadReceiverIsEconnrefusedAndADeadSenderIsInvisible",
     .source = "unix(7), ECONNREFUSED; Linux self-test unix_connreset",
     .body =
         [] {
           send_to_nobody();
           no_end_for_a_receiver();
         }},
    {.id = "UXD-06",
     .title = "OneReceiveIsOneDatagramAndWhatHasNoRoomIsLostWithMsgTrunc",
     .source = "unix(7), SOCK_DGRAM; recvmsg(2), MSG_TRUNC",
     .body = [] { expect_boundaries(SOCK_DGRAM); }},
    {.id = "UXD-07",
     .title = "ManySendersReachOneReceiverEachInItsOrderAndNoneStarves",
     .source = "unix(7), SOCK_DGRAM",
     .body = many_senders},
};

}  // namespace

const Section unix_dgram_section{.name = "UXD", .count = 7, .clauses = table};

}  // namespace ipcmark
