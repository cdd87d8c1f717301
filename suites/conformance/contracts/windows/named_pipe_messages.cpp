// WNP: what a write and a read of a named pipe do.
#include <gtest/gtest.h>

#include "suites/conformance/contracts/windows/named_pipes.hpp"

namespace ipcmark::windows {

void a_write_is_one_message() {
  NamedPipe pipe;
  pipe.read_messages();
  EXPECT_EQ(ask(pipe.server, "write s abcdef"), "6");
  EXPECT_EQ(ask(pipe.server, "write s gh"), "2");
  EXPECT_EQ(ask(pipe.client, "read c 3"), "more abc");
  EXPECT_EQ(ask(pipe.client, "read c 3"), "got def");
  EXPECT_EQ(ask(pipe.client, "read c 100"), "got gh");
}

void a_client_begins_in_byte_mode() {
  NamedPipe pipe;
  for (const char* text : {"abcd", "efgh"}) require_done(pipe.server, std::string("write s ") + text);
  EXPECT_EQ(ask(pipe.client, "read c 100"), "got abcdefgh");
  pipe.read_messages();
  for (const char* text : {"abcd", "efgh"}) require_done(pipe.server, std::string("write s ") + text);
  EXPECT_EQ(ask(pipe.client, "read c 100"), "got abcd");
  EXPECT_EQ(ask(pipe.client, "read c 100"), "got efgh");
}

void a_message_of_nothing_is_delivered() {
  NamedPipe pipe;
  pipe.read_messages();
  EXPECT_EQ(ask(pipe.server, "write s -"), "0");
  EXPECT_EQ(ask(pipe.server, "write s abc"), "3");
  EXPECT_EQ(ask(pipe.client, "read c 100"), "got ");
  EXPECT_EQ(ask(pipe.client, "read c 100"), "got abc");
}

void bytes_are_not_read_as_messages() {
  Puppet server;
  EXPECT_EQ(ask(server, create_pipe("s", fresh_pipe(), {.mode = PIPE_TYPE_BYTE | PIPE_READMODE_MESSAGE})),
            "ERROR_INVALID_PARAMETER");
  NamedPipe pipe({.mode = bytes_mode});
  EXPECT_EQ(ask(pipe.client, "mode c " + std::to_string(PIPE_READMODE_MESSAGE)), "ERROR_INVALID_PARAMETER");
}

void an_empty_read_without_waiting() {
  NamedPipe pipe;
  require_done(pipe.client, "mode c " + std::to_string(PIPE_READMODE_MESSAGE | PIPE_NOWAIT));
  EXPECT_EQ(ask(pipe.client, "read c 10"), "ERROR_NO_DATA");
  EXPECT_EQ(ask(pipe.server, "write s abc"), "3");
  EXPECT_EQ(ask(pipe.client, "read c 10"), "got abc");
}

constexpr PipeShape impatient{.mode = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_NOWAIT, .quota = 512};

void a_message_that_does_not_fit_without_waiting() {
  NamedPipe pipe(impatient);
  require_done(pipe.client, "mode c " + std::to_string(PIPE_READMODE_MESSAGE | PIPE_NOWAIT));
  EXPECT_EQ(ask(pipe.server, "fill s 600"), "0");
  EXPECT_EQ(ask(pipe.client, "read c 10"), "ERROR_NO_DATA");
  EXPECT_EQ(ask(pipe.server, "fill s 100"), "100");
  EXPECT_EQ(ask(pipe.client, "count c 1000"), "100");
}

void a_message_that_does_not_fit_while_one_reads() {
  NamedPipe pipe(impatient);
  pipe.read_messages();
  pipe.client.say("read c 1");
  pipe.client.await_blocked();
  EXPECT_EQ(ask(pipe.server, "fill s 514"), "0");
}

void a_write_waits_for_room() {
  constexpr int most = 2000;
  NamedPipe pipe({.quota = 64});
  pipe.read_messages();
  int written = 0;
  for (bool waits = false; !waits && written < most;) {
    pipe.server.say("fill s 16");
    const auto answer = pipe.server.hear_unless_stuck(Look::brief);
    if (answer) {
      ASSERT_EQ(*answer, "16");
      ++written;
    }
    waits = !answer;
  }
  observe("a buffer of 64 bytes took " + std::to_string(written) + " messages of 16");
  ASSERT_LT(written, most) << "the writer never waited";
  for (int k = 0; k < written; ++k) EXPECT_EQ(ask(pipe.client, "count c 100"), "16");
  EXPECT_EQ(pipe.server.hear(), "16");
  EXPECT_EQ(ask(pipe.client, "count c 100"), "16");
}

void a_request_waits_for_no_other_data() {
  NamedPipe pipe({}, FILE_FLAG_OVERLAPPED);
  pipe.read_messages();
  EXPECT_EQ(ask(pipe.server, "write s abc"), "3");
  const std::string begun = ask(pipe.client, "begin_transact c request");
  EXPECT_EQ(begun == "pending" ? ask(pipe.client, "end c") : begun, "ERROR_PIPE_BUSY");
  ask(pipe.client, "begin_read c 100");
  EXPECT_EQ(ask(pipe.client, "end c"), "3");
  // What is cancelled is the wait for an answer.
  EXPECT_EQ(ask(pipe.client, "begin_transact c request"), "pending");
  EXPECT_EQ(ask(pipe.client, "cancel c"), "ok");
  EXPECT_EQ(ask(pipe.client, "end c"), "ERROR_OPERATION_ABORTED");
  EXPECT_EQ(ask(pipe.server, "read s 100"), "got request");
}

void a_cancelled_write_takes_its_rest_along() {
  NamedPipe pipe({.mode = bytes_mode, .quota = 64}, FILE_FLAG_OVERLAPPED);
  EXPECT_EQ(ask(pipe.client, "begin_write c 6000"), "pending");
  EXPECT_EQ(ask(pipe.server, "count s 10"), "10");
  EXPECT_EQ(ask(pipe.client, "cancel c"), "ok");
  EXPECT_EQ(ask(pipe.client, "end c"), "ERROR_OPERATION_ABORTED");
  ask(pipe.client, "begin_write c 33");
  EXPECT_EQ(ask(pipe.client, "end c"), "33");
  EXPECT_EQ(ask(pipe.server, "count s 1000"), "33");
}

}  // namespace ipcmark::windows
