// A FIFO: a pipe with a name in the file system, which unrelated programs may open.
//
// Opening for reading blocks until somebody opens for writing, and the other way round (fifo(7)). The
// consumer therefore opens with O_NONBLOCK, which succeeds at once, and only then waits in read; a read
// before the first writer would say end of file, and cannot happen here since every child has opened before
// any may read.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/os/host.hpp"
#include "mechanisms/pipe/pipe_endpoint.hpp"

namespace ipcmark {
namespace {

class FifoLink final : public Link {
 public:
  explicit FifoLink(const Options& options)
      : path_(os::private_directory(options.run) + "/fifo-" + std::to_string(options.link)) {
    check(::mkfifo(path_.c_str(), 0600), "mkfifo");
  }
  ~FifoLink() override { ::unlink(path_.c_str()); }
  Ticket ticket(Role) override { return {.address = path_, .handles = {}}; }
  void handed_over() override { ::unlink(path_.c_str()); }

 private:
  std::string path_;
};

os::Handle open_end(const Ticket& ticket, Role role) {
  const std::string& path = ticket.address;
  if (role == Role::producer) {
    os::Handle end(check(::open(path.c_str(), O_WRONLY | O_CLOEXEC), "open of a FIFO"));
    set_capacity(end, ticket.buffer);
    return end;
  }
  os::Handle end(check(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC), "open of a FIFO"));
  check(::fcntl(end.fd(), F_SETFL, O_RDONLY), "fcntl F_SETFL of a FIFO");
  return end;
}

class FifoEndpoint final : public PipeEndpoint {
 public:
  FifoEndpoint(const Ticket& ticket, Role role, Wait wait)
      : PipeEndpoint(open_end(ticket, role), ticket.max_message, wait) {}
};

}  // namespace

extern constinit const Mechanism fifo{
    .traits = {.name = "fifo",
               .family = "pipe",
               .summary = "a pipe with a name in the file system",
               .manual = "fifo(7)",
               .framing = Framing::bytes,
               .lifetime = Lifetime::file,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .named = true},
    .create = create_as<FifoLink>,
    .open = open_as<FifoEndpoint>,
    .loops = loops_of<FifoEndpoint>,
};

}  // namespace ipcmark
