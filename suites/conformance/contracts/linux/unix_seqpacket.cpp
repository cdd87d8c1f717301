// UXQ: unix(7), SOCK_SEQPACKET.
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "suites/conformance/contracts/linux/sockets.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

void empty_packet() {
  Couple couple(unix_pair(SOCK_SEQPACKET));
  EXPECT_EQ(ask(couple.first, "send"), "0");
  EXPECT_EQ(ask(couple.first, "send x"), "1");
  EXPECT_EQ(ask(couple.second, "recv 100"), "nothing");
  EXPECT_EQ(ask(couple.second, "recv 100"), "got x");
  couple.second.say("recv 100");
  couple.second.await_blocked();
  EXPECT_EQ(ask(couple.first, "send"), "0");
  EXPECT_EQ(couple.second.hear(), "nothing");
  EXPECT_EQ(ask(couple.second, "poll"), "");
  EXPECT_EQ(ask(couple.first, "close"), "0");
  EXPECT_EQ(ask(couple.second, "recv 100"), "nothing");
  EXPECT_EQ(ask(couple.second, "poll"), "IN HUP RDHUP") << "only this tells an end from an empty packet";
}

void in_order() {
  const std::string count = case_settings().quick ? "2000" : "20000";
  Couple couple(unix_pair(SOCK_SEQPACKET), send_packets, take_packets, count);
  EXPECT_EQ(couple.first.hear(), "sent");
  EXPECT_EQ(couple.second.hear(), "all " + count + " in order");
}

// Sends packets of these many bytes ("100 200"), and says what came of each.
void send_sizes(Stage& stage) {
  std::istringstream sizes(stage.text());
  for (std::size_t size = 0; sizes >> size;) {
    const std::vector<char> packet(size, 'x');
    stage.say(result_of(::send(stage.fd(0), packet.data(), size, MSG_NOSIGNAL)));
  }
}

void largest_packet() {
  SocketEnds ends = unix_pair(SOCK_SEQPACKET);
  const int most = option_of(ends.first.fd(), SOL_SOCKET, SO_SNDBUF) - 32;
  Couple couple(std::move(ends), send_sizes, obey_socket,
                std::to_string(most) + " " + std::to_string(most + 1) + " " + std::to_string(2 * most));
  EXPECT_EQ(couple.first.hear(), std::to_string(most));
  EXPECT_EQ(couple.first.hear(), "EMSGSIZE");
  EXPECT_EQ(couple.first.hear(), "EMSGSIZE");
  EXPECT_EQ(ask(couple.second, "recv 1000000"), "got " + std::string(static_cast<std::size_t>(most), 'x'));
  EXPECT_EQ(ask(couple.second, "recv 100"), "nothing") << "the end, since nothing of the others was sent";
}

// Once by close(2), once by a death.
void close_with_unread_packets() {
  for (const bool killed : {false, true}) {
    Couple couple(unix_pair(SOCK_SEQPACKET));
    EXPECT_EQ(ask(couple.second, "send unread"), "6");
    EXPECT_EQ(ask(couple.first, "send first"), "5");
    EXPECT_EQ(ask(couple.first, "send last"), "4");
    if (killed) {
      couple.first.kill();
    } else {
      EXPECT_EQ(ask(couple.first, "close"), "0");
    }
    EXPECT_EQ(ask(couple.second, "recv 100"), "ECONNRESET");
    EXPECT_EQ(ask(couple.second, "recv 100"), "got first");
    EXPECT_EQ(ask(couple.second, "recv 100"), "got last");
    EXPECT_EQ(ask(couple.second, "recv 100"), "nothing");
  }
}

constexpr Clause table[]{
    {.id = "UXQ-01",
     .title = "OneReceiveIsOnePacketAndWhatHasNoRoomIsLostWithMsgTrunc",
     .source = "unix(7), SOCK_SEQPACKET; recvmsg(2), MSG_TRUNC",
     .body = [] { expect_boundaries(SOCK_SEQPACKET); }},
    {.id = "UXQ-02",
     .title = "AReceiveOfAnEmptyPacketLooksLikeTheEnd",
     .source = "recv(2), RETURN VALUE; poll(2), POLLHUP",
     .body = empty_packet},
    {.id = "UXQ-03",
     .title = "PacketsAreNeitherLostNorReordered",
     .source = "unix(7), SOCK_SEQPACKET",
     .body = in_order},
    {.id = "UXQ-04",
     .title = "APacketHasUpToTheSendBufferLess32BytesAndALargerOneIsEmsgsize",
     .source = "unix(7), SO_SNDBUF; send(2), EMSGSIZE",
     .body = largest_packet},
    {.id = "UXQ-05",
     .title = "APeerThatClosesWithUnreadPacketsIsEconnresetBeforeItsOwnPackets",
     .source = "unix(7), ECONNRESET; Linux self-test unix_connreset; measured",
     .body = close_with_unread_packets,
     .documented = "no document says that the error comes before packets which were sent before it; over a "
                   "stream it comes after them (UXS-03)",
     .observed = "the error is first, then the packets, then the end: who stops at the error loses them"},
    {.id = "UXQ-06",
     .title = "ManySmallPacketsFitByMemoryOfTheKernelAndNotByTheirBytes",
     .source = "socket(7), SO_SNDBUF; unix(7)",
     .body = [] { expect_each_packet_is_charged(SOCK_SEQPACKET); }},
};

}  // namespace

const Section unix_seqpacket_section{.name = "UXQ", .count = 6, .clauses = table};

}  // namespace ipcmark
