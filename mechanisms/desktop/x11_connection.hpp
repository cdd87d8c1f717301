// A connection to an X server by libxcb, and a window on it that is told of changes of its properties. X
// Window System Protocol (X.Org), libxcb.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <xcb/xcb.h>
#include <xcb/xcbext.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "harness/errors.hpp"
#include "harness/os/handle.hpp"
#include "harness/os/wait.hpp"

namespace ipcmark {

struct X11Free {
  void operator()(void* memory) const noexcept { std::free(memory); }
  void operator()(xcb_connection_t* connection) const noexcept { ::xcb_disconnect(connection); }
};
template <class T>
using X11Owned = std::unique_ptr<T, X11Free>;
using X11Event = X11Owned<xcb_generic_event_t>;

class X11Connection {
 public:
  // Throws Unsupported where there is no display, or where its server refuses.
  X11Connection() : connection_(connect()) {
    const xcb_screen_t& screen = *::xcb_setup_roots_iterator(::xcb_get_setup(get())).data;
    const std::uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE;
    window_ = ::xcb_generate_id(get());
    // It is never mapped: an InputOnly window has properties and events, and nothing to be seen.
    ::xcb_create_window(get(), 0, window_, screen.root, 0, 0, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_ONLY,
                        XCB_COPY_FROM_PARENT, XCB_CW_EVENT_MASK, &events);
  }

  xcb_connection_t* get() const noexcept { return connection_.get(); }
  xcb_window_t window() const noexcept { return window_; }
  bool broken() const noexcept { return ::xcb_connection_has_error(get()) != 0; }
  void flush() const noexcept { ::xcb_flush(get()); }

  xcb_atom_t atom(const std::string& name) const {
    const auto reply = answer<xcb_intern_atom_reply_t>(
        ::xcb_intern_atom(get(), 0, static_cast<std::uint16_t>(name.size()), name.data()).sequence);
    if (!reply) throw std::runtime_error("InternAtom " + name + ": the X server does not answer");
    return reply->atom;
  }

  xcb_window_t owner_of(xcb_atom_t selection) const noexcept {
    const auto reply =
        answer<xcb_get_selection_owner_reply_t>(::xcb_get_selection_owner(get(), selection).sequence);
    return reply ? reply->owner : xcb_window_t{XCB_NONE};
  }

  // The whole property, which is deleted at once when that is asked for; null where the window is gone.
  X11Owned<xcb_get_property_reply_t> property(xcb_window_t of, xcb_atom_t name, bool take) const noexcept {
    constexpr std::uint32_t all = 0x1FFF'FFFF;  // in units of four bytes
    return answer<xcb_get_property_reply_t>(
        ::xcb_get_property(get(), take ? 1 : 0, of, name, XCB_GET_PROPERTY_TYPE_ANY, 0, all).sequence);
  }

  void set_property(xcb_window_t of, xcb_atom_t name, xcb_atom_t type, std::uint8_t format, const void* data,
                    std::size_t items) const noexcept {
    ::xcb_change_property(get(), XCB_PROP_MODE_REPLACE, of, name, type, format,
                          static_cast<std::uint32_t>(items), data);
  }
  void set_numbers(xcb_window_t of, xcb_atom_t name, xcb_atom_t type,
                   const std::vector<std::uint32_t>& numbers) const noexcept {
    set_property(of, name, type, 32, numbers.data(), numbers.size());
  }
  // Of a property of 32-bit items; empty when it is not there.
  std::vector<std::uint32_t> numbers(xcb_window_t of, xcb_atom_t name) const {
    const auto reply = property(of, name, false);
    if (!reply || reply->format != 32) return {};
    const auto* first = static_cast<const std::uint32_t*>(::xcb_get_property_value(reply.get()));
    return {first, first + ::xcb_get_property_value_length(reply.get()) / 4};
  }

  // What is told of another client's window from now on.
  void watch(xcb_window_t other) const noexcept {
    const std::uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE | XCB_EVENT_MASK_STRUCTURE_NOTIFY;
    ::xcb_change_window_attributes(get(), other, XCB_CW_EVENT_MASK, &events);
  }

  // The next event that is here; null when there is none yet.
  X11Event next_event() const noexcept { return X11Event(::xcb_poll_for_event(get())); }

  // Waits until something can be read; false when this process is told to stop. An event may be in libxcb's
  // own queue already: to be called only after next_event() had none.
  bool await() const noexcept {
    pollfd ready{.fd = ::xcb_get_file_descriptor(get()), .events = POLLIN, .revents = 0};
    while (::poll(&ready, 1, -1) == -1 && errno == EINTR) {
      if (os::stop_requested()) return false;
    }
    return true;
  }

  // Waits for the reply of a request; null when the server answered with an error, or is gone. Not by
  // xcb_wait_for_reply(3), which takes a lock and a condition variable for each.
  template <class Reply>
  X11Owned<Reply> answer(unsigned sequence) const noexcept {
    flush();
    void* reply = nullptr;
    xcb_generic_error_t* error = nullptr;
    while (::xcb_poll_for_reply(get(), sequence, &reply, &error) == 0) {
      pollfd ready{.fd = ::xcb_get_file_descriptor(get()), .events = POLLIN, .revents = 0};
      ::poll(&ready, 1, -1);
    }
    std::free(error);
    return X11Owned<Reply>(static_cast<Reply*>(reply));
  }

  // A moment of the server's clock, which ICCCM 2.1 wants for the beginning of an ownership: that at which
  // nothing is appended to a property. What other events come meanwhile is lost, so only at the beginning.
  xcb_timestamp_t server_time() const {
    const xcb_atom_t clock = atom("IPCMARK_CLOCK");
    ::xcb_change_property(get(), XCB_PROP_MODE_APPEND, window_, clock, XCB_ATOM_STRING, 8, 0, nullptr);
    flush();
    for (;;) {
      const X11Event event(::xcb_wait_for_event(get()));
      if (!event) throw std::runtime_error("the X server has closed the connection");
      const auto& change = reinterpret_cast<const xcb_property_notify_event_t&>(*event);
      if ((event->response_type & 0x7F) == XCB_PROPERTY_NOTIFY && change.atom == clock) return change.time;
    }
  }

 private:
  static X11Owned<xcb_connection_t> connect() {
    const char* const display = std::getenv("DISPLAY");
    if (display == nullptr || *display == '\0') {
      throw Unsupported(
          "there is no X display (DISPLAY is not set); without a screen Xvfb(1) gives one: Xvfb :99 "
          "-nolisten "
          "tcp & export DISPLAY=:99");
    }
    X11Owned<xcb_connection_t> made(::xcb_connect(nullptr, nullptr));
    const int error = ::xcb_connection_has_error(made.get());
    if (error == 0) return made;
    need_descriptors();
    throw Unsupported(std::string("the X display ") + display + " cannot be used (xcb_connect says " +
                      std::to_string(error) +
                      "): no server answers there, or it refuses this user, see xauth(1)");
  }

  // A connection needs one, and another for a moment, to read the cookie with which it is let in; libxcb does
  // not say that it had none.
  static void need_descriptors() {
    for (std::vector<os::Handle> spare; spare.size() < 2;)
      spare.emplace_back(check(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0), "a descriptor for xcb_connect"));
  }

  X11Owned<xcb_connection_t> connection_;
  xcb_window_t window_ = XCB_NONE;
};

}  // namespace ipcmark
