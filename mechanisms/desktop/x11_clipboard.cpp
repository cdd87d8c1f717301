// The selection CLIPBOARD, as two programs copy and paste with it. ICCCM (X.Org), section 2; XFIXES, which
// tells of a new owner.
//
//   producer                      X server                       consumer
//   SetSelectionOwner  ---------->        -- XFixesSelectionNotify -->
//                      <-- SelectionRequest --        <--------------  ConvertSelection
//   ChangeProperty     ---------->
//   SendEvent          ---------->        -- SelectionNotify -------->
//                      <-- PropertyNotify --          <--------------  GetProperty, which deletes it
//
// The server keeps no content: the owner hands it over when somebody asks. One that goes on to the next copy
// before anybody has asked replaces what was there, and one that does not look at its events cannot be pasted
// from. So a send is a meeting: it returns when the other end has taken the message, and never runs ahead.
// Messages of more than 256 KB go in pieces, each acknowledged by the deletion of the one before
// (INCR, 2.7.2).
//
// A display has one CLIPBOARD. Of several links on it one works at a time, and the others wait for their turn
// in the constructor of the Link; both directions of a link share it, and the ends take it from each other.
// Whoever else copies something meanwhile is overruled by the next send. What was in it before is kept by a
// process of its own, which offers it again at the end: x11_keeper.hpp.
//
// While an end sends it still takes the other one's message when that copies first, but only one.
#include <xcb/xfixes.h>

#include "harness/os/memory.hpp"
#include "mechanisms/desktop/x11_endpoint.hpp"
#include "mechanisms/desktop/x11_keeper.hpp"

namespace ipcmark {
namespace {

constexpr std::uint32_t every_change_of_owner = XCB_XFIXES_SELECTION_EVENT_MASK_SET_SELECTION_OWNER |
                                                XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_WINDOW_DESTROY |
                                                XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_CLIENT_CLOSE;

// The number of the event that tells of a new owner. A client has to say first which version it speaks.
int xfixes_event(const X11Connection& x) {
  const xcb_query_extension_reply_t* const extension = ::xcb_get_extension_data(x.get(), &xcb_xfixes_id);
  if (extension == nullptr || extension->present == 0)
    throw Unsupported("this X server has no XFIXES, so that nobody is told of what is copied");
  const auto cookie = ::xcb_xfixes_query_version(x.get(), 1, 0);
  static_cast<void>(x.answer<xcb_xfixes_query_version_reply_t>(cookie.sequence));
  return extension->first_event + XCB_XFIXES_SELECTION_NOTIFY;
}

class X11ClipboardLink final : public Link {
 public:
  explicit X11ClipboardLink(const Options& options) {
    need_the_clipboard(options);
    place_.emplace();
    xfixes_event(place_->connection());
    turn_.emplace(place_->connection());
    keeper_.emplace(place_->connection());
  }
  Ticket ticket(Role) override { return place_->ticket(); }

 private:
  std::optional<X11Meeting> place_;  // the turn ends with its connection
  std::optional<X11Turn> turn_;
  std::optional<X11Keeper> keeper_;  // puts back before that
};

class X11ClipboardEndpoint final : public X11Endpoint {
 public:
  X11ClipboardEndpoint(const Ticket& ticket, Role role, Wait wait)
      : X11Endpoint(ticket, role, wait),
        clipboard_(x_.atom("CLIPBOARD")),
        targets_(x_.atom("TARGETS")),
        timestamp_(x_.atom("TIMESTAMP")),
        multiple_(x_.atom("MULTIPLE")),
        pair_(x_.atom("ATOM_PAIR")),
        incr_(x_.atom("INCR")),
        message_(x_.atom("IPCMARK_MESSAGE")),
        told_of_owners_(xfixes_event(x_)) {
    x_.set_numbers(x_.window(), x_.atom(X11Keeper::mark), XCB_ATOM_WINDOW, {meeting_});
    ::xcb_xfixes_select_selection_input(x_.get(), x_.window(), clipboard_, every_change_of_owner);
    inbox_.reserve(ticket.max_message);
    offered_ = x_.owner_of(clipboard_) == peer_ && peer_ != XCB_NONE;
  }

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > max_message_) return {.status = Status::too_big};
    content_ = message;
    taken_ = false;
    phase_ = Phase::offered;
    copies_ = true;
    const Status status = await([this] { return taken_; });
    phase_ = Phase::idle;
    return {.size = status == Status::ok ? message.size() : 0, .status = status};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    const Status status = await([this] { return full_; });
    if (status != Status::ok) return {.status = status};
    full_ = false;
    const std::size_t kept = std::min(inbox_.size(), buffer.size());
    copy_bytes(buffer.data(), inbox_.data(), kept);
    return {.size = kept, .status = kept < inbox_.size() ? Status::truncated : Status::ok};
  }

