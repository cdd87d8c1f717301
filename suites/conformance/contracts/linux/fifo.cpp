// FIFO: fifo(7). What a FIFO has in common with pipe(2) is asserted of both in pipe.cpp.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <deque>

#include "suites/conformance/contracts/linux/pipes.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

// Two processes, neither of which has opened the FIFO.
struct Users {
  explicit Users(const Fifo& fifo)
      : writer(hold_one_end, {}, fifo.path()), reader(hold_one_end, {}, fifo.path()) {}
  // Either alone would wait in open(2).
  void open() {
    reader.say("open r");
    writer.say("open w");
    for (Actor* one : {&reader, &writer}) EXPECT_EQ(one->hear(), "open");
  }
  Actor writer, reader;
};

void open_waits_for_the_other_side() {
  for (const auto& [first, second] : {std::pair("open r", "open w"), std::pair("open w", "open r")}) {
    SCOPED_TRACE(first);
    const Fifo fifo;
    Users pair(fifo);
    pair.writer.say(first);
    pair.writer.await_blocked_in(SYS_openat);
    EXPECT_EQ(ask(pair.reader, second), "open");
    EXPECT_EQ(pair.writer.hear(), "open");
  }
}

void writing_without_waiting_needs_a_reader() {
  const Fifo fifo;
  Users pair(fifo);
  EXPECT_EQ(ask(pair.writer, "open wn"), "ENXIO");
  EXPECT_EQ(ask(pair.reader, "open rn"), "open");
  EXPECT_EQ(ask(pair.writer, "open wn"), "open");
  EXPECT_EQ(ask(pair.writer, "close"), "closed");
  EXPECT_EQ(ask(pair.reader, "close"), "closed");
  EXPECT_EQ(ask(pair.writer, "open wn"), "ENXIO");
}

void reading_without_waiting_sees_the_end_before_any_writer() {
  const Fifo fifo;
  Users pair(fifo);
  EXPECT_EQ(ask(pair.reader, "open rn"), "open");
  for (int k = 0; k < 3; ++k) EXPECT_EQ(ask(pair.reader, "read 10"), "end");
  EXPECT_EQ(ask(pair.writer, "open w"), "open");
  EXPECT_EQ(ask(pair.reader, "read 10"), "EAGAIN");
  EXPECT_EQ(ask(pair.writer, "write abc"), "3");
  EXPECT_EQ(ask(pair.reader, "read 10"), "abc");
}

void open_for_both_keeps_the_end_away() {
  const Fifo fifo;
  Users pair(fifo);
  EXPECT_EQ(ask(pair.reader, "open rw"), "open");
  for (const char* text : {"first", "second"}) {
    EXPECT_EQ(ask(pair.writer, "open wn"), "open");
    EXPECT_EQ(ask(pair.writer, std::string("write ") + text), std::to_string(std::string(text).size()));
    EXPECT_EQ(ask(pair.writer, "close"), "closed");
    EXPECT_EQ(ask(pair.reader, "try 10"), text);
    EXPECT_EQ(ask(pair.reader, "try 10"), "EAGAIN");
  }
  pair.reader.say("read 10");
  pair.reader.await_blocked_in(SYS_read);
}

void unread_bytes_go_with_the_last_descriptor() {
  const Fifo fifo;
  Users pair(fifo);
  EXPECT_EQ(ask(pair.reader, "open rn"), "open");
  EXPECT_EQ(ask(pair.writer, "open w"), "open");
  EXPECT_EQ(ask(pair.writer, "write abcde"), "5");
  EXPECT_EQ(ask(pair.reader, "poll"), "IN");
  EXPECT_EQ(ask(pair.writer, "close"), "closed");
  EXPECT_EQ(ask(pair.reader, "try 2"), "ab");
  EXPECT_EQ(ask(pair.reader, "close"), "closed");
  struct stat facts {};
  check(::stat(fifo.path().c_str(), &facts), "stat");
  EXPECT_EQ(facts.st_size, 0);
  EXPECT_EQ(ask(pair.reader, "open rn"), "open");
  EXPECT_EQ(ask(pair.reader, "try 10"), "end");
  EXPECT_EQ(ask(pair.writer, "open w"), "open");
  EXPECT_EQ(ask(pair.reader, "try 10"), "EAGAIN");
  EXPECT_EQ(ask(pair.writer, "write f"), "1");
  EXPECT_EQ(ask(pair.reader, "try 10"), "f");
}

