// WCB: the clipboard. It belongs to the user: nothing here touches it unless that was allowed, and its text
// is put back in the end.
#include <gtest/gtest.h>

#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/contracts/windows/clipboards.hpp"

namespace ipcmark {
namespace {

using namespace windows;

void one_has_it_open() {
  Users users(2);
  EXPECT_EQ(ask(users[0], "open_clipboard"), "ok");
  EXPECT_EQ(ask(users[1], "open_clipboard"), "ERROR_ACCESS_DENIED");
  EXPECT_EQ(ask(users[0], "close_clipboard"), "ok");
  EXPECT_EQ(ask(users[1], "open_clipboard"), "ok");
  EXPECT_EQ(ask(users[1], "close_clipboard"), "ok");
}

void what_was_put_is_got() {
  Users users(2);
  const std::string format = ask(users[0], "format " + fresh_name());
  for (const unsigned mebibytes : {1U, 16U, 64U}) {
    const std::string bytes = std::to_string(mebibytes << 20U);
    require_done(users[0], "open_clipboard");
    require_done(users[0], "empty_clipboard");
    require_done(users[0], "put_filled " + format + " " + bytes + " 7");
    require_done(users[0], "close_clipboard");
    Words answer(get_text(users[1], "get_filled " + format));
    EXPECT_GE(next<std::uint64_t>(answer), std::uint64_t{mebibytes} << 20U);
    EXPECT_GE(next<std::uint64_t>(answer), std::uint64_t{mebibytes} << 20U);
    EXPECT_EQ(next<int>(answer), 7);
  }
}

void who_empties_it_owns_it() {
  Users users(2);
  put_text(users[0], "abc");
  EXPECT_EQ(ask(users[0], "owns_clipboard"), "yes");
  put_text(users[1], "def");
  EXPECT_EQ(ask(users[0], "owns_clipboard"), "no");
  EXPECT_EQ(ask(users[1], "owns_clipboard"), "yes");
  EXPECT_EQ(ask(users[0], "counts"), "0 0 1") << "who lost it was told once";
}

void it_can_be_filled_without_a_window() {
  const Borrowed borrowed;
  Puppet writer, reader;
  put_text(writer, "abc");
  EXPECT_EQ(get_text(reader), "got abc");
}

void the_number_grows_with_each_change() {
  Users users(2);
  const auto number = [&] { return std::stoull(ask(users[1], "sequence")); };
  std::uint64_t before = number();
  for (int k = 0; k < 3; ++k) {
    put_text(users[0], "abc");
    const std::uint64_t now = number();
    EXPECT_GT(now, before);
    before = now;
    EXPECT_EQ(get_text(users[1]), "got abc");
    EXPECT_EQ(number(), before) << "a read is no change";
  }
}

void every_listener_hears_of_a_change() {
  Users users(4);
  for (std::size_t k = 1; k < 4; ++k) EXPECT_EQ(ask(users[k], "listen"), "ok");
  const auto await = [&](const char* counts) {
    for (std::size_t k = 1; k < 4; ++k) {
      while (ask(users[k], "counts") != counts) {
      }
    }
  };
  put_text(users[0], "abc");
  await("1 0 0");
  for (const char* line : {"open_clipboard", "empty_clipboard", "close_clipboard"})
    require_done(users[0], line);
  await("2 0 0");
}

void texts_are_made_of_each_other() {
  Users users(2);
  put_text(users[0], "abc");
  EXPECT_EQ(get_text(users[1], "get " + std::to_string(CF_OEMTEXT)), "got abc");
  Words answer(get_text(users[1], "get_filled " + std::to_string(CF_UNICODETEXT)));
  EXPECT_GE(next<unsigned>(answer), 4 * sizeof(wchar_t));
}

void a_format_has_one_number() {
  const std::string line = "format " + fresh_name();
  Puppet one, other;
  const std::string number = ask(one, line);
  EXPECT_NE(number, "0");
  EXPECT_EQ(ask(other, line), number);
  EXPECT_NE(ask(other, "format " + fresh_name()), number);
}

void sizes_may_be_rounded_up() {
  Users users(2);
  const std::string format = ask(users[0], "format " + fresh_name());
  for (const unsigned size : {1U, 3U, 17U, 1001U}) {
    for (const std::string& line :
         {std::string("open_clipboard"), std::string("empty_clipboard"),
          "put_filled " + format + " " + std::to_string(size) + " 5", std::string("close_clipboard")})
      require_done(users[0], line);
    Words answer(get_text(users[1], "get_filled " + format));
    const auto got = next<unsigned>(answer);
    observe(std::to_string(size) + " became " + std::to_string(got));
    EXPECT_GE(got, size);
    EXPECT_GE(next<unsigned>(answer), size);
  }
}

void formats_of_one_writer_stay_together() {
  constexpr int processes = 6, rounds = 30;
  Users users(processes);
  const std::string one = ask(users[0], "format " + fresh_name()),
                    other = ask(users[0], "format " + fresh_name());
  for (int k = 0; k < processes; ++k)
    users[static_cast<std::size_t>(k)].say("replace " + std::to_string(rounds) + " p" + std::to_string(k) +
                                           " " + one + " " + other);
  std::uint64_t refused = 0;
  for (Puppet& user : users.all) {
    Words answer(user.hear());
    refused += next<std::uint64_t>(answer);
    EXPECT_EQ(next<int>(answer), 0) << "rounds in which the two formats were of different writers";
  }
  observe(std::to_string(refused) + " times somebody else had it open");
  const std::string last = get_text(users[0], "get " + one);
  EXPECT_TRUE(last.ends_with("-" + std::to_string(rounds - 1))) << last;
}

constexpr const char* operations = "Microsoft, Clipboard Operations";

constexpr Clause table[]{
    {.id = "WCB-01",
     .title = "OneProcessHasItOpenAtATime",
     .source = operations,
     .body = one_has_it_open,
     .alone = true},
    {.id = "WCB-02",
     .title = "WhatWasPutIsWhatAnotherProcessGets",
     .source = operations,
     .body = what_was_put_is_got,
     .alone = true},
    {.id = "WCB-03",
     .title = "WhoEmptiesItOwnsItUntilAnotherDoes",
     .source = operations,
     .body = who_empties_it_owns_it,
     .alone = true},
    {.id = "WCB-04",
     .title = "ItCanBeFilledWithoutAWindow",
     .source = "Microsoft, SetClipboardData; Wine 8.0, user32/tests/clipboard.c, which Windows passes",
     .body = it_can_be_filled_without_a_window,
     .documented = "SetClipboardData fails when the clipboard was opened without a window",
     .observed = "it succeeds",
     .alone = true},
    {.id = "WCB-05",
     .title = "TheSequenceNumberGrowsWithEachChangeAndNotByReads",
     .source = "Microsoft, GetClipboardSequenceNumber",
     .body = the_number_grows_with_each_change,
     .alone = true},
    {.id = "WCB-06",
     .title = "EveryListenerHearsOfAChangeOnce",
     .source = "Microsoft, AddClipboardFormatListener",
     .body = every_listener_hears_of_a_change,
     .alone = true},
    {.id = "WCB-07",
     .title = "AFormatIsRenderedOnceWhenItIsAskedFor",
     .source = operations,
     .body = a_promise_is_kept_once,
     .alone = true},
    {.id = "WCB-08",
     .title = "AFormatThatWasNotRenderedGoesWithItsProcess",
     .source = "Microsoft, WM_RENDERALLFORMATS",
     .body = a_promise_goes_with_its_process,
     .alone = true},
    {.id = "WCB-09",
     .title = "WhatWasRenderedOutlivesItsTerminatedProcess",
     .source = operations,
     .body = rendered_data_outlive_their_process,
     .alone = true},
    {.id = "WCB-10",
     .title = "ATerminatedProcessHasItOpenNoMore",
     .source = operations,
     .body = a_dead_process_has_it_open_no_more,
     .alone = true},
    {.id = "WCB-11",
     .title = "DataOutliveTheirWriter",
     .source = operations,
     .body = data_outlive_their_writer,
     .alone = true},
    {.id = "WCB-12",
     .title = "TextsAreMadeOfEachOther",
     .source = "Microsoft, Clipboard Formats, Synthesized Clipboard Formats",
     .body = texts_are_made_of_each_other,
     .alone = true},
    {.id = "WCB-13",
     .title = "AFormatHasOneNumberInAllProcesses",
     .source = "Microsoft, RegisterClipboardFormat",
     .body = a_format_has_one_number},
    {.id = "WCB-15",
     .title = "TheSizeOfWhatIsGotMayBeRoundedUp",
     .source = "Microsoft, GlobalAlloc, Remarks",
     .body = sizes_may_be_rounded_up,
     .alone = true},
    {.id = "WCB-16",
     .title = "FormatsOfOneWriterStayTogetherUnderContention",
     .source = operations,
     .body = formats_of_one_writer_stay_together,
     .alone = true},
};

constexpr LeftOut left_out[]{
    {.id = "WCB-14",
     .reason =
         "what goes into the clipboard's history, or to the cloud, cannot be asked for by a program of the "
         "Win32 API, and Wine has neither"},
};

}  // namespace

const Section win_clipboard_section{.name = "WCB", .count = 16, .clauses = table, .left_out = left_out};

}  // namespace ipcmark