 private:
  enum class Phase : std::uint8_t { idle, offered, whole, pieces };  // of what this end sends

  // Deals with what comes until that is so, and copies and pastes meanwhile what there is to.
  template <class Done>
  Status await(Done done) noexcept {
    for (;;) {
      if (!take_events()) return Status::closed;
      if (done()) return Status::ok;
      if (peer_is_gone_) return Status::closed;
      if (offered_ && !full_ && !pasting_) {
        paste();
      } else if (copies_ && !pasting_) {
        copy();
      } else if (!X11Endpoint::await()) {
        return Status::stopped;
      }
    }
  }

  void copy() noexcept {
    copies_ = false;
    ::xcb_set_selection_owner(x_.get(), x_.window(), clipboard_, now_);
    owned_since_ = now_;
  }
  void paste() noexcept {
    offered_ = false;
    pasting_ = true;
    joining_ = false;
    ::xcb_convert_selection(x_.get(), x_.window(), clipboard_, message_, message_, now_);
  }

  void on_event(const xcb_generic_event_t& event) noexcept override {
    const int type = event.response_type & 0x7F;
    if (type == XCB_SELECTION_REQUEST) {
      on_request(reinterpret_cast<const xcb_selection_request_event_t&>(event));
    } else if (type == XCB_SELECTION_NOTIFY) {
      on_answer(reinterpret_cast<const xcb_selection_notify_event_t&>(event));
    } else if (type == told_of_owners_) {
      on_owner(reinterpret_cast<const xcb_xfixes_selection_notify_event_t&>(event));
    }
  }

  // Somebody has copied something, or is gone. The peer's content is to be taken before one's own is offered
  // again; if there is no room for it, the peer's turn goes on.
  void on_owner(const xcb_xfixes_selection_notify_event_t& now) noexcept {
    now_ = std::max(now_, now.timestamp);
    if (now.owner == x_.window()) return;
    const bool peers = now.owner != XCB_NONE && now.owner == peer_;
    if (peers) offered_ = true;
    if (phase_ == Phase::offered) copies_ = true;
    if (peers && full_) copies_ = false;
  }

  void on_request(const xcb_selection_request_event_t& request) noexcept {
    const xcb_atom_t property = request.property == XCB_NONE ? request.target : request.property;
    const bool has_content = phase_ != Phase::idle && request.owner == x_.window();
    const bool done =
        has_content && (request.target == multiple_ ? convert_each(request.requestor, property)
                                                    : convert(request.requestor, request.target, property));
    xcb_selection_notify_event_t answer{};
    answer.response_type = XCB_SELECTION_NOTIFY;
    answer.time = request.time;
    answer.requestor = request.requestor;
    answer.selection = request.selection;
    answer.target = request.target;
    answer.property = done ? property : xcb_atom_t{XCB_NONE};
    ::xcb_send_event(x_.get(), 0, request.requestor, XCB_EVENT_MASK_NO_EVENT,
                     reinterpret_cast<const char*>(&answer));
  }

  // A message is for the other end alone; whoever else looks what the clipboard has gets no content.
  bool convert(xcb_window_t to, xcb_atom_t target, xcb_atom_t property) noexcept {
    if (target == targets_) {
      x_.set_numbers(to, property, XCB_ATOM_ATOM, {targets_, multiple_, timestamp_, message_});
    } else if (target == timestamp_) {
      x_.set_numbers(to, property, XCB_ATOM_INTEGER, {owned_since_});
    } else if (target == message_ && to == peer_ && phase_ == Phase::offered) {
      place_content(property);
    } else {
      return false;
    }
    return true;
  }
  // The property has pairs of a target and a property; a target that cannot be had becomes None: ICCCM 2.6.2.
  bool convert_each(xcb_window_t to, xcb_atom_t list) noexcept {
    std::vector<std::uint32_t> pairs = x_.numbers(to, list);
    for (std::size_t k = 0; k + 1 < pairs.size(); k += 2) {
      if (!convert(to, pairs[k], pairs[k + 1])) pairs[k] = XCB_NONE;
    }
    if (!pairs.empty()) x_.set_numbers(to, list, pair_, pairs);
    return !pairs.empty();
  }

