// WAP: CreatePipe.
#include <gtest/gtest.h>

#include <optional>

#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark {
namespace {

using namespace windows;

// A pipe between two puppets, to each of which its end is h0; the test keeps none.
struct Pair {
  explicit Pair(DWORD size = 0) {
    HANDLE out = nullptr, in = nullptr;
    os::require(::CreatePipe(&in, &out, nullptr, size), "CreatePipe");
    read = os::owned(in);
    write = os::owned(out);
    reader.emplace(std::vector{read.raw()});
    writer.emplace(std::vector{write.raw()});
  }
  void hand_over() {
    read.reset();
    write.reset();
  }
  os::Handle read, write;
  std::optional<Puppet> reader, writer;
};

void writes_have_no_boundaries() {
  Pair pair;
  pair.hand_over();
  EXPECT_EQ(ask(*pair.writer, "write h0 abc"), "3");
  EXPECT_EQ(ask(*pair.writer, "write h0 defgh"), "5");
  EXPECT_EQ(ask(*pair.reader, "read h0 2"), "got ab");
  EXPECT_EQ(ask(*pair.reader, "read h0 4"), "got cdef");
  EXPECT_EQ(ask(*pair.reader, "read h0 100"), "got gh");
}

void the_end_comes_behind_the_data() {
  Pair pair;
  Puppet second({pair.write.raw()});
  pair.hand_over();
  EXPECT_EQ(ask(*pair.writer, "write h0 abc"), "3");
  EXPECT_EQ(ask(*pair.writer, "close h0"), "ok");
  EXPECT_EQ(ask(*pair.reader, "read h0 100"), "got abc");
  pair.reader->say("read h0 100");
  pair.reader->await_blocked();
  EXPECT_EQ(ask(second, "write h0 def"), "3");
  EXPECT_EQ(pair.reader->hear(), "got def");
  EXPECT_EQ(ask(second, "write h0 ghi"), "3");
  second.kill();
  EXPECT_EQ(ask(*pair.reader, "read h0 100"), "got ghi");
  for (int k = 0; k < 2; ++k) EXPECT_EQ(ask(*pair.reader, "read h0 100"), "ERROR_BROKEN_PIPE");
}

void a_write_is_over_when_all_is_written() {
  Pair pair;
  pair.hand_over();
  pair.writer->say("fill h0 60000");
  pair.writer->await_blocked();
  EXPECT_EQ(ask(*pair.reader, "count h0 1000"), "1000");
  pair.writer->await_blocked();
  pair.reader->say("drain h0");
  EXPECT_EQ(pair.writer->hear(), "60000");
  EXPECT_EQ(ask(*pair.writer, "close h0"), "ok");
  EXPECT_EQ(pair.reader->hear(), "59000 ERROR_BROKEN_PIPE");
}

void a_size_of_none_is_4096() {
  Pair usual;
  EXPECT_EQ(ask(*usual.reader, "pipe_info h0"), "4096 4096");
  // Whatever was asked for, a write that is larger goes through.
  Pair small(16);
  small.hand_over();
  observe("of 16 asked for: " + ask(*small.reader, "pipe_info h0"));
  small.writer->say("fill h0 100000");
  small.reader->say("drain h0");
  EXPECT_EQ(small.writer->hear(), "100000");
  small.writer->kill();
  EXPECT_EQ(small.reader->hear(), "100000 ERROR_BROKEN_PIPE");
}

void the_end_waits_for_every_writer() {
  Pair pair;
  std::optional<Puppet> heir(std::in_place, std::vector{pair.write.raw()});
  Puppet stranger;
  EXPECT_EQ(ask(stranger, "valid " + std::to_string(pair.write.raw())), "ERROR_INVALID_HANDLE");
  pair.read.reset();
  EXPECT_EQ(ask(*pair.writer, "close h0"), "ok");
  pair.reader->say("read h0 1");
  pair.reader->await_blocked();  // this process has it
  pair.write.reset();
  pair.reader->await_blocked();  // and so has one that inherited it
  heir->kill();
  EXPECT_EQ(pair.reader->hear(), "ERROR_BROKEN_PIPE");
}

void a_write_without_readers_fails() {
  Pair pair;
  pair.hand_over();
  EXPECT_EQ(ask(*pair.reader, "close h0"), "ok");
  const std::string answer = ask(*pair.writer, "write h0 abc");
  observe(answer);
  EXPECT_TRUE(answer == "ERROR_BROKEN_PIPE" || answer == "ERROR_NO_DATA") << answer;
}

void a_write_that_is_cut_off_vanishes() {
  Pair pair;
  pair.hand_over();
  pair.writer->say("fill h0 60000");
  pair.writer->await_blocked();
  EXPECT_EQ(ask(*pair.reader, "count h0 10"), "10");
  pair.writer->await_blocked();
  pair.writer->kill();
  EXPECT_EQ(ask(*pair.reader, "drain h0"), "0 ERROR_BROKEN_PIPE");
}

void a_write_of_nothing_wakes_the_reader() {
  Pair pair;
  pair.hand_over();
  pair.reader->say("read h0 10");
  pair.reader->await_blocked();
  EXPECT_EQ(ask(*pair.writer, "write h0 -"), "0");
  const auto answer = pair.reader->hear_unless_stuck(Look::brief);
  EXPECT_EQ(answer.value_or("nothing, and went on waiting"), "got ");
}

// With an OVERLAPPED that elsewhere makes a call return at once.
void overlapped_calls_wait_all_the_same() {
  Pair pair;
  pair.hand_over();
  pair.reader->say("begin_read h0 10");
  pair.reader->await_blocked();
  EXPECT_EQ(ask(*pair.writer, "write h0 abc"), "3");
  EXPECT_EQ(pair.reader->hear(), "at once");
  EXPECT_EQ(ask(*pair.reader, "end h0"), "3");
}

constexpr Clause table[]{
    {.id = "WAP-01",
     .title = "WritesHaveNoBoundaries",
     .source = "Microsoft, Pipe Handle Inheritance",
     .body = writes_have_no_boundaries},
    {.id = "WAP-02",
     .title = "WhatWasWrittenIsReadBeforeTheEndOfTheLastWriterIsSeen",
     .source = "Microsoft, ReadFile, Pipes",
     .body = the_end_comes_behind_the_data},
    {.id = "WAP-03",
     .title = "AWriteReturnsOnlyOnceAllItsBytesAreWritten",
     .source = "Microsoft, CreatePipe, Remarks",
     .body = a_write_is_over_when_all_is_written},
    {.id = "WAP-04",
     .title = "TheSizeIsASuggestionAndNoneIsTheDefaultOf4096",
     .source = "Microsoft, CreatePipe, nSize",
     .body = a_size_of_none_is_4096},
    {.id = "WAP-05",
     .title = "TheEndComesOnlyWhenEveryProcessHasClosedItsWriteHandle",
     .source = "Microsoft, Pipe Handle Inheritance",
     .body = the_end_waits_for_every_writer},
    {.id = "WAP-06",
     .title = "AWriteWithoutReadersFailsAsBrokenOrAsClosing",
     .source = "Microsoft, WriteFile, Pipes",
     .body = a_write_without_readers_fails,
     .documented = "ERROR_BROKEN_PIPE",
     .observed = "ERROR_NO_DATA"},
    {.id = "WAP-07",
     .title = "WhatWasNotReadOfAWriteVanishesWhenItsProcessIsTerminated",
     .source = "Wine 8.0, kernel32/tests/pipe.c, test_overlapped_transport, which Windows passes",
     .body = a_write_that_is_cut_off_vanishes},
    {.id = "WAP-08",
     .title = "AWriteOfNoBytesWakesTheReaderWithNone",
     .source = "Microsoft, ReadFile, Pipes",
     .body = a_write_of_nothing_wakes_the_reader,
     .documented = "TRUE and no bytes: the other end has called WriteFile with none",
     .observed = "Wine 8.0: the reader sleeps on",
     .deviation = "Wine 8.0: a write of no bytes wakes nobody",
     .deviates = under_wine},
    {.id = "WAP-09",
     .title = "OverlappedCallsWaitAsOthersDo",
     .source = "Microsoft, Anonymous Pipe Operations",
     .body = overlapped_calls_wait_all_the_same},
};

}  // namespace

const Section win_anonymous_pipe_section{.name = "WAP", .count = 9, .clauses = table};

}  // namespace ipcmark
