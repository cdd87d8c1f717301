// The content of a selection in every form that its owner offers, taken from one owner and offered again by
// another process. ICCCM, section 2.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include "mechanisms/desktop/x11_connection.hpp"

namespace ipcmark {

// Bytes of a property, as one request of the core protocol carries them; larger content goes in pieces
// (INCR).
constexpr std::size_t x11_piece = 256'000;

struct X11Form {
  xcb_atom_t target = XCB_NONE, type = XCB_NONE;
  std::uint8_t format = 8;  // bits of an item
  std::string bytes;
};

// Pastes all of it.
class X11Pasting {
 public:
  X11Pasting(const X11Connection& x, xcb_atom_t selection)
      : x_(x), selection_(selection), place_(x.atom("IPCMARK_MESSAGE")), incr_(x.atom("INCR")) {}

  // Nothing when the owner does not answer within a second: it is for the requestor to lose patience.
  std::optional<std::vector<X11Form>> everything() {
    const auto offered = paste(x_.atom("TARGETS"));
    if (!offered) return std::nullopt;
    std::vector<xcb_atom_t> targets(offered->bytes.size() / sizeof(xcb_atom_t));
    std::memcpy(targets.data(), offered->bytes.data(), targets.size() * sizeof(xcb_atom_t));
    if (offered->type == XCB_NONE) targets = {x_.atom("UTF8_STRING"), XCB_ATOM_STRING};
    std::vector<X11Form> forms;
    for (const xcb_atom_t target : targets) {
      if (is_no_form(target)) continue;
      auto form = paste(target);
      if (!form) return std::nullopt;
      if (form->type != XCB_NONE) forms.push_back(std::move(*form));
    }
    return forms;
  }

 private:
  // About the selection, or with an effect on it: ICCCM 2.6.
  bool is_no_form(xcb_atom_t target) const {
    for (const char* name : {"TARGETS", "MULTIPLE", "TIMESTAMP", "DELETE", "INSERT_SELECTION",
                             "INSERT_PROPERTY", "SAVE_TARGETS"}) {
      if (target == x_.atom(name)) return true;
    }
    return false;
  }

  // Without a type when the owner has no such form; nothing when it does not answer.
  std::optional<X11Form> paste(xcb_atom_t target) {
    ::xcb_convert_selection(x_.get(), x_.window(), selection_, target, place_, XCB_CURRENT_TIME);
    X11Form form{.target = target, .bytes = {}};
    const auto answered = wait_for(XCB_SELECTION_NOTIFY);
    if (!answered) return std::nullopt;
    if (reinterpret_cast<const xcb_selection_notify_event_t&>(*answered).property == XCB_NONE) return form;
    if (take(form) == 0 || form.type != incr_) return form;
    form.bytes.clear();
    for (;;) {
      const auto change = wait_for(XCB_PROPERTY_NOTIFY);
      if (!change) return std::nullopt;
      const auto& of = reinterpret_cast<const xcb_property_notify_event_t&>(*change);
      if (of.atom == place_ && of.state == XCB_PROPERTY_NEW_VALUE && take(form) == 0) return form;
    }
  }

  // Appends what lies in the property and deletes it; how many bytes that was.
  std::size_t take(X11Form& form) const {
    const auto reply = x_.property(x_.window(), place_, true);
    if (!reply) return 0;
    const auto size = static_cast<std::size_t>(::xcb_get_property_value_length(reply.get()));
    form.type = reply->type;
    form.format = reply->format == 0 ? std::uint8_t{8} : reply->format;
    form.bytes.append(static_cast<const char*>(::xcb_get_property_value(reply.get())), size);
    return size;
  }

  X11Event wait_for(int type) const {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + std::chrono::seconds(1);
    x_.flush();
    while (!x_.broken()) {
      while (X11Event event = x_.next_event()) {
        if ((event->response_type & 0x7F) == type) return event;
      }
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
      if (left <= 0) return {};
      pollfd ready{.fd = ::xcb_get_file_descriptor(x_.get()), .events = POLLIN, .revents = 0};
      ::poll(&ready, 1, static_cast<int>(left));
    }
    return {};
  }

  const X11Connection& x_;
  xcb_atom_t selection_, place_, incr_;
};

// Offers it, to any number of requestors.
class X11Offer {
 public:
  X11Offer(const X11Connection& x, std::vector<X11Form> forms)
      : x_(x),
        forms_(std::move(forms)),
        targets_(x.atom("TARGETS")),
        multiple_(x.atom("MULTIPLE")),
        timestamp_(x.atom("TIMESTAMP")),
        pair_(x.atom("ATOM_PAIR")),
        incr_(x.atom("INCR")) {}