void later_writer_ends_the_hangup() {
  const Fifo fifo;
  Users pair(fifo);
  EXPECT_EQ(ask(pair.reader, "open rn"), "open");
  EXPECT_EQ(ask(pair.reader, "poll"), "nothing");  // no writer has left yet
  for (int k = 0; k < 2; ++k) {
    EXPECT_EQ(ask(pair.writer, "open w"), "open");
    EXPECT_EQ(ask(pair.reader, "poll"), "nothing");
    pair.reader.say("wait");
    pair.reader.await_blocked();
    EXPECT_EQ(ask(pair.writer, "write abc"), "3");
    EXPECT_EQ(pair.reader.hear(), "IN");
    EXPECT_EQ(ask(pair.writer, "close"), "closed");
    EXPECT_EQ(ask(pair.reader, "poll"), "IN HUP");
    EXPECT_EQ(ask(pair.reader, "try 10"), "abc");
    EXPECT_EQ(ask(pair.reader, "poll"), "HUP");
    EXPECT_EQ(ask(pair.reader, "try 10"), "end");
  }
  EXPECT_EQ(ask(pair.writer, "open w"), "open");
  pair.reader.say("wait");
  pair.reader.await_blocked();
  pair.writer.kill();
  EXPECT_EQ(pair.reader.hear(), "HUP");
}

void name_outlives_its_creator() {
  const Fifo fifo;
  check(::unlink(fifo.path().c_str()), "unlink");
  Actor creator(hold_one_end, {}, fifo.path());
  EXPECT_EQ(ask(creator, "make"), "made");
  EXPECT_EQ(ask(creator, "open rw"), "open");
  EXPECT_EQ(ask(creator, "write old"), "3");
  creator.kill();
  Users pair(fifo);
  EXPECT_EQ(ask(pair.reader, "make"), "EEXIST");
  pair.open();
  EXPECT_EQ(ask(pair.writer, "write new"), "3");
  EXPECT_EQ(ask(pair.reader, "try 10"), "new");
}

void unlinked_fifo_lives_on() {
  const Fifo fifo;
  Users old_pair(fifo), new_pair(fifo);
  old_pair.open();
  EXPECT_EQ(ask(old_pair.writer, "write before"), "6");
  check(::unlink(fifo.path().c_str()), "unlink");
  EXPECT_EQ(ask(new_pair.reader, "open rn"), "ENOENT");
  EXPECT_EQ(ask(old_pair.writer, "write after"), "5");
  EXPECT_EQ(ask(new_pair.writer, "make"), "made");
  new_pair.open();
  EXPECT_EQ(ask(new_pair.writer, "write other"), "5");
  EXPECT_EQ(ask(old_pair.reader, "try 20"), "beforeafter");
  EXPECT_EQ(ask(new_pair.reader, "try 20"), "other");
  for (Users* pair : {&old_pair, &new_pair}) EXPECT_EQ(ask(pair->reader, "try 20"), "EAGAIN");
}

// Opens the FIFO whose name is its text, below the directory that is its handle 0, as nobody: so that the
// directories above need no permissions. ENXIO is an open for writing that was permitted: there is no reader.
void open_as_nobody(Stage& stage) {
  stage.say(give_up_privileges() ? "nobody" : "oneself");
  for (;;) {
    const std::string how = stage.hear();
    const int access = how == "r" ? O_RDONLY : how == "w" ? O_WRONLY : O_RDWR;
    const os::Handle end(::openat(stage.fd(0), stage.text().c_str(), access | O_NONBLOCK));
    stage.say(end ? "open" : result_of(-1));
  }
}

void open_is_checked_against_mode_and_owner() {
  const Fifo fifo;
  check(::chmod(fifo.folder().c_str(), 0711), "chmod");  // what is in it is still private
  const os::Handle folder(check(::open(fifo.folder().c_str(), O_PATH | O_CLOEXEC), "open of a directory"));
  Actor stranger(open_as_nobody, {folder.raw()}, fifo.path().substr(fifo.folder().size() + 1));
  const bool is_nobody = stranger.hear() == "nobody";
  const unsigned own = is_nobody ? 0 : 6;  // which of the three digits of the mode are this process's own
  if (!is_nobody) observe("as another process of the owner, since this one may not change its user");
  for (const mode_t others : {0U, 2U, 4U, 6U}) {
    SCOPED_TRACE("permissions of the process: " + std::to_string(others));
    check(::chmod(fifo.path().c_str(), is_nobody ? 0600 | others : others << own), "chmod");
    EXPECT_EQ(ask(stranger, "r"), (others & 4U) != 0 ? "open" : "EACCES");
    EXPECT_EQ(ask(stranger, "w"), (others & 2U) != 0 ? "ENXIO" : "EACCES");
    EXPECT_EQ(ask(stranger, "rw"), others == 6 ? "open" : "EACCES");
  }
}

void signal_interrupts_open() {
  for (const auto& [mine, theirs] : {std::pair("open r", "open w"), std::pair("open w", "open r")}) {
    SCOPED_TRACE(mine);
    const Fifo fifo;
    Users pair(fifo);
    for (const char* how : {"once", "restart"}) {
      EXPECT_EQ(ask(pair.writer, std::string("catch ") + how), "ready");
      pair.writer.say(mine);
      pair.writer.await_blocked_in(SYS_openat);
      pair.writer.signal(SIGUSR1);
      EXPECT_EQ(pair.writer.hear(), "caught");
      if (std::string(how) == "once") {
        EXPECT_EQ(pair.writer.hear(), "EINTR");
      }
    }
    pair.writer.await_blocked_in(SYS_openat);
    EXPECT_EQ(ask(pair.reader, theirs), "open");
    EXPECT_EQ(pair.writer.hear(), "open");
  }
}

