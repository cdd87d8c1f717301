// CreatePipe: a stream of bytes from one process to another, known only by its two handles.
//
// It holds 4096 bytes unless another size is suggested, a sixteenth of a Linux pipe, and a write returns only
// when all of its bytes have found room. A writer that is terminated in a write larger than the buffer takes
// along what of it was not yet read, whereas Linux keeps that. There are no overlapped calls, so nobody can
// wait for a pipe and for something else, and none that gather: a message of more than 2 KiB takes two calls
// on each side. Reading ends with ERROR_BROKEN_PIPE once every handle of the write end is closed, the
// parent's as well; a write without a reader says ERROR_NO_DATA, although ERROR_BROKEN_PIPE is documented.
#include "harness/framing.hpp"
#include "harness/win_calls.hpp"

namespace ipcmark {
namespace {

class WinAnonymousPipeLink final : public Link {
 public:
  explicit WinAnonymousPipeLink(const Options& options) {
    HANDLE read = nullptr, write = nullptr;
    os::require(::CreatePipe(&read, &write, nullptr, size_of_call(options.buffer)), "CreatePipe");
    read_ = os::owned(read);
    write_ = os::owned(write);
  }
  Ticket ticket(Role role) override {
    return {.address = {}, .handles = {(role == Role::producer ? write_ : read_).raw()}};
  }
  void handed_over() override {
    read_.reset();
    write_.reset();
  }

 private:
  os::Handle read_, write_;
};

class WinAnonymousPipeEndpoint final : public Endpoint {
 public:
  WinAnonymousPipeEndpoint(const Ticket& ticket, Role, Wait)
      : frames_(HandleStream(os::Handle(ticket.handles.at(0))), ticket.max_message) {}

  Io send(std::span<const std::byte> message) noexcept override { return frames_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept override { return frames_.recv(buffer); }

 private:
  Framed<HandleStream> frames_;
};

}  // namespace

extern constinit const Mechanism win_anonymous_pipe{
    .traits = {.name = "win_anonymous_pipe",
               .family = "pipe",
               .summary = "CreatePipe, a one-way stream of bytes between relatives",
               .manual = "CreatePipe (Microsoft)",
               .framing = Framing::bytes,
               .axes = {.buffer = true},
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .counterpart = "anonymous_pipe"},
    .create = create_as<WinAnonymousPipeLink>,
    .open = open_as<WinAnonymousPipeEndpoint>,
    .loops = loops_of<WinAnonymousPipeEndpoint>,
};

}  // namespace ipcmark
