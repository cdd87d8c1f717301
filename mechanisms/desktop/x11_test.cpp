// The clipboard of an X server: what was in it is there again, and it is one link's at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "harness/os/posix/process_testing.hpp"
#include "harness/results/scratch_testing.hpp"
#include "mechanisms/desktop/x11_contents.hpp"
#include "mechanisms/link_testing.hpp"

namespace ipcmark {
namespace {

// Where a program of PATH lies; empty when there is none.
std::string in_path(const std::string& program) {
  std::istringstream folders(std::getenv("PATH"));
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (std::filesystem::exists(folder + "/" + program)) return folder + "/" + program;
  }
  return {};
}

// An Xvfb of the test's own, which ends with it, on a display that it finds itself.
class X11 : public testing::Test {
 protected:
  void SetUp() override {
    const std::string program = in_path("Xvfb");
    if (program.empty()) GTEST_SKIP() << "there is no Xvfb here; scripts/setup --tests installs it";
    os::Pipe number;
    const os::RawHandle handle = number.write.raw();
    const std::string authority = write_authority();
    server_ = os::Process::start(program,
                                 {"-displayfd", std::to_string(os::first_child_handle), "-nolisten", "tcp",
                                  "-noreset", "-auth", authority},
                                 std::span(&handle, 1));
    ::setenv("XAUTHORITY", authority.c_str(), 1);
    ::setenv("DISPLAY", (":" + number.line()).c_str(), 1);
    clipboard_may_be_touched = true;
  }
  void TearDown() override {
    clipboard_may_be_touched = false;
    ::unsetenv("DISPLAY");
    ::unsetenv("XAUTHORITY");
  }

  // A cookie for any host and display, without which the server lets nobody in: Xsecurity(7), and the format
  // of Xauth(7). Returns where it lies.
  std::string write_authority() {
    const std::string name = "MIT-MAGIC-COOKIE-1";
    std::string cookie(16, '\0');
    std::random_device random;
    for (char& letter : cookie) letter = static_cast<char>(random());
    const auto counted = [](const std::string& part) {
      return std::string{'\0', static_cast<char>(part.size())} + part;
    };
    const std::string path = folder_.path("authority");
    std::ofstream(path, std::ios::binary)
        << "\xff\xff" << counted("") << counted("") << counted(name) << counted(cookie);
    return path;
  }

  // A link of its own, over which one message goes.
  static void use_the_clipboard(std::size_t size) {
    LinkUnderTest link("x11_clipboard", size);
    const auto consumer = link.open(Role::consumer), producer = link.open(Role::producer);
    const std::vector<std::byte> message(size, std::byte{7});
    std::thread sender([&] { EXPECT_EQ(producer->send(message).status, Status::ok); });
    std::vector<std::byte> got(size);
    EXPECT_EQ(consumer->recv(got).status, Status::ok);
    sender.join();
    EXPECT_EQ(got, message);
  }

 private:
  Scratch folder_;
  os::Process server_;
};

// Somebody who has copied something, and ends when another does.
class Somebody {
 public:
  Somebody(const std::string& text, std::size_t large) {
    os::Pipe ready;
    id_ = check(::fork(), "fork");
    if (id_ == 0) {
      const X11Connection x;
      const xcb_atom_t utf8 = x.atom("UTF8_STRING");
      X11Offer offer(x, {{.target = utf8, .type = utf8, .format = 8, .bytes = text},
                         {.target = XCB_ATOM_STRING,
                          .type = XCB_ATOM_STRING,
                          .format = 8,
                          .bytes = std::string(large, 'x')}});
      offer.own(x.atom("CLIPBOARD"));
      x.owner_of(XCB_ATOM_PRIMARY);
      static_cast<void>(!::write(ready.write.fd(), "\n", 1));
      for (;;) {
        const X11Event event(::xcb_wait_for_event(x.get()));
        if (!event || (event->response_type & 0x7F) == XCB_SELECTION_CLEAR) ::_exit(0);
        offer.on_event(*event);
      }
    }
    ready.line();
  }
  ~Somebody() { ::waitpid(id_, nullptr, 0); }
  Somebody(const Somebody&) = delete;
  Somebody& operator=(const Somebody&) = delete;

 private:
  pid_t id_ = 0;
};

TEST_F(X11, WhatWasInTheClipboardIsThereAgainInEveryFormWhenTheLinkIsGone) {
  constexpr std::size_t large = 1'000'000;
  const Somebody somebody("former", large);
  use_the_clipboard(64);
  use_the_clipboard(64);  // now it is there by grace of the first link's keeper
  const X11Connection x;
  const xcb_atom_t clipboard = x.atom("CLIPBOARD");
  const auto forms = X11Pasting(x, clipboard).everything();
  ASSERT_TRUE(forms.has_value());
  ASSERT_EQ(forms->size(), 2U);
  EXPECT_EQ(forms->at(0).bytes, "former");
  EXPECT_EQ(forms->at(0).target, x.atom("UTF8_STRING"));
  EXPECT_EQ(forms->at(1).bytes, std::string(large, 'x'));

  // The keeper ends when something else is copied.
  const xcb_window_t keeper = x.owner_of(clipboard);
  x.watch(keeper);
  ::xcb_set_selection_owner(x.get(), x.window(), clipboard, x.server_time());
  x.flush();
  for (bool ended = false; !ended;) {
    const X11Event event(::xcb_wait_for_event(x.get()));
    ASSERT_NE(event, nullptr);
    ended = (event->response_type & 0x7F) == XCB_DESTROY_NOTIFY;
  }
}

TEST_F(X11, AnEmptyClipboardIsEmptyAgain) {
  use_the_clipboard(64);
  const X11Connection x;
  while (x.owner_of(x.atom("CLIPBOARD")) != XCB_NONE) {  // until the server has seen the end of both ends
  }
}

TEST_F(X11, ASecondLinkOfOneProcessIsRefusedAndComesWhenTheFirstIsGone) {
  {
    const LinkUnderTest first("x11_clipboard", 64);
    EXPECT_THAT(why_not_here("x11_clipboard"), testing::HasSubstr("one CLIPBOARD"));
  }
  EXPECT_EQ(why_not_here("x11_clipboard"), "");
}

TEST_F(X11, MessagesOfEverySizeAroundThatOfAPiecePass) {
  for (const std::size_t size : {x11_piece - 1, x11_piece, x11_piece + 1, 2 * x11_piece, 3 * x11_piece + 5})
    use_the_clipboard(size);
}

TEST_F(X11, WithoutConsentTheClipboardIsNotTouched) {
  clipboard_may_be_touched = false;
  EXPECT_THAT(why_not_here("x11_clipboard"), testing::HasSubstr("--touch-clipboard"));
  EXPECT_EQ(why_not_here("x11_property"), "");
}

TEST(X11Refused, WithoutADisplayTheReasonSaysWhatGivesOne) {
  const char* const before = std::getenv("DISPLAY");
  const std::string display = before == nullptr ? "" : before;
  ::unsetenv("DISPLAY");
  EXPECT_THAT(why_not_here("x11_property"), testing::HasSubstr("Xvfb"));
  ::setenv("DISPLAY", ":no display", 1);
  EXPECT_THAT(why_not_here("x11_property"), testing::HasSubstr("cannot be used"));
  ::setenv("DISPLAY", display.c_str(), 1);
}

}  // namespace
}  // namespace ipcmark