void killed_reader_is_an_error_for_the_writer() {
  for (const bool blocked : {false, true}) {
    SCOPED_TRACE(blocked ? "the writer waits in write" : "the writer is about to write");
    const Fifo fifo;
    Users pair(fifo);
    pair.open();
    if (blocked) {
      ask(pair.writer, "fill 4096");
      pair.writer.say("write x");
      pair.writer.await_blocked_in(SYS_write);
      pair.reader.kill();
    } else {
      pair.reader.kill();
      pair.writer.say("write x");
    }
    EXPECT_EQ(pair.writer.hear(), "EPIPE");
    EXPECT_EQ(ask(pair.writer, "write x"), "EPIPE");
  }
}

void writers_come_and_go() {
  const Fifo fifo;
  Users pair(fifo);
  pair.open();  // this writer only stays
  for (int k = 0; k < 5; ++k) {
    Actor first(hold_one_end, {}, fifo.path()), second(hold_one_end, {}, fifo.path());
    EXPECT_EQ(ask(first, "open w"), "open");
    EXPECT_EQ(ask(first, "write abc"), "3");
    EXPECT_EQ(ask(second, "open w"), "open");
    EXPECT_EQ(ask(first, "close"), "closed");
    EXPECT_EQ(ask(second, "write def"), "3");
    second.kill();
    EXPECT_EQ(ask(pair.reader, "try 10"), "abcdef");
    EXPECT_EQ(ask(pair.reader, "poll"), "nothing");
    EXPECT_EQ(ask(pair.reader, "try 10"), "EAGAIN");
  }
  pair.reader.say("read 10");
  pair.reader.await_blocked_in(SYS_read);
  EXPECT_EQ(ask(pair.writer, "close"), "closed");
  EXPECT_EQ(pair.reader.hear(), "end");
}

constexpr Clause table[]{
    {.id = "FIFO-01",
     .title = "OpenBlocksUntilTheOtherSideIsOpened",
     .source = "fifo(7); POSIX open()",
     .body = open_waits_for_the_other_side},
    {.id = "FIFO-02",
     .title = "OpenForWritingWithONonblockNeedsAReader",
     .source = "fifo(7): ENXIO",
     .body = writing_without_waiting_needs_a_reader},
    {.id = "FIFO-03",
     .title = "OpenForReadingWithONonblockSucceedsAndReadsTheEndBeforeAnyWriter",
     .source = "fifo(7); POSIX read()",
     .body = reading_without_waiting_sees_the_end_before_any_writer},
    {.id = "FIFO-04",
     .title = "OpenForReadingAndWritingSucceedsAndKeepsTheEndAway",
     .source = "fifo(7); POSIX open() leaves it undefined",
     .body = open_for_both_keeps_the_end_away},
    {.id = "FIFO-05",
     .title = "UnreadBytesAreGoneWithTheLastDescriptor",
     .source = "fifo(7): a name only, without contents in the file system",
     .body = unread_bytes_go_with_the_last_descriptor},
    {.id = "FIFO-06",
     .title = "PollGivesPollhupOnceTheLastWriterHasLeftUntilAnotherComes",
     .source = "fifo(7), poll(2)",
     .body = later_writer_ends_the_hangup},
    {.id = "FIFO-07",
     .title = "TheNameOutlivesItsKilledCreatorAndANewPairCanUseIt",
     .source = "POSIX mkfifo(): EEXIST",
     .body = name_outlives_its_creator},
    {.id = "FIFO-08",
     .title = "AfterUnlinkOpenEndsWorkOnAndANewFifoOfTheNameIsAnother",
     .source = "POSIX unlink()",
     .body = unlinked_fifo_lives_on},
    {.id = "FIFO-09",
     .title = "OpenIsCheckedAgainstModeAndOwner",
     .source = "POSIX open(): EACCES",
     .body = open_is_checked_against_mode_and_owner},
    {.id = "FIFO-10",
     .title = "ASignalInterruptsAnOpenThatWaits",
     .source = "signal(7): EINTR without SA_RESTART",
     .body = signal_interrupts_open},
    {.id = "FIFO-11",
     .title = "AReaderKilledBeforeItReadsLeavesTheWriterWithEpipe",
     .source = "fifo(7), notes",
     .body = killed_reader_is_an_error_for_the_writer},
    {.id = "FIFO-12",
     .title = "WritersComeAndGoWithoutAnEndAsLongAsOneStays",
     .source = "fifo(7), pipe(7)",
     .body = writers_come_and_go},
};

}  // namespace

const Section fifo_section{.name = "FIFO", .count = 12, .clauses = table};

}  // namespace ipcmark
