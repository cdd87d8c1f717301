// NET: tcp(7) and udp(7) over the loopback interface.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>
#include <vector>

#include "suites/conformance/contracts/linux/sockets.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

void tcp_is_a_stream() {
  expect_no_boundaries(tcp_pair());
  Couple couple(tcp_pair(), send_stream, take_stream);
  EXPECT_EQ(couple.first.hear(), "sent");
  EXPECT_TRUE(couple.first.wait().clean());
  EXPECT_EQ(couple.second.hear(), whole_stream);
}

void tcp_clean_close() {
  Couple couple(tcp_pair());
  EXPECT_EQ(ask(couple.first, "send last"), "4");
  EXPECT_EQ(ask(couple.first, "close"), "0");
  EXPECT_EQ(ask(couple.second, "recv 100"), "got last");
  EXPECT_EQ(ask(couple.second, "recv 100"), "nothing");
  EXPECT_EQ(ask(couple.second, "send lost"), "4");
  // The answer to it is a reset.
  EXPECT_NE(ask(couple.second, "await_end"), "");
  EXPECT_EQ(ask(couple.second, "send x"), "EPIPE");
  EXPECT_EQ(ask(couple.second, "recv 100"), "nothing");
  couple.second.say("send_loudly x");
  EXPECT_EQ(couple.second.wait().signal, SIGPIPE);
}

// Once by close(2), once by a death.
void tcp_close_with_unread_data() {
  for (const bool killed : {false, true}) {
    Couple couple(tcp_pair());
    EXPECT_EQ(ask(couple.second, "send unread"), "6");
    EXPECT_EQ(ask(couple.first, "recv 2"), "got un") << "so that the rest has arrived";
    EXPECT_EQ(ask(couple.first, "send last"), "4");
    if (killed) {
      couple.first.kill();
    } else {
      EXPECT_EQ(ask(couple.first, "close"), "0");
    }
    EXPECT_TRUE(ask(couple.second, "await_close").starts_with("ERR")) << "a reset, and not an orderly end";
    EXPECT_EQ(ask(couple.second, "recv 2"), "got la");
    EXPECT_EQ(ask(couple.second, "recv 100"), "got st");
    EXPECT_EQ(ask(couple.second, "recv 100"), "ECONNRESET");
    EXPECT_EQ(ask(couple.second, "recv 100"), "nothing");
  }
}

// Sends pieces without blocking until one would, says how many bytes that were, and ends the stream.
void send_until_full(Stage& stage) {
  const std::vector<char> piece(4096, 'x');
  long all = 0;
  ssize_t sent = 0;
  while ((sent = ::send(stage.fd(0), piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL)) > 0)
    all += sent;
  stage.say(result_of(sent));
  stage.say(std::to_string(all));
  check(::shutdown(stage.fd(0), SHUT_WR), "shutdown");
  Stage::wait_to_be_killed();
}
// Says how many bytes come until the end, or the error.
void count_bytes(Stage& stage) {
  stage.hear();
  std::vector<char> piece(1 << 16);
  long all = 0;
  ssize_t got = 0;
  while ((got = ::recv(stage.fd(0), piece.data(), piece.size(), 0)) > 0) all += got;
  stage.say(got == 0 ? std::to_string(all) : result_of(got));
}

void tcp_buffers_for_a_stopped_reader() {
  SocketEnds ends = tcp_pair();
  Actor reader(count_bytes, {ends.second.raw()});
  ends.second.reset();
  reader.stop();
  Actor sender(send_until_full, {ends.first.raw()});
  ends.first.reset();
  EXPECT_EQ(sender.hear(), "EAGAIN");
  const std::string sent = sender.hear();
  observe(sent + " bytes were sent to a stopped reader before the first EAGAIN");
  record("bytes", std::stol(sent));
  EXPECT_GT(std::stol(sent), 0);
  reader.resume();
  reader.say("go");
  EXPECT_EQ(reader.hear(), sent);
}

