// For a link over CLIPBOARD: its turn on the display, and what was in the clipboard before.
//
// X keeps no content: it is with its owner, which drops it when another becomes owner. To put it back
// somebody has to offer it, and for longer than a run lasts. So a process of its own pastes all of it before
// the link begins, offers it when the link is gone, however it went, and stays until something else is copied
// or the display ends, as xclip(1) and others do that copy from a command line. Where the clipboard was empty
// there is no such process.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/os/channel.hpp"
#include "harness/os/process.hpp"
#include "mechanisms/desktop/x11_contents.hpp"

namespace ipcmark {

// A manager selection (ICCCM 2.8) that one link has at a time. Waits until the one that has it is gone; it
// goes with the connection, however that ends.
class X11Turn {
 public:
  explicit X11Turn(const X11Connection& x) {
    if (taken_) {
      throw Unsupported("a display has one CLIPBOARD, and this process has a link over it already");
    }
    const xcb_atom_t turn = x.atom("IPCMARK_TURN");
    while (const xcb_window_t holder = try_to_take(x, turn)) {
      x.watch(holder);
      await_end(x, holder, turn);
    }
    taken_ = true;
  }
  ~X11Turn() { taken_ = false; }
  X11Turn(const X11Turn&) = delete;
  X11Turn& operator=(const X11Turn&) = delete;

 private:
  // Nobody else looks between the question and the answer. Who has it; None when it is this one's now.
  static xcb_window_t try_to_take(const X11Connection& x, xcb_atom_t turn) {
    ::xcb_grab_server(x.get());
    const xcb_window_t holder = x.owner_of(turn);
    if (holder == XCB_NONE) ::xcb_set_selection_owner(x.get(), x.window(), turn, XCB_CURRENT_TIME);
    ::xcb_ungrab_server(x.get());
    x.flush();
    return holder;
  }

  static void await_end(const X11Connection& x, xcb_window_t holder, xcb_atom_t turn) {
    if (x.owner_of(turn) != holder) return;  // gone before it was watched
    for (;;) {
      while (const X11Event event = x.next_event()) {
        if ((event->response_type & 0x7F) == XCB_DESTROY_NOTIFY) return;
      }
      if (x.broken()) throw Unsupported("the X server has closed the connection");
      pollfd ready{.fd = ::xcb_get_file_descriptor(x.get()), .events = POLLIN, .revents = 0};
      ::poll(&ready, 1, -1);
      if (os::termination_signal() != 0) throw Unsupported("ended while another link had the CLIPBOARD");
    }
  }

  static inline bool taken_ = false;  // by this process
};

class X11Keeper {
 public:
  static constexpr const char* mark = "IPCMARK_LINK";  // a property of the windows of a link's ends

  explicit X11Keeper(const X11Connection& x) {
    if (!has_content(x, x.atom("CLIPBOARD"))) return;
    auto [mine, theirs] = os::Channel::make();
    start(static_cast<int>(theirs.raw()));
    theirs.close();
    if (mine.read_line() == "kept") {
      line_ = std::move(mine);
      return;
    }
    throw Unsupported(
        "what is in the clipboard cannot be kept, since its owner does not answer; copy something else, or "
        "end "
        "that program");
  }
  ~X11Keeper() {
    if (!line_) return;
    line_->write_line("put back");
    line_->read_line();  // when it is there again, or is not to be
  }
  X11Keeper(const X11Keeper&) = delete;
  X11Keeper& operator=(const X11Keeper&) = delete;

 private:
  // In a session of its own and nobody's child, with `line` and nothing else of this process.
  static void start(int line) {
    const pid_t child = check(::fork(), "fork");
    if (child != 0) {
      while (::waitpid(child, nullptr, 0) == -1 && errno == EINTR) {
      }
      return;
    }
    ::setsid();
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_DFL);
    ::signal(SIGPIPE, SIG_IGN);
    if (::fork() != 0) ::_exit(0);
    const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int standard : {0, 1, 2}) ::dup2(nowhere, standard);
    ::close_range(3, static_cast<unsigned>(line) - 1, 0);
    ::close_range(static_cast<unsigned>(line) + 1, ~0U, 0);
    try {
      keep(os::Channel(os::Handle(line)));
    } catch (const std::exception&) {  // without the display there is nothing to put back, and nobody to tell
    }
    ::_exit(0);
  }

  static void keep(os::Channel line) {
    const X11Connection x;
    const xcb_atom_t clipboard = x.atom("CLIPBOARD");
    auto forms = X11Pasting(x, clipboard).everything();
    if (!forms) return;
    line.write_line("kept");
    line.read_line();                       // the end of the link, or of its process
    if (has_content(x, clipboard)) return;  // somebody has copied something since
    X11Offer offer(x, std::move(*forms));
    offer.own(clipboard);
    if (x.owner_of(clipboard) != x.window()) return;  // somebody was faster
    line.write_line("there again");
    line.close();
    for (;;) {
      const X11Event event(::xcb_wait_for_event(x.get()));
      if (!event || (event->response_type & 0x7F) == XCB_SELECTION_CLEAR) return;
      offer.on_event(*event);
    }
  }

  // Of anybody's but a link: an end of one that is gone may live on a little longer, and that is awaited.
  static bool has_content(const X11Connection& x, xcb_atom_t clipboard) {
    while (const xcb_window_t owner = x.owner_of(clipboard)) {
      const bool of_a_link = !x.numbers(owner, x.atom(mark)).empty();
      if (!of_a_link && x.owner_of(clipboard) == owner) return true;
      x.watch(owner);
      while (x.owner_of(clipboard) == owner) {
        const X11Event event(::xcb_wait_for_event(x.get()));
        if (!event) return false;
      }
    }
    return false;
  }

  std::optional<os::Channel> line_;
};

}  // namespace ipcmark
