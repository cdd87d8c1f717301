// WNP: the other end of a named pipe, and its end.
#include <gtest/gtest.h>

#include "suites/conformance/contracts/windows/named_pipes.hpp"

namespace ipcmark::windows {

void messages_are_read_before_the_end() {
  NamedPipe pipe;
  pipe.read_messages();
  EXPECT_EQ(ask(pipe.server, "write s abc"), "3");
  EXPECT_EQ(ask(pipe.server, "write s def"), "3");
  EXPECT_EQ(ask(pipe.server, "close s"), "ok");
  EXPECT_EQ(ask(pipe.client, "read c 100"), "got abc");
  EXPECT_EQ(ask(pipe.client, "read c 100"), "got def");
  EXPECT_EQ(ask(pipe.client, "read c 100"), "ERROR_BROKEN_PIPE");
  EXPECT_EQ(ask(pipe.client, "write c abc"), "ERROR_NO_DATA");
}

void disconnecting_discards_what_is_unread() {
  NamedPipe pipe;
  EXPECT_EQ(ask(pipe.server, "write s abc"), "3");
  EXPECT_EQ(ask(pipe.server, "disconnect s"), "ok");
  EXPECT_EQ(ask(pipe.client, "read c 100"), "ERROR_PIPE_NOT_CONNECTED");
  EXPECT_EQ(ask(pipe.client, "write c abc"), "ERROR_PIPE_NOT_CONNECTED");
}

void a_flush_waits_until_all_is_read() {
  NamedPipe pipe;
  pipe.read_messages();
  for (const char* text : {"abc", "def"}) require_done(pipe.server, std::string("write s ") + text);
  pipe.server.say("flush s");
  pipe.server.await_blocked();
  EXPECT_EQ(ask(pipe.client, "read c 100"), "got abc");
  pipe.server.await_blocked();
  EXPECT_EQ(ask(pipe.client, "read c 100"), "got def");
  EXPECT_EQ(pipe.server.hear(), "ok");
  require_done(pipe.server, "write s ghi");
  pipe.server.say("flush s");
  pipe.server.await_blocked();
  pipe.client.kill();
  EXPECT_EQ(pipe.server.hear(), "ERROR_BROKEN_PIPE");
}

void a_terminated_clients_write_vanishes() {
  NamedPipe pipe({.quota = 64});
  pipe.client.say("fill c 60000");
  pipe.client.await_blocked();
  pipe.client.kill();
  EXPECT_EQ(ask(pipe.server, "drain s"), "0 ERROR_BROKEN_PIPE");
}

// The test has the client's end as well, and lends it to two processes.
void a_read_ends_with_its_process() {
  const std::string path = fresh_pipe();
  Puppet server;
  require_done(server, create_pipe("s", path));
  os::Handle end = os::require(::CreateFileW(os::wide(path).c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                                             OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr),
                               "CreateFile of a pipe");
  Puppet passing({end.raw()}), staying({end.raw()});
  end.reset();
  EXPECT_EQ(ask(passing, "begin_read h0 100"), "pending");
  passing.say("exit 0");
  EXPECT_TRUE(passing.wait().clean());
  EXPECT_EQ(ask(server, "write s abc"), "3");
  ask(staying, "begin_read h0 100");
  EXPECT_EQ(ask(staying, "end h0"), "3");
}

void the_client_can_be_named() {
  NamedPipe pipe;
  EXPECT_EQ(ask(pipe.server, "client s"), std::to_string(pipe.client.id()));
  EXPECT_EQ(ask(pipe.client, "server c"), std::to_string(pipe.server.id()));
  EXPECT_EQ(ask(pipe.client, "client c"), std::to_string(pipe.client.id()));
}

void impersonation_honours_the_clients_level() {
  for (const DWORD level : {SECURITY_IDENTIFICATION, SECURITY_IMPERSONATION}) {
    NamedPipe pipe({}, SECURITY_SQOS_PRESENT | level);
    require_done(pipe.client, "write c abc");
    EXPECT_EQ(ask(pipe.server, "read s 100"), "got abc");
    EXPECT_EQ(ask(pipe.server, "impersonate s"), std::to_string(level >> 16U));
  }
}

}  // namespace ipcmark::windows
