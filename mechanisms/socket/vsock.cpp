// A connection of AF_VSOCK sockets by the loopback address VMADDR_CID_LOCAL: vsock(7).
//
// Made for the traffic between a virtual machine and its host; the loopback, Linux 5.6, is for programs that
// are to be tried without one. Where it is missing, an address of a guest to VMADDR_CID_LOCAL is handed to
// the hypervisor (vsock_assign_transport() in net/vmw_vsock/af_vsock.c). Binding to it is what tells: it
// fails with EADDRNOTAVAIL, and so nothing here ever leaves the machine.
#include <linux/vm_sockets.h>

#include "mechanisms/socket/connected.hpp"

namespace ipcmark {
namespace {

SocketAddress local_address(unsigned port) {
  sockaddr_vm address{};
  address.svm_family = AF_VSOCK;
  address.svm_cid = VMADDR_CID_LOCAL;
  address.svm_port = port;
  return SocketAddress(address);
}

SocketAddress any_port() {
  const SocketAddress address = local_address(VMADDR_PORT_ANY);
  const os::Handle probe(::socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (probe && ::bind(probe.fd(), address.get(), address.size()) == 0) return address;
  throw Unsupported(std::string(probe ? "bind to VMADDR_CID_LOCAL" : "socket AF_VSOCK") + " says " +
                    std::generic_category().message(errno) +
                    ": this kernel has no loopback for AF_VSOCK (CONFIG_VSOCKETS_LOOPBACK); where it is a "
                    "module, load it with modprobe vsock_loopback");
}

class VsockLink final : public ListeningLink {
 public:
  explicit VsockLink(const Options& options) : ListeningLink(any_port(), options) {
    name_ = std::to_string(SocketAddress::bound_to<sockaddr_vm>(listener_).svm_port);
  }
};

class VsockEndpoint final : public StreamEndpoint {
 public:
  VsockEndpoint(const Ticket& ticket, Role role, Wait wait)
      : StreamEndpoint(
            connected(ticket, role, local_address(static_cast<unsigned>(std::stoul(ticket.address)))),
            ticket.max_message, wait) {}
};

}  // namespace

extern constinit const Mechanism vsock{
    .traits = {.name = "vsock",
               .family = "socket",
               .summary = "AF_VSOCK stream over its loopback",
               .manual = "vsock(7)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .duplex = true,
               .sees_peer_death = true,
               .named = true},
    .create = create_as<VsockLink>,
    .open = open_as<VsockEndpoint>,
    .loops = loops_of<VsockEndpoint>,
};

}  // namespace ipcmark
