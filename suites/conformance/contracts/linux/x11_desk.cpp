#include "suites/conformance/contracts/linux/x11_desk.hpp"

#include <xcb/xcb.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <sstream>

#include "harness/os/host.hpp"

namespace ipcmark::x11 {
namespace {

constexpr std::size_t piece = 64 * 1024;  // bytes, of what goes by INCR; more than two of them do

struct Free {
  void operator()(void* memory) const noexcept { std::free(memory); }
  void operator()(xcb_connection_t* connection) const noexcept { ::xcb_disconnect(connection); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;
using Event = Owned<xcb_generic_event_t>;
using Property = Owned<xcb_get_property_reply_t>;

int type_of(const xcb_generic_event_t& event) { return event.response_type & 0x7F; }
template <class T>
const T& as(const Event& event) {
  return reinterpret_cast<const T&>(*event);
}

std::string offered(std::size_t size) {
  if (size == 5) return "hello";
  std::string text(size, 0);
  for (std::size_t k = 0; k < size; ++k) text[k] = static_cast<char>('a' + (k * 7 + k / 1000) % 26);
  return text;
}

class Desk {
 public:
  Desk(const std::string& selection, std::size_t size) : content_(offered(size)) {
    if (std::getenv("DISPLAY") == nullptr)
      throw Unsupported("there is no X display (DISPLAY is not set); Xvfb(1) gives one without a screen");
    x_.reset(::xcb_connect(nullptr, nullptr));
    if (const int error = ::xcb_connection_has_error(get()); error != 0)
      throw Unsupported("the X display cannot be used: xcb_connect says " + std::to_string(error));
    const xcb_screen_t& screen = *::xcb_setup_roots_iterator(::xcb_get_setup(get())).data;
    const std::uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE;
    window_ = ::xcb_generate_id(get());
    ::xcb_create_window(get(), 0, window_, screen.root, 0, 0, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_ONLY,
                        XCB_COPY_FROM_PARENT, XCB_CW_EVENT_MASK, &events);
    selection_ = atom(selection);
  }

  std::string owner() const {
    const Owned<xcb_get_selection_owner_reply_t> reply(
        ::xcb_get_selection_owner_reply(get(), ::xcb_get_selection_owner(get(), selection_), nullptr));
    return reply->owner == window_ ? "mine" : reply->owner == XCB_NONE ? "none" : "other";
  }
  std::string own(std::uint32_t before_ms) {
    since_ = server_time() - before_ms;
    ::xcb_set_selection_owner(get(), window_, selection_, since_);
    return owner();
  }
  std::string disown() {
    ::xcb_set_selection_owner(get(), XCB_NONE, selection_, server_time());
    return owner();
  }

  std::string ask(const std::string& target) {
    const xcb_atom_t name = atom(target);
    ::xcb_convert_selection(get(), window_, selection_, name, name, server_time());
    ::xcb_flush(get());
    return "asked";
  }
  std::string answer() {
    const Event event = await(XCB_SELECTION_NOTIFY);
    const xcb_atom_t property = as<xcb_selection_notify_event_t>(event).property;
    if (property == XCB_NONE) return "refused";
    const Property reply = take(property);
    if (reply->type == atom("INCR")) return joined(property);
    return described(*reply);
  }
  std::string multiple(const std::string& first, const std::string& second) {
    const std::uint32_t pairs[]{atom(first), atom("FIRST"), atom(second), atom("SECOND")};
    const xcb_atom_t list = atom("PAIRS");
    ::xcb_change_property(get(), XCB_PROP_MODE_REPLACE, window_, list, atom("ATOM_PAIR"), 32, 4, pairs);
    ::xcb_convert_selection(get(), window_, selection_, atom("MULTIPLE"), list, server_time());
    const Event event = await(XCB_SELECTION_NOTIFY);
    if (as<xcb_selection_notify_event_t>(event).property != list) return "refused";
    const std::vector<std::uint32_t> left = numbers(list);
    std::string text;
    for (std::size_t k = 0; k + 1 < left.size(); k += 2)
      text += (k == 0 ? "" : ", ") + (left[k] == XCB_NONE ? "None" : described(*take(left[k + 1])));
    return text;
  }

  std::string asked(std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) requests_.push_back(await(XCB_SELECTION_REQUEST));
    return "asked " + std::to_string(count);
  }
  std::string serve(std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      if (requests_.empty()) asked(1);
      const Event event = std::move(requests_.front());
      requests_.pop_front();
      serve(as<xcb_selection_request_event_t>(event));
    }
    return "served " + std::to_string(count);
  }
  std::string cleared() {
    const Event event = await(XCB_SELECTION_CLEAR);
    const auto& clear = as<xcb_selection_clear_event_t>(event);
    return clear.selection == selection_ && clear.owner == window_ ? "cleared" : "another";
  }
  std::string look() {
    owner();  // what the server had to say before that is here by now
    if (!later_.empty()) return std::to_string(type_of(*later_.front()));
    while (const Event event{::xcb_poll_for_event(get())}) {
      if (type_of(*event) != XCB_PROPERTY_NOTIFY) return std::to_string(type_of(*event));
    }
    return "nothing";
  }