  void own(xcb_atom_t selection) {
    since_ = x_.server_time();
    ::xcb_set_selection_owner(x_.get(), x_.window(), selection, since_);
  }

  void on_event(const xcb_generic_event_t& event) {
    const int type = event.response_type & 0x7F;
    if (type == XCB_SELECTION_REQUEST) {
      answer(reinterpret_cast<const xcb_selection_request_event_t&>(event));
    } else if (type == XCB_PROPERTY_NOTIFY) {
      const auto& change = reinterpret_cast<const xcb_property_notify_event_t&>(event);
      if (change.state == XCB_PROPERTY_DELETE) go_on(change.window, change.atom);
    }
    x_.flush();
  }

 private:
  struct Transfer {  // in pieces
    xcb_window_t to;
    xcb_atom_t property;
    const X11Form* form;
    std::size_t done;
  };

  void answer(const xcb_selection_request_event_t& request) {
    const xcb_atom_t property = request.property == XCB_NONE ? request.target : request.property;
    const bool done = request.target == multiple_ ? convert_each(request.requestor, property)
                                                  : convert(request.requestor, request.target, property);
    xcb_selection_notify_event_t notice{};
    notice.response_type = XCB_SELECTION_NOTIFY;
    notice.time = request.time;
    notice.requestor = request.requestor;
    notice.selection = request.selection;
    notice.target = request.target;
    notice.property = done ? property : xcb_atom_t{XCB_NONE};
    ::xcb_send_event(x_.get(), 0, request.requestor, XCB_EVENT_MASK_NO_EVENT,
                     reinterpret_cast<const char*>(&notice));
  }

  // The pairs of target and property stand in the property that is named; a target that cannot be had becomes
  // None in it.
  bool convert_each(xcb_window_t to, xcb_atom_t pairs_in) {
    std::vector<std::uint32_t> pairs = x_.numbers(to, pairs_in);
    if (pairs.empty()) return false;
    for (std::size_t k = 0; k + 1 < pairs.size(); k += 2) {
      if (!convert(to, pairs[k], pairs[k + 1])) pairs[k] = XCB_NONE;
    }
    x_.set_numbers(to, pairs_in, pair_, pairs);
    return true;
  }

  bool convert(xcb_window_t to, xcb_atom_t target, xcb_atom_t property) {
    if (target == targets_) {
      std::vector<std::uint32_t> all{targets_, multiple_, timestamp_};
      for (const X11Form& form : forms_) all.push_back(form.target);
      x_.set_numbers(to, property, XCB_ATOM_ATOM, all);
      return true;
    }
    if (target == timestamp_) {
      x_.set_numbers(to, property, XCB_ATOM_INTEGER, {since_});
      return true;
    }
    const auto form = std::find_if(forms_.begin(), forms_.end(),
                                   [target](const X11Form& one) { return one.target == target; });
    if (form == forms_.end()) return false;
    if (form->bytes.size() <= x11_piece) {
      x_.set_property(to, property, form->type, form->format, form->bytes.data(),
                      form->bytes.size() * 8 / form->format);
      return true;
    }
    x_.watch(to);
    x_.set_numbers(to, property, incr_, {static_cast<std::uint32_t>(form->bytes.size())});
    transfers_.push_back({.to = to, .property = property, .form = &*form, .done = 0});
    return true;
  }

  // The piece before was taken; the last one is empty.
  void go_on(xcb_window_t to, xcb_atom_t property) {
    const auto transfer = std::find_if(transfers_.begin(), transfers_.end(), [&](const Transfer& one) {
      return one.to == to && one.property == property;
    });
    if (transfer == transfers_.end()) return;
    const X11Form& form = *transfer->form;
    const std::size_t size = std::min(form.bytes.size() - transfer->done, x11_piece);
    x_.set_property(to, property, form.type, form.format, form.bytes.data() + transfer->done,
                    size * 8 / form.format);
    transfer->done += size;
    if (size == 0) transfers_.erase(transfer);
  }

  const X11Connection& x_;
  std::vector<X11Form> forms_;
  std::vector<Transfer> transfers_;
  xcb_atom_t targets_, multiple_, timestamp_, pair_, incr_;
  xcb_timestamp_t since_ = XCB_CURRENT_TIME;
};

}  // namespace ipcmark
