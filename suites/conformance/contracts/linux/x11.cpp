// X11: selections, of which CLIPBOARD is one. X Window System Protocol; ICCCM, section 2. Between clients of
// the server that DISPLAY names, over selections that nobody else uses.
#include <gtest/gtest.h>
#include <sys/uio.h>
#include <xcb/xcb.h>
#include <xcb/xcbext.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/x11_desk.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

using x11::use_selection;

// An owner and a requestor of one selection.
struct Pair {
  explicit Pair(const std::string& bytes = {}) : owner(use_selection, {}, name + bytes) {
    EXPECT_EQ(ask(owner, "own"), "mine");
  }
  std::string name = x11::selection_name();
  Actor owner, requestor{use_selection, {}, name};
};

void an_owner_answers() {
  Pair pair;
  EXPECT_EQ(ask(pair.requestor, "owner"), "other");
  pair.owner.say("serve 2");
  EXPECT_EQ(ask(pair.requestor, "paste STRING"), "STRING 5 hello");
  EXPECT_EQ(ask(pair.requestor, "paste LENGTH"), "INTEGER 5");
  EXPECT_EQ(pair.owner.hear(), "served 2");
  pair.owner.say("serve 1");
  EXPECT_EQ(ask(pair.requestor, "paste BITMAP"), "refused") << "what the owner does not have";
  EXPECT_EQ(pair.owner.hear(), "served 1");
}

void nobody_answers_for_none() {
  const std::string name = x11::selection_name();
  Actor requestor(use_selection, {}, name);
  EXPECT_EQ(ask(requestor, "owner"), "none");
  EXPECT_EQ(ask(requestor, "paste STRING"), "refused") << "of a selection that never had an owner";
  Actor owner(use_selection, {}, name);
  EXPECT_EQ(ask(owner, "own"), "mine");
  EXPECT_EQ(ask(owner, "disown"), "none");
  EXPECT_EQ(ask(requestor, "paste STRING"), "refused") << "of one that its owner has given up";
}

// The server learns of the end of a client by its socket, in its own time.
std::string owner_without_the_dead(Actor& requestor) {
  std::string owner;
  while ((owner = ask(requestor, "owner")) == "other") {
  }
  return owner;
}

void a_dead_owner_owns_nothing() {
  Pair pair;
  pair.owner.say("serve 1");
  EXPECT_EQ(ask(pair.requestor, "paste STRING"), "STRING 5 hello");
  pair.owner.kill();
  EXPECT_EQ(owner_without_the_dead(pair.requestor), "none");
  EXPECT_EQ(ask(pair.requestor, "paste STRING"), "refused");
}

void a_pending_request_is_never_answered() {
  Pair stopped, killed;
  for (Pair* const pair : {&stopped, &killed}) {
    EXPECT_EQ(ask(pair->requestor, "ask STRING"), "asked");
    EXPECT_EQ(ask(pair->owner, "asked 1"), "asked 1");
  }
  stopped.owner.stop();
  EXPECT_EQ(ask(stopped.requestor, "look"), "nothing");
  killed.owner.kill();
  EXPECT_EQ(owner_without_the_dead(killed.requestor), "none");
  EXPECT_EQ(ask(killed.requestor, "look"), "nothing") << "the server does not answer for the dead";
  for (Pair* const pair : {&stopped, &killed}) {
    pair->requestor.say("answer");
    EXPECT_EQ(pair->requestor.hear_unless_stuck(Look::brief), std::nullopt);
  }
  // The one that only stood still answers late.
  stopped.owner.resume();
  EXPECT_EQ(ask(stopped.owner, "serve 1"), "served 1");
  EXPECT_EQ(stopped.requestor.hear(), "STRING 5 hello");
}

void an_older_time_is_ignored() {
  Pair pair;
  Actor late(use_selection, {}, pair.name);
  EXPECT_EQ(ask(late, "own_before 1000"), "other");
  EXPECT_EQ(ask(pair.owner, "owner"), "mine");
  EXPECT_EQ(ask(pair.owner, "look"), "nothing") << "and the owner is told of nothing";
  EXPECT_EQ(ask(late, "own"), "mine");
}

void the_old_owner_is_told() {
  Pair pair;
  EXPECT_EQ(ask(pair.owner, "look"), "nothing");
  Actor next(use_selection, {}, pair.name);
  EXPECT_EQ(ask(next, "own"), "mine");
  EXPECT_EQ(ask(pair.owner, "cleared"), "cleared");
  EXPECT_EQ(ask(pair.owner, "owner"), "other");
  EXPECT_EQ(ask(next, "look"), "nothing") << "the new one is told of nothing";
}