 private:
  xcb_connection_t* get() const { return x_.get(); }
  xcb_atom_t atom(const std::string& name) const {
    const auto cookie = ::xcb_intern_atom(get(), 0, static_cast<std::uint16_t>(name.size()), name.data());
    return Owned<xcb_intern_atom_reply_t>(::xcb_intern_atom_reply(get(), cookie, nullptr))->atom;
  }
  std::string name_of(xcb_atom_t of) const {
    const Owned<xcb_get_atom_name_reply_t> reply(
        ::xcb_get_atom_name_reply(get(), ::xcb_get_atom_name(get(), of), nullptr));
    return {::xcb_get_atom_name_name(reply.get()),
            static_cast<std::size_t>(::xcb_get_atom_name_name_length(reply.get()))};
  }

  // The next event of this kind; those that come before it are left for later.
  Event await(int type) {
    for (auto event = later_.begin(); event != later_.end(); ++event) {
      if (type_of(**event) != type) continue;
      Event found = std::move(*event);
      later_.erase(event);
      return found;
    }
    for (::xcb_flush(get());;) {
      Event event(::xcb_wait_for_event(get()));
      if (!event) throw std::runtime_error("the X server has closed the connection");
      if (type_of(*event) == type) return event;
      if (type_of(*event) == 0) throw std::runtime_error("the X server reports an error");
      if (type_of(*event) != XCB_PROPERTY_NOTIFY) later_.push_back(std::move(event));
    }
  }
  // A change of this property, to this state.
  Event await_change(xcb_window_t of, xcb_atom_t property, int state) {
    for (;;) {
      Event event = await(XCB_PROPERTY_NOTIFY);
      const auto& change = as<xcb_property_notify_event_t>(event);
      if (change.window == of && change.atom == property && change.state == state) return event;
    }
  }
  xcb_timestamp_t server_time() {
    const xcb_atom_t clock = atom("CLOCK");
    ::xcb_change_property(get(), XCB_PROP_MODE_APPEND, window_, clock, XCB_ATOM_STRING, 8, 0, nullptr);
    const Event event = await_change(window_, clock, XCB_PROPERTY_NEW_VALUE);
    return as<xcb_property_notify_event_t>(event).time;
  }

  Property take(xcb_atom_t name) const {
    constexpr std::uint32_t all = 0x1FFF'FFFF;
    return Property(::xcb_get_property_reply(
        get(), ::xcb_get_property(get(), 1, window_, name, XCB_GET_PROPERTY_TYPE_ANY, 0, all), nullptr));
  }
  std::vector<std::uint32_t> numbers(xcb_atom_t name) const { return numbers_in(*take(name)); }
  static std::vector<std::uint32_t> numbers_in(const xcb_get_property_reply_t& reply) {
    const auto* first = static_cast<const std::uint32_t*>(::xcb_get_property_value(&reply));
    return {first, first + ::xcb_get_property_value_length(&reply) / 4};
  }
  static std::string text_in(const xcb_get_property_reply_t& reply) {
    return {static_cast<const char*>(::xcb_get_property_value(&reply)),
            static_cast<std::size_t>(::xcb_get_property_value_length(&reply))};
  }
  std::string described(const xcb_get_property_reply_t& reply) const {
    if (reply.type == XCB_ATOM_ATOM) {
      std::string all = "ATOM";
      for (const std::uint32_t one : numbers_in(reply)) all += " " + name_of(one);
      return all;
    }
    if (reply.format == 32) return name_of(reply.type) + " " + std::to_string(numbers_in(reply).at(0));
    return name_of(reply.type) + " " + std::to_string(text_in(reply).size()) + " " + text_in(reply);
  }

  // A transfer by INCR, whose first property has been deleted: until one of no bytes.
  std::string joined(xcb_atom_t property) {
    std::string whole;
    for (std::size_t pieces = 0;; ++pieces) {
      const Event event = await_change(window_, property, XCB_PROPERTY_NEW_VALUE);
      const std::string part = text_in(*take(property));
      if (part.empty()) {
        return "INCR " + std::to_string(pieces) + " " + std::to_string(whole.size()) +
               (whole == offered(whole.size()) ? " right" : " wrong");
      }
      whole += part;
    }
  }

