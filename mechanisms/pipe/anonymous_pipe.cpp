// A pipe(2): a stream of bytes from one process to another, known only by its two descriptors.
//
// Its capacity is 64 KiB by default, in slots of one page each: 17 writes of 2049 bytes fill what 32 of 2048
// do not (pipe(7), and measured). Reading ends once every descriptor of the write end is closed, the parent's
// as well.
#include "mechanisms/pipe/pipe_endpoint.hpp"

namespace ipcmark {
namespace {

class AnonymousPipeLink final : public PipeLink {
 public:
  explicit AnonymousPipeLink(const Options& options) : PipeLink(0, options.buffer) {}
};

class AnonymousPipeEndpoint final : public PipeEndpoint {
 public:
  AnonymousPipeEndpoint(const Ticket& ticket, Role, Wait wait)
      : PipeEndpoint(os::Handle(ticket.handles.at(0)), ticket.max_message, wait) {}
};

}  // namespace

extern constinit const Mechanism anonymous_pipe{
    .traits = {.name = "anonymous_pipe",
               .family = "pipe",
               .summary = "pipe(2), a one-way stream of bytes between relatives",
               .manual = "pipe(7)",
               .framing = Framing::bytes,
               .waits = blocks_or_polls,
               .axes = {.buffer = true},
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .counterpart = "win_anonymous_pipe"},
    .create = create_as<AnonymousPipeLink>,
    .open = open_as<AnonymousPipeEndpoint>,
    .loops = loops_of<AnonymousPipeEndpoint>,
};

}  // namespace ipcmark
