// What the clauses of sockets share: addresses that nobody else has, connected ends, actors that do with a
// socket what they are told, and the assertions that hold for more than one kind.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

#include "harness/run/session.hpp"
#include "suites/conformance/actor.hpp"

namespace ipcmark {

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&bytes); }
};
// "@name" is a name of the abstract namespace, anything else a path: unix(7). At most 120 letters.
Address unix_address(const std::string& name);
// Of 127.0.0.1; port 0 leaves the choice to the system.
Address loopback_address(std::uint16_t port = 0);
Address own_address(const os::Handle& socket);

os::Handle make_socket(int family, int type);
os::Handle bound_socket(int type, const Address&);
os::Handle listening_socket(const Address&, int backlog);
// What bind(2) or connect(2) of a new socket says, as result_of(long); the socket is closed again.
std::string bind_result(int type, const Address&);
std::string connect_result(int type, const Address&);
int option_of(int socket, int level, int name);

// Names for sockets of AF_UNIX. When it goes, so do all files in its directory.
class SocketNames {
 public:
  SocketNames() = default;
  ~SocketNames();
  SocketNames(const SocketNames&) = delete;
  SocketNames& operator=(const SocketNames&) = delete;
  std::string abstract() { return "@" + os_name(); }
  std::string path() { return directory() + "/" + os_name(); }
  const std::string& directory();

 private:
  std::string os_name();
  Session session_;
  std::string directory_;
};

// Two ends that are connected; over UDP, the first is connected to the second.
struct SocketEnds {
  os::Handle first, second;
};
SocketEnds unix_pair(int type);
SocketEnds tcp_pair();
SocketEnds udp_pair();

// Does with its handle 0 as it is told, a line for a call, and says what came of it as result_of(long):
//   send TEXT, send_loudly TEXT (with SIGPIPE), send_urgent TEXT (MSG_OOB), fill (one byte after the other)
//   recv ROOM, try ROOM (does not block), recv_urgent ROOM, recv_length ROOM (MSG_TRUNC as a flag)
//   poll, await_close (until POLLRDHUP), await_end (until POLLHUP or POLLERR), stop_sending (shutdown(2)),
//   close
// A receive answers "got TEXT", "nothing" for 0 bytes, or the error; " truncated" follows where recvmsg(2)
// says MSG_TRUNC. A poll answers with the events: "IN HUP". A text is letters without spaces, or none.
void obey_socket(Stage&);

// What one receive brought, in the words of obey_socket().
std::string received(int socket, std::size_t room, int flags = 0);

// Two actors, each with one end that nobody else has.
struct Couple {
  explicit Couple(SocketEnds ends, Play first_play = obey_socket, Play second_play = obey_socket,
                  const std::string& text = {})
      : first(first_play, {ends.first.raw()}, text), second(second_play, {ends.second.raw()}, text) {}
  Actor first, second;
};

// Gives away every capability for good, so that this process has the rights of its user alone. Its user's own
// files obey their permission bits again, also for uid 0: capabilities(7), CAP_DAC_OVERRIDE.
void give_up_capabilities();
bool may(int capability);  // whether it is effective in this process

// Sends as many packets as its text says ("1000"), each with its number and of some size, to the socket of
// handle 0, and says "sent", or what failed.
void send_packets(Stage&);
// Receives as many, and says "all 1000 in order" or what was wrong first.
void take_packets(Stage&);
// Sends 4 MiB in pieces of many sizes and ends the stream; receives until its end, and says as above.
void send_stream(Stage&);
void take_stream(Stage&);
inline constexpr const char* whole_stream = "all 4194304 in order";

// Two sends are received at once, and one send in parts.
void expect_no_boundaries(SocketEnds);
// One receive is one packet; a receive with less room gets the beginning, and the rest is lost.
void expect_boundaries(int type);
// What SO_SNDBUF limits is the memory of the kernel and not the bytes of the sender: unix(7).
void expect_each_packet_is_charged(int type);

// Kills `times` receivers that block in recv(2), sends a byte right after each, and counts the bytes that are
// nowhere any more once the receiver is reaped.
int swallowed_by_killed_receivers(int type, int times);

}  // namespace ipcmark