void large_data_goes_in_pieces() {
  constexpr std::size_t size = 1'000'003, piece = 65'536;
  Pair pair(" " + std::to_string(size));
  pair.owner.say("serve 1");
  EXPECT_EQ(ask(pair.requestor, "paste STRING"),
            "INCR " + std::to_string(size / piece + 1) + " " + std::to_string(size) + " right");
  EXPECT_EQ(pair.owner.hear(), "served 1");
}

void requestors_are_served_for_themselves() {
  Pair pair;
  Actor second(use_selection, {}, pair.name), third(use_selection, {}, pair.name);
  EXPECT_EQ(ask(pair.requestor, "ask STRING"), "asked");
  EXPECT_EQ(ask(second, "ask LENGTH"), "asked");
  EXPECT_EQ(ask(third, "ask BITMAP"), "asked");
  EXPECT_EQ(ask(pair.owner, "asked 3"), "asked 3");
  EXPECT_EQ(ask(pair.owner, "serve 3"), "served 3");
  EXPECT_EQ(ask(third, "answer"), "refused");
  EXPECT_EQ(ask(second, "answer"), "INTEGER 5");
  EXPECT_EQ(ask(pair.requestor, "answer"), "STRING 5 hello");
  pair.owner.say("serve 2");
  EXPECT_EQ(ask(pair.requestor, "multiple STRING LENGTH"), "STRING 5 hello, INTEGER 5");
  EXPECT_EQ(ask(pair.requestor, "multiple LENGTH BITMAP"), "INTEGER 5, None");
  EXPECT_EQ(pair.owner.hear(), "served 2");
}

// Of whoever owns CLIPBOARD now, which is asked and not changed.
void the_present_owner_has_what_it_must() {
  Actor requestor(use_selection, {}, "CLIPBOARD");
  if (ask(requestor, "owner") == "none")
    throw Unsupported("nobody owns CLIPBOARD on this display: copy something, and verify again");
  const std::string targets = ask(requestor, "paste TARGETS") + " ";
  observe("the owner of CLIPBOARD offers " + targets);
  for (const char* const target : {"TARGETS", "MULTIPLE", "TIMESTAMP"})
    EXPECT_NE(targets.find(std::string(" ") + target + " "), std::string::npos) << target;
  const std::string since = ask(requestor, "paste TIMESTAMP");
  EXPECT_TRUE(since.starts_with("INTEGER ")) << since;
  // An owner that dies of this question takes the content along: xsel 1.2.0 does.
  if (!clipboard_may_be_touched) {
    observe("MULTIPLE was not asked for: that takes --touch-clipboard");
    return;
  }
  requestor.say("multiple TIMESTAMP IPCMARK_NO_SUCH_FORM");
  const auto both = requestor.hear_unless_stuck(Look::thorough);
  EXPECT_EQ(both.value_or("no answer"), since + ", None") << "of an owner that says it has MULTIPLE";
}

struct Free {
  void operator()(void* memory) const noexcept { std::free(memory); }
  void operator()(xcb_connection_t* connection) const noexcept { ::xcb_disconnect(connection); }
};
using Connection = std::unique_ptr<xcb_connection_t, Free>;

Connection connected() {
  Connection x(::xcb_connect(nullptr, nullptr));
  if (::xcb_connection_has_error(x.get()) != 0)
    throw Unsupported("no X display can be used; DISPLAY names it, and Xvfb(1) gives one without a screen");
  return x;
}
xcb_window_t window_of(xcb_connection_t* x) {
  const xcb_window_t window = ::xcb_generate_id(x);
  const xcb_window_t root = ::xcb_setup_roots_iterator(::xcb_get_setup(x)).data->root;
  ::xcb_create_window(x, 0, window, root, 0, 0, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT, 0,
                      nullptr);
  return window;
}

constexpr std::size_t change_header = 28;  // bytes of a ChangeProperty of BIG-REQUESTS before its data

// "ok", or the number of the error with which the server answers a ChangeProperty of so many bytes. It is
// written past libxcb, which would rather close the connection than send what the server does not take.
std::string changed_past_libxcb(xcb_connection_t* x, xcb_window_t window, std::size_t bytes) {
  std::uint64_t sent = 0;
  if (::xcb_take_socket(
          x, [](void*) {}, nullptr, 0, &sent) == 0)
    return "no socket";
  std::vector<std::uint32_t> request((change_header + bytes) / 4);
  request[0] = XCB_CHANGE_PROPERTY;  // and a length of 0, behind which the true one follows
  request[1] = static_cast<std::uint32_t>(request.size());
  request[2] = window;
  request[3] = XCB_ATOM_WM_NAME;
  request[4] = XCB_ATOM_STRING;
  request[5] = 8;
  request[6] = static_cast<std::uint32_t>(bytes);
  iovec whole{request.data(), request.size() * 4};
  if (::xcb_writev(x, &whole, 1, 1) == 0) return "not written";
  // An error comes before the answer to what is asked afterwards.
  const std::unique_ptr<xcb_get_input_focus_reply_t, Free> after(
      ::xcb_get_input_focus_reply(x, ::xcb_get_input_focus(x), nullptr));
  if (!after) return "closed";
  const std::unique_ptr<xcb_generic_event_t, Free> event(::xcb_poll_for_event(x));
  if (!event) return "ok";
  return std::to_string(reinterpret_cast<const xcb_generic_error_t&>(*event).error_code);
}