  void place_content(xcb_atom_t property) noexcept {
    copies_ = false;
    where_ = property;
    if (content_.size() <= x11_piece) {
      phase_ = Phase::whole;
      x_.set_property(peer_, property, message_, 8, content_.data(), content_.size());
    } else {
      phase_ = Phase::pieces;
      last_piece_ = false;
      x_.set_numbers(peer_, property, incr_, {static_cast<std::uint32_t>(content_.size())});
    }
  }
  // The piece before was taken; the last one is empty.
  void place_piece() noexcept {
    const std::size_t size = std::min(content_.size(), x11_piece);
    x_.set_property(peer_, where_, message_, 8, content_.data(), size);
    content_ = content_.subspan(size);
    last_piece_ = size == 0;
  }

  void on_change(const xcb_property_notify_event_t& change) noexcept override {
    const bool deleted = change.state == XCB_PROPERTY_DELETE;
    if (deleted && change.window == peer_ && change.atom == where_) {
      if (phase_ == Phase::whole || (phase_ == Phase::pieces && last_piece_)) {
        taken_ = true;
        phase_ = Phase::idle;
      } else if (phase_ == Phase::pieces) {
        place_piece();
      }
    } else if (!deleted && change.window == x_.window() && change.atom == message_ && joining_) {
      take_piece();
    }
  }

  void on_answer(const xcb_selection_notify_event_t& answer) noexcept {
    if (!pasting_ || answer.target != message_) return;
    if (answer.property == XCB_NONE) {  // another's content, or the peer's is out of date
      pasting_ = false;
      return;
    }
    const auto reply = x_.property(x_.window(), message_, true);
    inbox_.clear();
    if (reply && reply->type == incr_) {
      joining_ = true;
      return;
    }
    append(reply.get());
    pasting_ = false;
    full_ = true;
  }
  void take_piece() noexcept {
    const auto reply = x_.property(x_.window(), message_, true);
    if (append(reply.get())) return;
    joining_ = pasting_ = false;
    full_ = true;
  }
  // False when there was nothing in it.
  bool append(const xcb_get_property_reply_t* reply) {
    const int size = reply != nullptr ? ::xcb_get_property_value_length(reply) : 0;
    if (size == 0) return false;
    const auto* const first = static_cast<const std::byte*>(::xcb_get_property_value(reply));
    inbox_.insert(inbox_.end(), first, first + size);
    return true;
  }

  void on_peers_end() noexcept override { pasting_ = joining_ = offered_ = false; }

  xcb_atom_t clipboard_, targets_, timestamp_, multiple_, pair_, incr_, message_;
  int told_of_owners_;
  // Of what this end sends.
  std::span<const std::byte> content_;
  Phase phase_ = Phase::idle;
  bool copies_ = false, taken_ = false, last_piece_ = false;
  xcb_atom_t where_ = XCB_NONE;  // on the peer's window
  xcb_timestamp_t owned_since_ = XCB_CURRENT_TIME;
  // Of what it receives.
  std::vector<std::byte> inbox_;
  bool offered_ = false, pasting_ = false, joining_ = false, full_ = false;
};

}  // namespace

extern constinit const Mechanism x11_clipboard{
    .traits = {.name = "x11_clipboard",
               .family = "desktop",
               .summary = "X11: copy and paste, by the selection CLIPBOARD",
               .manual = "ICCCM, section 2",
               .waits = blocks_or_polls,
               .duplex = true,
               .sees_peer_death = true,
               .survives_peer_kill = true,
               .named = true,
               .needs = "an X server"},
    .create = create_as<X11ClipboardLink>,
    .open = open_as<X11ClipboardEndpoint>,
    .loops = loops_of<X11ClipboardEndpoint>,
};

}  // namespace ipcmark
