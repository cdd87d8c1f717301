// WCB: who filled the clipboard, and what of it outlives them.
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "suites/conformance/contracts/windows/clipboards.hpp"

namespace ipcmark::windows {
namespace {

void open_for_oneself() {
  while (::OpenClipboard(nullptr) == FALSE) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

Borrowed::Borrowed() {
  if (!case_settings().touch_clipboard) {
    throw Unsupported(
        "it would replace what is in your clipboard, and does so only when asked: add --touch-clipboard (a "
        "text that was there is put back at the end)");
  }
  open_for_oneself();
  if (const HANDLE memory = ::GetClipboardData(CF_UNICODETEXT); memory != nullptr) {
    text_ = static_cast<const wchar_t*>(::GlobalLock(memory));
    ::GlobalUnlock(memory);
  }
  ::EmptyClipboard();
  ::CloseClipboard();
}
Borrowed::~Borrowed() {
  open_for_oneself();
  ::EmptyClipboard();
  if (text_) {
    const std::size_t size = (text_->size() + 1) * sizeof(wchar_t);
    const HGLOBAL memory = ::GlobalAlloc(GMEM_MOVEABLE, size);
    std::memcpy(::GlobalLock(memory), text_->c_str(), size);
    ::GlobalUnlock(memory);
    ::SetClipboardData(CF_UNICODETEXT, memory);
  }
  ::CloseClipboard();
}

Users::Users(std::size_t count) : all(count) {
  for (Puppet& one : all) ask(one, "window " + fresh_name());
}

void put_text(Puppet& puppet, const std::string& text) {
  for (const std::string& line : {std::string("open_clipboard"), std::string("empty_clipboard"),
                                  "put " + text_format + " " + text, std::string("close_clipboard")})
    require_done(puppet, line);
}
std::string get_text(Puppet& puppet, const std::string& line) {
  require_done(puppet, "open_clipboard");
  std::string answer = ask(puppet, line);
  require_done(puppet, "close_clipboard");
  return answer;
}

void a_promise_is_kept_once() {
  Users users(2);
  for (const char* line : {"open_clipboard", "empty_clipboard", "promise abc", "close_clipboard"})
    require_done(users[0], line);
  EXPECT_EQ(ask(users[0], "counts"), "0 0 0");
  for (int k = 0; k < 2; ++k) EXPECT_EQ(get_text(users[1]), "got abc");
  EXPECT_EQ(ask(users[0], "counts"), "0 1 0");
}

void a_promise_goes_with_its_process() {
  Users users(2);
  for (const char* line : {"open_clipboard", "empty_clipboard", "promise abc", "close_clipboard"})
    require_done(users[0], line);
  EXPECT_EQ(ask(users[1], "has_format " + text_format), "yes");
  users[0].kill();
  EXPECT_EQ(get_text(users[1]), "nothing");
}

void rendered_data_outlive_their_process() {
  Users users(2);
  for (const char* line : {"open_clipboard", "empty_clipboard", "promise abc", "close_clipboard"})
    require_done(users[0], line);
  EXPECT_EQ(get_text(users[1]), "got abc");
  users[0].kill();
  EXPECT_EQ(get_text(users[1]), "got abc");
}

void a_dead_process_has_it_open_no_more() {
  Users users(2);
  require_done(users[0], "open_clipboard");
  users[0].kill();
  EXPECT_EQ(ask(users[1], "open_clipboard"), "ok");
  EXPECT_EQ(ask(users[1], "close_clipboard"), "ok");
}

void data_outlive_their_writer() {
  Users users(2);
  put_text(users[0], "abc");
  users[0].say("exit 0");
  EXPECT_TRUE(users[0].wait().clean());
  EXPECT_EQ(get_text(users[1]), "got abc");
}

}  // namespace ipcmark::windows