// Sends as many datagrams as its text says, each with its number, and says how many sends succeeded; then one
// with the number `last` whenever it is told.
constexpr std::uint32_t last = 0xFFFF'FFFF;
void send_datagrams(Stage& stage) {
  const auto count = static_cast<std::uint32_t>(std::stoul(stage.text()));
  std::uint32_t accepted = 0;
  for (std::uint32_t number = 0; number < count; ++number) {
    const ssize_t sent = ::send(stage.fd(0), &number, sizeof number, MSG_NOSIGNAL);
    if (std::cmp_equal(sent, sizeof number)) ++accepted;
  }
  stage.say(std::to_string(accepted));
  for (;;) {
    stage.hear();
    stage.say(result_of(::send(stage.fd(0), &last, sizeof last, MSG_NOSIGNAL)));
  }
}

// The number in the next datagram. `dropped` becomes what the socket had dropped before that came in.
std::uint32_t next_number(int socket, std::uint32_t& dropped) {
  std::uint32_t number = 0;
  iovec data{&number, sizeof number};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof dropped)];
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  if (std::cmp_not_equal(check(::recvmsg(socket, &header, 0), "recvmsg"), sizeof number))
    throw std::runtime_error("a datagram of another size");
  const cmsghdr* const first = CMSG_FIRSTHDR(&header);
  if (first != nullptr && first->cmsg_type == SO_RXQ_OVFL)
    std::memcpy(&dropped, CMSG_DATA(first), sizeof dropped);
  return number;
}

// Sleeps until it is told; then takes what is there, says so, and goes on until the last. Says how many came,
// how many the socket says that it dropped, and whether the numbers were rising.
void take_late(Stage& stage) {
  stage.hear();
  std::uint32_t count = 0, dropped = 0, wanted = 0;
  bool rising = true, drained = false;
  for (;;) {
    pollfd one{.fd = stage.fd(0), .events = POLLIN, .revents = 0};
    if (!drained && ::poll(&one, 1, 0) == 0) {
      drained = true;
      stage.say("drained");
    }
    const std::uint32_t number = next_number(stage.fd(0), dropped);
    if (number == last) break;
    rising = rising && number >= wanted;
    wanted = number + 1;
    ++count;
  }
  stage.say(std::to_string(count));
  stage.say(std::to_string(dropped));
  stage.say(rising ? "rising" : "not rising");
}

void udp_drops_when_full() {
  const std::uint32_t count = case_settings().quick ? 5000 : 20000;
  SocketEnds ends = udp_pair();
  const int on = 1;
  check(::setsockopt(ends.second.fd(), SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on), "SO_RXQ_OVFL");
  Couple couple(std::move(ends), send_datagrams, take_late, std::to_string(count));
  EXPECT_EQ(couple.first.hear(), std::to_string(count)) << "every send succeeds";
  EXPECT_EQ(ask(couple.second, "go"), "drained");
  EXPECT_EQ(ask(couple.first, "last"), "4");
  const std::uint32_t got = static_cast<std::uint32_t>(std::stoul(couple.second.hear()));
  const std::uint32_t dropped = static_cast<std::uint32_t>(std::stoul(couple.second.hear()));
  EXPECT_EQ(couple.second.hear(), "rising");
  EXPECT_GT(got, 0U);
  EXPECT_LT(got, count);
  EXPECT_GT(dropped, 0U) << "which only the receiver can know, by SO_RXQ_OVFL";
  EXPECT_LE(got + dropped, count) << "the network device may have dropped some as well, but none came twice";
  observe(std::to_string(count - got) + " of " + std::to_string(count) + " sends that succeeded were lost; " +
          std::to_string(dropped) + " of them counted by SO_RXQ_OVFL");
}

// Sends datagrams of these many bytes ("100 200"), and says what came of each.
void send_sizes(Stage& stage) {
  std::istringstream sizes(stage.text());
  for (std::size_t size = 0; sizes >> size;) {
    const std::vector<char> datagram(size, 'x');
    stage.say(result_of(::send(stage.fd(0), datagram.data(), size, MSG_NOSIGNAL)));
  }
  Stage::wait_to_be_killed();
}

