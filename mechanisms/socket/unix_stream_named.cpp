// A connection of AF_UNIX sockets of type SOCK_STREAM made through a path, as unrelated programs make it.
//
// Connecting needs permission to write to the path and to search its directory, here a private one. The path
// stays until it is unlinked, also when the listener is dead (connect(2) then says ECONNREFUSED: unix(7)); it
// is removed as soon as the two are connected, who need it no more. sun_path holds 107 bytes and a zero.
#include <unistd.h>

#include "harness/os/host.hpp"
#include "mechanisms/socket/unix_address.hpp"

namespace ipcmark {
namespace {

std::string path_of(const Options& options) {
  return os::private_directory(options.run) + "/stream-" + std::to_string(options.link);
}

class UnixStreamNamedLink final : public ListeningLink {
 public:
  explicit UnixStreamNamedLink(const Options& options)
      : ListeningLink(path_address(path_of(options)), options) {
    name_ = path_of(options);
  }
  ~UnixStreamNamedLink() override { ::unlink(name_.c_str()); }
  void handed_over() override {
    ListeningLink::handed_over();
    ::unlink(name_.c_str());
  }
};

class UnixStreamNamedEndpoint final : public StreamEndpoint {
 public:
  UnixStreamNamedEndpoint(const Ticket& ticket, Role role, Wait wait)
      : StreamEndpoint(connected(ticket, role, path_address(ticket.address)), ticket.max_message, wait) {}
};

}  // namespace

extern constinit const Mechanism unix_stream_named{
    .traits = {.name = "unix_stream_named",
               .family = "socket",
               .summary = "AF_UNIX stream connected through a path",
               .manual = "unix(7)",
               .framing = Framing::bytes,
               .lifetime = Lifetime::file,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .named = true,
               .passes_descriptors = true,
               .counterpart = "win_unix"},
    .create = create_as<UnixStreamNamedLink>,
    .open = open_as<UnixStreamNamedEndpoint>,
    .loops = loops_of<UnixStreamNamedEndpoint>,
};

}  // namespace ipcmark
