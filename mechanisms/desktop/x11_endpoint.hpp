// What both ends of a link over an X server have: a connection and a window each, and the knowledge of the
// other's. The Link's own window is where they meet: each writes its window's number into a property there.
//
// Numbers of windows are used again, and soon: the server gives the next client the range of one that has
// gone. So each window also says in a property which end of which link it is.
#pragma once

#include <algorithm>
#include <span>

#include "harness/mechanism.hpp"
#include "mechanisms/desktop/x11_connection.hpp"

namespace ipcmark {

// The meeting place, with the number of its window as the address. It goes with the connection, and so does
// everything that this mechanism leaves in the server.
class X11Meeting {
 public:
  Ticket ticket() const { return {.address = std::to_string(x_.window()), .handles = {}}; }
  const X11Connection& connection() const noexcept { return x_; }

 private:
  X11Connection x_;
};

class X11Endpoint : public Endpoint {
 protected:
  X11Endpoint(const Ticket& ticket, Role role, Wait wait)
      : meeting_(static_cast<xcb_window_t>(std::stoul(ticket.address))),
        max_message_(ticket.max_message),
        own_name_(x_.atom(role == Role::producer ? "IPCMARK_PRODUCER" : "IPCMARK_CONSUMER")),
        peers_name_(x_.atom(role == Role::producer ? "IPCMARK_CONSUMER" : "IPCMARK_PRODUCER")),
        spins_(wait == Wait::spin) {
    x_.set_numbers(x_.window(), own_name_, XCB_ATOM_WINDOW, {meeting_});
    now_ = x_.server_time();
    x_.watch(meeting_);
    x_.set_numbers(meeting_, own_name_, XCB_ATOM_WINDOW, {x_.window()});
    meet();
  }

  // Deals with everything that has arrived; false when the server is gone.
  bool take_events() noexcept {
    while (const X11Event event = x_.next_event()) {
      const int type = event->response_type & 0x7F;
      if (type == XCB_PROPERTY_NOTIFY) {
        const auto& change = *reinterpret_cast<const xcb_property_notify_event_t*>(event.get());
        now_ = std::max(now_, change.time);
        if (change.window == meeting_ && change.atom == peers_name_ &&
            change.state == XCB_PROPERTY_NEW_VALUE) {
          meet();
        } else {
          on_change(change);
        }
      } else if (type == XCB_DESTROY_NOTIFY) {
        const auto& end = *reinterpret_cast<const xcb_destroy_notify_event_t*>(event.get());
        if (end.window == peer_) lose_peer();
        if (end.window == meeting_) lose_peer();
      } else if (type != 0) {  // an error of a window that has gone: its end is told as well
        on_event(*event);
      }
    }
    return !x_.broken();
  }

  // Waits until there may be something for take_events(); false when told to stop.
  bool await() noexcept {
    x_.flush();
    return spins_ ? !os::stop_requested() : x_.await();
  }

  virtual void on_change(const xcb_property_notify_event_t&) noexcept = 0;
  virtual void on_event(const xcb_generic_event_t&) noexcept {}
  virtual void on_peers_end() noexcept {}

  X11Connection x_;
  const xcb_window_t meeting_;
  const std::size_t max_message_;
  xcb_window_t peer_ = XCB_NONE;
  bool peer_is_gone_ = false;
  xcb_timestamp_t now_ = XCB_CURRENT_TIME;  // the latest that is known of the server's clock

 private:
  void lose_peer() noexcept {
    peer_is_gone_ = true;
    on_peers_end();
  }

  // Learns who the other end is, when it has opened; its end is told from then on, or is known at once.
  void meet() noexcept {
    const std::vector<std::uint32_t> there = x_.numbers(meeting_, peers_name_);
    if (there.size() != 1) return;
    peer_ = there[0];
    x_.watch(peer_);
    peer_is_gone_ = x_.numbers(peer_, peers_name_) != std::vector<std::uint32_t>{meeting_};
  }

  xcb_atom_t own_name_, peers_name_;
  bool spins_;
};

}  // namespace ipcmark