void udp_boundaries() {
  constexpr std::size_t most = 65507;  // 65535 bytes of an IP packet without 20 and 8 of the two headers
  Couple large(udp_pair(), send_sizes, obey_socket, "65507 65508 5");
  EXPECT_EQ(large.first.hear(), "65507");
  EXPECT_EQ(large.first.hear(), "EMSGSIZE");
  EXPECT_EQ(large.first.hear(), "5");
  EXPECT_EQ(ask(large.second, "recv 100000"), "got " + std::string(most, 'x'));
  EXPECT_EQ(ask(large.second, "recv 100000"), "got xxxxx");

  Couple small(udp_pair());
  EXPECT_EQ(ask(small.first, "send first"), "5");
  EXPECT_EQ(ask(small.first, "send 0123456789"), "10");
  EXPECT_EQ(ask(small.first, "send second!"), "7");
  EXPECT_EQ(ask(small.second, "recv 100"), "got first");
  EXPECT_EQ(ask(small.second, "recv 4"), "got 0123 truncated");
  EXPECT_EQ(ask(small.second, "recv 100"), "got second!");
}

void udp_empty_datagram() {
  Couple couple(udp_pair());
  EXPECT_EQ(ask(couple.second, "try 100"), "EAGAIN");
  couple.second.say("recv 100");
  couple.second.await_blocked();
  EXPECT_EQ(ask(couple.first, "send"), "0");
  EXPECT_EQ(couple.second.hear(), "nothing");
  EXPECT_EQ(ask(couple.second, "try 100"), "EAGAIN");
  EXPECT_EQ(ask(couple.first, "send"), "0");
  EXPECT_EQ(ask(couple.first, "send x"), "1");
  EXPECT_EQ(ask(couple.second, "recv 100"), "nothing");
  EXPECT_EQ(ask(couple.second, "recv 100"), "got x");
}

// Sends until a send fails, and says what the first said, how the failed one failed, and what the next said.
// The refusal is a message of ICMP, of which the system may leave out some (icmp(7), icmp_ratelimit), and so
// it does not wait for one for ever but sends again.
void send_to_nobody(Stage& stage) {
  const auto send = [&] { return result_of(::send(stage.fd(0), "x", 1, MSG_NOSIGNAL)); };
  stage.hear();
  stage.say(send());
  std::string result = "1";
  while (result == "1") {
    pollfd one{.fd = stage.fd(0), .events = 0, .revents = 0};
    check(::poll(&one, 1, 100), "poll");
    result = send();
  }
  stage.say(result);
  stage.say(send());
  Stage::wait_to_be_killed();
}

void udp_receiver_gone() {
  Couple couple(udp_pair(), send_to_nobody, obey_socket);
  couple.second.say("recv 100");
  couple.second.await_blocked();
  couple.second.kill();
  couple.first.say("go");
  EXPECT_EQ(couple.first.hear(), "1") << "nobody knows yet";
  EXPECT_EQ(couple.first.hear(), "ECONNREFUSED");
  EXPECT_EQ(couple.first.hear(), "1") << "an error is told once";
}

os::Handle socket_for_port(bool reuse) {
  os::Handle socket = make_socket(AF_INET, SOCK_STREAM);
  const int value = reuse ? 1 : 0;
  check(::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &value, sizeof value), "SO_REUSEADDR");
  return socket;
}

