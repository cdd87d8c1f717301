// A connection of AF_UNIX by a name in the file system: Winsock.
//
// Only SOCK_STREAM exists, since build 17063 of Windows 10: no datagrams, no socketpair, no handles along
// with bytes (Microsoft, "AF_UNIX comes to Windows"). The name is a file that stays until somebody deletes
// it, which the parent does once both sides are connected. Wine 8.0 does not know the family.
#include <cstring>
#include <filesystem>

#include "harness/os/host.hpp"
#include "mechanisms/socket/win_socket.hpp"
// After winsock2.h.
#include <afunix.h>

namespace ipcmark {
namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw Unsupported("the path " + path + " is too long for a socket, which takes " +
                      std::to_string(sizeof address.sun_path - 1) + " bytes; set TMP to a shorter folder");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Socket make_unix_socket() {
  try {
    return make_socket(AF_UNIX, SOCK_STREAM);
  } catch (const std::system_error& error) {
    if (error.code().value() != WSAEAFNOSUPPORT) throw;
    throw Unsupported(
        "this system has no AF_UNIX for Winsock; Windows has it since build 17063 of Windows 10, and Wine "
        "8.0 "
        "has not");
  }
}

class WinUnixLink final : public ListeningSocketLink {
 public:
  explicit WinUnixLink(const Options& options) : ListeningSocketLink(make_unix_socket()) {
    name_ = os::private_directory(options.run) + "\\unix-" + std::to_string(options.link);
    bind_to(listener_, address_of(name_));
    require_done(::listen(listener_.get(), 1), "listen");
  }
  ~WinUnixLink() override { remove_name(); }
  void handed_over() override {
    ListeningSocketLink::handed_over();
    remove_name();
  }

 private:
  void remove_name() noexcept {
    std::error_code gone;
    std::filesystem::remove(name_, gone);
  }
};

Socket connected(const Ticket& ticket, Role role) {
  use_winsock();
  if (role == Role::consumer) return accepted_from(Socket(ticket.handles.at(0)));
  Socket socket = make_unix_socket();
  connect_to(socket, address_of(ticket.address));
  return socket;
}

class WinUnixEndpoint final : public SocketStreamEndpoint {
 public:
  WinUnixEndpoint(const Ticket& ticket, Role role, Wait wait)
      : SocketStreamEndpoint(connected(ticket, role), ticket.max_message, wait) {}
};

}  // namespace

extern constinit const Mechanism win_unix{
    .traits = {.name = "win_unix",
               .family = "socket",
               .summary = "AF_UNIX stream by a name in the file system, by Winsock",
               .manual = "AF_UNIX comes to Windows (Microsoft)",
               .framing = Framing::bytes,
               .lifetime = Lifetime::file,
               .waits = blocks_or_polls,
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .named = true,
               .counterpart = "unix_stream_named"},
    .create = create_as<WinUnixLink>,
    .open = open_as<WinUnixEndpoint>,
    .loops = loops_of<WinUnixEndpoint>,
};

}  // namespace ipcmark