std::size_t length_of_the_name(xcb_connection_t* x, xcb_window_t window) {
  const std::unique_ptr<xcb_get_property_reply_t, Free> reply(::xcb_get_property_reply(
      x, ::xcb_get_property(x, 0, window, XCB_ATOM_WM_NAME, XCB_GET_PROPERTY_TYPE_ANY, 0, 0), nullptr));
  return reply ? reply->bytes_after : 0;
}

void one_request_has_a_limit() {
  constexpr int bad_length = 16;  // BadLength, X Window System Protocol, section 4
  constexpr std::size_t mib = 1 << 20;
  const Connection writer = connected(), reader = connected();
  EXPECT_EQ(::xcb_get_setup(writer.get())->maximum_request_length * 4U, 262'140U) << "without BIG-REQUESTS";
  const std::size_t most = ::xcb_get_maximum_request_length(writer.get()) * std::size_t{4};
  record("most_bytes", most);
  EXPECT_GT(most, 262'140U) << "by BIG-REQUESTS";
  const xcb_window_t window = window_of(writer.get());
  for (const std::size_t fits : {std::size_t{256} * 1024, most - mib, most - change_header}) {
    EXPECT_EQ(changed_past_libxcb(writer.get(), window, fits), "ok") << fits << " bytes";
    EXPECT_EQ(length_of_the_name(reader.get(), window), fits);
  }
  EXPECT_EQ(changed_past_libxcb(writer.get(), window, most - change_header + 4), std::to_string(bad_length));
  EXPECT_EQ(length_of_the_name(reader.get(), window), most - change_header) << "the property stays as it was";
}

constexpr Clause table[]{
    {.id = "X11-01",
     .title = "ARequestorGetsAPropertyOfTheStatedTypeFromTheOwner",
     .source = "ICCCM 2.2, 2.4",
     .body = an_owner_answers},
    {.id = "X11-02",
     .title = "WithoutAnOwnerARequestIsAnsweredWithoutAProperty",
     .source = "ICCCM 2.4; X Window System Protocol, ConvertSelection",
     .body = nobody_answers_for_none},
    {.id = "X11-03",
     .title = "AKilledOwnerOwnsNothingAndItsContentIsGone",
     .source = "X Window System Protocol, SetSelectionOwner",
     .body = a_dead_owner_owns_nothing},
    {.id = "X11-04",
     .title = "ARequestThatItsOwnerDoesNotAnswerIsNeverAnswered",
     .source = "ICCCM 2.4: it is for requestors to lose patience",
     .body = a_pending_request_is_never_answered},
    {.id = "X11-05",
     .title = "AnOwnerWithAnOlderTimeIsIgnored",
     .source = "ICCCM 2.1; X Window System Protocol, SetSelectionOwner",
     .body = an_older_time_is_ignored},
    {.id = "X11-06",
     .title = "OneRequestHasAtMostTheMaximumLengthAndOneMoreWordIsBadLength",
     .source = "X Window System Protocol, section 4; BIG-REQUESTS Extension",
     .body = one_request_has_a_limit},
    {.id = "X11-07",
     .title = "LargeDataComesInPiecesInOrderUntilOneOfNoBytes",
     .source = "ICCCM 2.7.2",
     .body = large_data_goes_in_pieces},
    {.id = "X11-08",
     .title = "AnOwnerIsToldThatAnotherTookItsPlace",
     .source = "ICCCM 2.3.2",
     .body = the_old_owner_is_told},
    {.id = "X11-09",
     .title = "SeveralRequestorsAndSeveralTargetsAreServedEachForItself",
     .source = "ICCCM 2.6.2",
     .body = requestors_are_served_for_themselves},
    {.id = "X11-10",
     .title = "ThePresentOwnerOfTheClipboardHasTargetsMultipleAndTimestamp",
     .source = "ICCCM 2.6.2",
     .body = the_present_owner_has_what_it_must},
};

}  // namespace

const Section x11_section{.name = "X11", .count = 10, .clauses = table};

}  // namespace ipcmark