// A server at a port of its own, "reuse" or not: says the port, accepts one connection, ends it first, and
// hears when its client has closed as well. Dies with its connection in TIME_WAIT.
void serve_one(Stage& stage) {
  const os::Handle listener = socket_for_port(stage.text() == "reuse");
  const Address any = loopback_address();
  check(::bind(listener.fd(), any.get(), any.size), "bind");
  check(::listen(listener.fd(), 8), "listen");
  const Address bound = own_address(listener);
  stage.say(std::to_string(ntohs(reinterpret_cast<const sockaddr_in*>(&bound.bytes)->sin_port)));
  const os::Handle connection(check(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
  check(::shutdown(connection.fd(), SHUT_WR), "shutdown");
  stage.say(received(connection.fd(), 1));
  Stage::wait_to_be_killed();
}

std::string rebind_result(bool reuse, const Address& address) {
  const os::Handle socket = socket_for_port(reuse);
  const std::string result = result_of(::bind(socket.fd(), address.get(), address.size));
  return result == "0" ? result_of(::listen(socket.fd(), 8)) : result;
}

// What a successor's bind says when the old server and the new one do or do not set SO_REUSEADDR.
void expect_rebind(bool old_reuses, const char* without, const char* with) {
  Actor server(serve_one, {}, old_reuses ? "reuse" : "plain");
  const Address address = loopback_address(static_cast<std::uint16_t>(std::stoul(server.hear())));
  os::Handle client = make_socket(AF_INET, SOCK_STREAM);
  check(::connect(client.fd(), address.get(), address.size), "connect");
  EXPECT_EQ(rebind_result(true, address), "EADDRINUSE") << "nobody steals the port of a living server";
  EXPECT_EQ(received(client.fd(), 1), "nothing");
  client.reset();
  EXPECT_EQ(server.hear(), "nothing");
  server.kill();
  EXPECT_EQ(connect_result(SOCK_STREAM, address), "ECONNREFUSED");
  EXPECT_EQ(rebind_result(false, address), without);
  EXPECT_EQ(rebind_result(true, address), with);
}

constexpr Clause table[]{
    {.id = "NET-01",
     .title = "TcpKeepsEveryByteInOrderAndNoBoundaries",
     .source = "RFC 9293; tcp(7)",
     .body = tcp_is_a_stream},
    {.id = "NET-02",
     .title = "AfterATcpCloseTheFirstSendSucceedsAndIsLostAndTheNextIsEpipe",
     .source = "RFC 9293, 3.6; send(2), EPIPE",
     .body = tcp_clean_close},
    {.id = "NET-03",
     .title = "ATcpPeerThatClosesWithUnreadDataLeavesItsOwnDataAndThenEconnreset",
     .source = "RFC 1122, 4.2.2.13; RFC 9293, 3.10.7.4",
     .body = tcp_close_with_unread_data,
     .documented = "RFC 9293: a reset flushes all queues of the connection",
     .observed = "what was received before the reset can still be read, and the error comes after it"},
    {.id = "NET-04",
     .title = "TcpBuffersForAStoppedReaderUntilEagainAndDeliversAllOfIt",
     .source = "tcp(7), tcp_rmem and tcp_wmem; measured",
     .body = tcp_buffers_for_a_stopped_reader},
    {.id = "NET-05",
     .title = "UdpDropsWithoutAWordToTheSenderWhenTheReceiveBufferIsFull",
     .source = "udp(7); socket(7), SO_RXQ_OVFL; measured",
     .body = udp_drops_when_full},
    {.id = "NET-06",
     .title = "UdpKeepsBoundariesUpTo65507BytesAndOneMoreIsEmsgsize",
     .source = "udp(7); RFC 768; send(2), EMSGSIZE",
     .body = udp_boundaries},
    {.id = "NET-07",
     .title = "AnEmptyUdpDatagramIsDelivered",
     .source = "recv(2), RETURN VALUE; measured",
     .body = udp_empty_datagram},
    {.id = "NET-08",
     .title = "AConnectedUdpSenderSeesEconnrefusedOnASendAfterTheOneThatFoundNobody",
     .source = "udp(7), ECONNREFUSED and Error handling",
     .body = udp_receiver_gone},
    {.id = "NET-09",
     .title = "APortWithAConnectionInTimeWaitCanBeBoundAgainOnlyIfBothServersSetSoReuseaddr",
     .source = "socket(7), SO_REUSEADDR; tcp(7)",
     .body =
         [] {
           expect_rebind(true, "EADDRINUSE", "0");
           expect_rebind(false, "EADDRINUSE", "EADDRINUSE");
         }},
};

}  // namespace

const Section loopback_section{.name = "NET", .count = 9, .clauses = table};

}  // namespace ipcmark
