// Messages in a property of a window: the producer writes it (ChangeProperty), PropertyNotify wakes the
// consumer, which reads and deletes it in one step (GetProperty), and the PropertyNotify of that makes room
// for the next. X Window System Protocol, sections 9 and 10; ICCCM 2.7.2 has the same hand-shake.
//
// The window is the Link's, so what lies in it stays when its producer ends, and goes with the run. There is
// a property for each direction, and each holds one message. The server is in between, and what it uses is in
// no process's figures.
//
// A request that is written is not yet done: a server may learn of a client's end before it has read what
// that client wrote last. So a send returns when the server has told this end, too, of the change.
//
// A property has to fit into one request, which is 16 MiB by BIG-REQUESTS.
#include <algorithm>

#include "harness/os/memory.hpp"
#include "mechanisms/desktop/x11_endpoint.hpp"

namespace ipcmark {
namespace {

constexpr std::size_t header = 64;  // bytes of a request beside the message, and more

class X11PropertyLink final : public Link {
 public:
  explicit X11PropertyLink(const Options& options) {
    const std::size_t most = ::xcb_get_maximum_request_length(place_.connection().get()) * std::size_t{4};
    if (options.max_message + header > most) {
      throw Unsupported("a request to this X server has at most " + std::to_string(most) +
                        " bytes (maximum-request-length), and a property is written by one; Xvfb takes "
                        "-maxbigreqsize");
    }
    place_.connection().flush();
    static_cast<void>(place_.connection().owner_of(XCB_ATOM_PRIMARY));  // so that the window is there
  }
  Ticket ticket(Role) override { return place_.ticket(); }

 private:
  X11Meeting place_;
};

class X11PropertyEndpoint final : public X11Endpoint {
 public:
  X11PropertyEndpoint(const Ticket& ticket, Role role, Wait wait)
      : X11Endpoint(ticket, role, wait),
        outgoing_(x_.atom(role == Role::producer ? "IPCMARK_THERE" : "IPCMARK_BACK")),
        incoming_(x_.atom(role == Role::producer ? "IPCMARK_BACK" : "IPCMARK_THERE")),
        type_(x_.atom("IPCMARK_MESSAGE")) {
    // What was written before this end was told of changes.
    full_ = is_there(outgoing_);
    arrived_ = is_there(incoming_);
  }

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > max_message_) return {.status = Status::too_big};
    if (const Io io = await_change([this] { return !full_; }); io.status != Status::ok) return io;
    written_ = false;
    x_.set_property(meeting_, outgoing_, type_, 8, message.data(), message.size());
    if (const Io io = await_written(); io.status != Status::ok) return io;
    return {.size = message.size()};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    for (;;) {
      if (!take_events()) return {.status = Status::closed};
      if (arrived_) {
        arrived_ = false;
        const auto reply = x_.property(meeting_, incoming_, true);
        if (reply && reply->type != XCB_NONE) return deliver(*reply, buffer);
      } else if (peer_is_gone_) {
        return {.status = Status::closed};
      } else if (!await()) {
        return {.status = Status::stopped};
      }
    }
  }

 private:
  bool is_there(xcb_atom_t name) const noexcept {
    const auto cookie = ::xcb_get_property(x_.get(), 0, meeting_, name, XCB_GET_PROPERTY_TYPE_ANY, 0, 0);
    const auto reply = x_.answer<xcb_get_property_reply_t>(cookie.sequence);
    return reply && reply->type != XCB_NONE;
  }

  static Io deliver(const xcb_get_property_reply_t& reply, std::span<std::byte> buffer) noexcept {
    const auto size = static_cast<std::size_t>(::xcb_get_property_value_length(&reply));
    const std::size_t kept = std::min(size, buffer.size());
    copy_bytes(buffer.data(), static_cast<const std::byte*>(::xcb_get_property_value(&reply)), kept);
    return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
  }

  void on_change(const xcb_property_notify_event_t& change) noexcept override {
    if (change.window != meeting_) return;
    const bool written = change.state == XCB_PROPERTY_NEW_VALUE;
    if (change.atom == incoming_ && written) arrived_ = true;
    if (change.atom != outgoing_) return;
    full_ = written;
    written_ = true;
  }

  template <class Ready>
  Io await_change(Ready ready) noexcept {
    for (;;) {
      if (!take_events() || peer_is_gone_) return {.status = Status::closed};
      if (ready()) return {};
      if (!await()) return {.status = Status::stopped};
    }
  }

  // The server is never far behind, so nobody is told to stop here: the message is as good as there.
  Io await_written() noexcept {
    x_.flush();
    while (take_events()) {
      if (written_) return {};
      if (peer_is_gone_) return {.status = Status::closed};
      static_cast<void>(await());
    }
    return {.status = Status::closed};
  }

  xcb_atom_t outgoing_, incoming_, type_;
  bool full_ = false, arrived_ = false, written_ = false;
};

}  // namespace

extern constinit const Mechanism x11_property{
    .traits = {.name = "x11_property",
               .family = "desktop",
               .summary = "X11: a property of a window, written, announced, read and deleted",
               .manual = "X Window System Protocol, ChangeProperty and PropertyNotify",
               .waits = blocks_or_polls,
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .named = true,
               .needs = "an X server"},
    .create = create_as<X11PropertyLink>,
    .open = open_as<X11PropertyEndpoint>,
    .loops = loops_of<X11PropertyEndpoint>,
};

}  // namespace ipcmark