  void serve(const xcb_selection_request_event_t& request) {
    bool done = true;
    if (request.target == atom("MULTIPLE")) {
      convert_each(request);
    } else {
      done = convert(request.requestor, request.target, request.property);
    }
    xcb_selection_notify_event_t notice{};
    notice.response_type = XCB_SELECTION_NOTIFY;
    notice.time = request.time;
    notice.requestor = request.requestor;
    notice.selection = request.selection;
    notice.target = request.target;
    notice.property = done ? request.property : xcb_atom_t{XCB_NONE};
    ::xcb_send_event(get(), 0, request.requestor, XCB_EVENT_MASK_NO_EVENT,
                     reinterpret_cast<const char*>(&notice));
    ::xcb_flush(get());
    if (done && request.target == XCB_ATOM_STRING && content_.size() > 2 * piece)
      send_pieces(request.requestor, request.property);
  }
  void convert_each(const xcb_selection_request_event_t& request) {
    constexpr std::uint32_t all = 0x1FFF'FFFF;
    const Property list(::xcb_get_property_reply(
        get(),
        ::xcb_get_property(get(), 0, request.requestor, request.property, XCB_GET_PROPERTY_TYPE_ANY, 0, all),
        nullptr));
    std::vector<std::uint32_t> pairs = numbers_in(*list);
    for (std::size_t k = 0; k + 1 < pairs.size(); k += 2) {
      if (!convert(request.requestor, pairs[k], pairs[k + 1])) pairs[k] = XCB_NONE;
    }
    ::xcb_change_property(get(), XCB_PROP_MODE_REPLACE, request.requestor, request.property,
                          atom("ATOM_PAIR"), 32, static_cast<std::uint32_t>(pairs.size()), pairs.data());
  }
  bool convert(xcb_window_t to, xcb_atom_t target, xcb_atom_t property) {
    const auto put = [&](xcb_atom_t type, std::uint8_t format, const void* data, std::size_t items) {
      ::xcb_change_property(get(), XCB_PROP_MODE_REPLACE, to, property, type, format,
                            static_cast<std::uint32_t>(items), data);
      return true;
    };
    if (target == atom("TIMESTAMP")) return put(XCB_ATOM_INTEGER, 32, &since_, 1);
    if (target == atom("LENGTH")) {
      const auto size = static_cast<std::uint32_t>(content_.size());
      return put(XCB_ATOM_INTEGER, 32, &size, 1);
    }
    if (target != XCB_ATOM_STRING) return false;
    if (content_.size() <= 2 * piece) return put(XCB_ATOM_STRING, 8, content_.data(), content_.size());
    const std::uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE;
    ::xcb_change_window_attributes(get(), to, XCB_CW_EVENT_MASK, &events);
    const auto size = static_cast<std::uint32_t>(content_.size());
    return put(atom("INCR"), 32, &size, 1);
  }
  void send_pieces(xcb_window_t to, xcb_atom_t property) {
    for (std::size_t done = 0, size = 1; size > 0; done += size) {
      await_change(to, property, XCB_PROPERTY_DELETE);
      size = std::min(piece, content_.size() - done);
      ::xcb_change_property(get(), XCB_PROP_MODE_REPLACE, to, property, XCB_ATOM_STRING, 8,
                            static_cast<std::uint32_t>(size), content_.data() + done);
      ::xcb_flush(get());
    }
  }

  std::string content_;
  Owned<xcb_connection_t> x_;
  xcb_window_t window_ = XCB_NONE;
  xcb_atom_t selection_ = XCB_NONE;
  xcb_timestamp_t since_ = XCB_CURRENT_TIME;
  std::deque<Event> later_, requests_;
};

std::string done_by(Desk& desk, const std::string& line) {
  std::istringstream words(line);
  std::string what, first, second;
  words >> what >> first >> second;
  if (what == "owner") return desk.owner();
  if (what == "own") return desk.own(0);
  if (what == "own_before") return desk.own(static_cast<std::uint32_t>(std::stoul(first)));
  if (what == "disown") return desk.disown();
  if (what == "ask") return desk.ask(first);
  if (what == "answer") return desk.answer();
  if (what == "paste") return desk.ask(first), desk.answer();
  if (what == "multiple") return desk.multiple(first, second);
  if (what == "asked") return desk.asked(std::stoul(first));
  if (what == "serve") return desk.serve(std::stoul(first));
  if (what == "cleared") return desk.cleared();
  if (what == "look") return desk.look();
  throw std::logic_error("no such line: " + line);
}

}  // namespace

std::string selection_name() { return "IPCMARK_" + os::new_run_id(); }

void use_selection(Stage& stage) {
  std::istringstream words(stage.text());
  std::string selection;
  std::size_t size = 5;
  words >> selection >> size;
  if (!words) size = 5;
  Desk desk(selection, size);
  for (;;) stage.say(done_by(desk, stage.hear()));
}

}  // namespace ipcmark::x11
