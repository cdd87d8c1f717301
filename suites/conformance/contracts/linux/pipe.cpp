// PIPE: pipe(2), and the data path of a FIFO.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>

#include "suites/conformance/contracts/linux/pipes.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

// The body of a clause of both kinds.
template <void (*body)(Form)>
void of_both() {
  for (const Form form : both_forms) {
    SCOPED_TRACE(name_of(form));
    body(form);
  }
}

void writes_have_no_boundaries(Form form) {
  Pair pair(form);
  EXPECT_EQ(ask(pair.writer, "write abc"), "3");
  EXPECT_EQ(ask(pair.writer, "write defgh"), "5");
  EXPECT_EQ(ask(pair.reader, "try 100"), "abcdefgh");
  EXPECT_EQ(ask(pair.writer, "write abc"), "3");
  EXPECT_EQ(ask(pair.writer, "write defgh"), "5");
  EXPECT_EQ(ask(pair.reader, "try 2"), "ab");
  EXPECT_EQ(ask(pair.reader, "try 4"), "cdef");
  EXPECT_EQ(ask(pair.reader, "try 100"), "gh");
}

// Two writers close, and the data are read, in every order.
void end_needs_all_closed_and_all_read(Form form) {
  enum Step { close_first, close_second, read_all };
  std::array<Step, 3> steps{close_first, close_second, read_all};
  do {
    SCOPED_TRACE(testing::Message() << steps[0] << steps[1] << steps[2]);
    Pair pair(form);
    Actor second(hold_one_end, {pair.pipe.write.raw()});
    pair.hand_over();
    EXPECT_EQ(ask(pair.writer, "write abc"), "3");
    EXPECT_EQ(ask(second, "write def"), "3");
    int open = 2;      // writers
    bool data = true;  // unread
    for (const Step step : steps) {
      if (step == read_all) {
        EXPECT_EQ(ask(pair.reader, "try 100"), "abcdef");
        data = false;
      } else {
        EXPECT_EQ(ask(step == close_first ? pair.writer : second, "close"), "closed");
        --open;
      }
      const std::string events = std::string(data ? "IN" : "") + (open == 0 ? data ? " HUP" : "HUP" : "");
      EXPECT_EQ(ask(pair.reader, "poll"), events.empty() ? "nothing" : events);
      if (!data) {
        EXPECT_EQ(ask(pair.reader, "try 100"), open == 0 ? "end" : "EAGAIN");
      }
    }
    for (int k = 0; k < 2; ++k) EXPECT_EQ(ask(pair.reader, "try 100"), "end");
  } while (std::next_permutation(steps.begin(), steps.end()));
}

void last_close_wakes_every_reader(Form form) {
  Pipe pipe(form);
  std::deque<Actor> readers;
  for (int k = 0; k < 20; ++k) readers.emplace_back(hold_one_end, std::vector{pipe.read.raw()});
  for (Actor& reader : readers) reader.say("read 1");
  for (Actor& reader : readers) reader.await_blocked_in(SYS_read);
  pipe.write.reset();
  for (Actor& reader : readers) EXPECT_EQ(reader.hear(), "end");
}

void writing_without_readers_is_an_error(Form form) {
  {
    Pipe pipe(form);
    Actor writer(
        [](Stage& stage) {
          ::signal(SIGPIPE, SIG_DFL);
          stage.hear();
          stage.say(result_of(::write(stage.fd(0), "x", 1)));
        },
        {pipe.write.raw()});
    pipe.read.reset();
    writer.say("write");
    EXPECT_EQ(writer.hear(), os::Exit{.signal = SIGPIPE}.text());
    EXPECT_EQ(writer.wait().signal, SIGPIPE);
  }
  Pair pair(form);
  ask(pair.writer, "fill 4096");
  pair.writer.say("write x");
  pair.writer.await_blocked_in(SYS_write);
  pair.hand_over();
  EXPECT_EQ(ask(pair.reader, "close"), "closed");
  EXPECT_EQ(pair.writer.hear(), "EPIPE");
  EXPECT_EQ(ask(pair.writer, "write x"), "EPIPE");
}

void killed_writer_leaves_what_was_copied(Form form) {
  Pair pair(form);
  const long capacity = slots_of(pair.pipe.read) * page_bytes();
  pair.writer.say("bytes 1048576");
  pair.writer.await_blocked_in(SYS_write);
  pair.hand_over();
  pair.writer.kill();
  EXPECT_EQ(ask(pair.reader, "drain"), std::to_string(capacity));
  EXPECT_EQ(ask(pair.reader, "try 1"), "end");
}

void signal_interrupts_read(Form form) {
  Pair pair(form);
  for (const char* how : {"once", "restart"}) {
    EXPECT_EQ(ask(pair.reader, std::string("catch ") + how), "ready");
    pair.reader.say("read 10");
    pair.reader.await_blocked_in(SYS_read);
    pair.reader.signal(SIGUSR1);
    EXPECT_EQ(pair.reader.hear(), "caught");
    if (std::string(how) == "once") {
      EXPECT_EQ(pair.reader.hear(), "EINTR");
    }
  }
  pair.reader.await_blocked_in(SYS_read);
  EXPECT_EQ(ask(pair.writer, "write abc"), "3");
  EXPECT_EQ(pair.reader.hear(), "abc");
}

void signal_ends_write_with_what_was_written(Form form) {
  for (const char* how : {"once", "restart"}) {
    SCOPED_TRACE(how);
    Pair pair(form);
    const std::string capacity = std::to_string(slots_of(pair.pipe.read) * page_bytes());
    EXPECT_EQ(ask(pair.writer, std::string("catch ") + how), "ready");
    pair.writer.say("bytes 200000");
    pair.writer.await_blocked_in(SYS_write);
    pair.writer.signal(SIGUSR1);
    EXPECT_EQ(pair.writer.hear(), "caught");
    EXPECT_EQ(pair.writer.hear(), capacity);
    EXPECT_EQ(ask(pair.reader, "drain " + capacity), capacity);
    EXPECT_EQ(ask(pair.reader, "try 1"), "EAGAIN");
  }
}

void write_of_nothing_is_invisible(Form form) {
  Pair pair(form);
  pair.reader.say("wait");
  pair.reader.await_blocked();
  EXPECT_EQ(ask(pair.writer, "bytes 0"), "0");
  pair.reader.await_blocked();
  EXPECT_EQ(ask(pair.writer, "write abc"), "3");
  EXPECT_EQ(pair.reader.hear(), "IN");
  EXPECT_EQ(ask(pair.writer, "bytes 0"), "0");
  EXPECT_EQ(ask(pair.reader, "try 10"), "abc");
  EXPECT_EQ(ask(pair.reader, "poll"), "nothing");
  EXPECT_EQ(ask(pair.reader, "try 10"), "EAGAIN");
}

void poll_tells_data_room_and_the_other_side(Form form) {
  {
    Pair pair(form);
    pair.hand_over();
    EXPECT_EQ(ask(pair.reader, "poll"), "nothing");
    pair.reader.say("wait");
    pair.reader.await_blocked();
    EXPECT_EQ(ask(pair.writer, "write abc"), "3");
    EXPECT_EQ(pair.reader.hear(), "IN");
    EXPECT_EQ(ask(pair.reader, "try 10"), "abc");
    pair.reader.say("wait");
    pair.reader.await_blocked();
    EXPECT_EQ(ask(pair.writer, "close"), "closed");
    EXPECT_EQ(pair.reader.hear(), "HUP");
  }
  Pair pair(form);
  pair.hand_over();
  EXPECT_EQ(ask(pair.writer, "poll"), "OUT");
  ask(pair.writer, "fill 4096");
  EXPECT_EQ(ask(pair.writer, "poll"), "nothing");
  pair.writer.say("wait");
  pair.writer.await_blocked();
  EXPECT_EQ(ask(pair.reader, "count 4096"), "4096");
  EXPECT_EQ(pair.writer.hear(), "OUT");
  ask(pair.writer, "fill 4096");
  pair.writer.say("wait");
  pair.writer.await_blocked();
  pair.reader.kill();
  EXPECT_EQ(pair.writer.hear(), "ERR");
}

constexpr Clause table[]{
    {.id = "PIPE-01",
     .title = "TwoWritesMayComeOutInOneRead",
     .source = "pipe(7), I/O on pipes and FIFOs",
     .body = of_both<writes_have_no_boundaries>},
    {.id = "PIPE-02",
     .title = "WritesOfUpToPipeBufAreNeverInterleaved",
     .source = "POSIX write(); pipe(7), PIPE_BUF",
     .body = small_writes_are_never_torn,
     .documented = "pipe(7) promises it of less than PIPE_BUF bytes, POSIX of PIPE_BUF or less.",
     .observed = "A write of exactly PIPE_BUF bytes is whole, too."},
    {.id = "PIPE-03",
     .title = "WritesOfMoreThanPipeBufMayBeInterleavedButNoByteIsLost",
     .source = "pipe(7), PIPE_BUF",
     .body = large_writes_may_be_torn},
    {.id = "PIPE-04",
     .title = "WithONonblockAWriteOfUpToPipeBufIsWholeOrEagain",
     .source = "pipe(7), PIPE_BUF",
     .body = of_both<small_write_is_whole_or_refused>},
    {.id = "PIPE-05",
     .title = "WithONonblockAWriteOfMoreThanPipeBufMayBePartialAndIsEagainWhenFull",
     .source = "pipe(7), PIPE_BUF",
     .body = of_both<large_write_may_be_partial>},
    {.id = "PIPE-06",
     .title = "ABlockingWriteReturnsOnlyWhenAllIsWritten",
     .source = "POSIX write()",
     .body = of_both<blocking_write_takes_all>},
    {.id = "PIPE-07",
     .title = "CapacityIsThatOfFGetpipeSzForWritesOfOneByteOrOfPages",
     .source = "pipe(7), Pipe capacity",
     .body = of_both<capacity_is_what_fcntl_says>},
    {.id = "PIPE-08",
     .title = "MessagesThatDoNotFitIntoTheRestOfAPageTakeANewOne",
     .source = "pipe(7), Pipe capacity",
     .body = of_both<messages_take_whole_pages>,
     .documented = "The capacity is a number of bytes; nothing is said about the sizes of writes.",
     .observed = "Of messages of 2049 bytes, 16 fit, which is half of the capacity."},
    {.id = "PIPE-09",
     .title = "RoomThatWasReadIsFreeOnlyPageByPage",
     .source = "POSIX write() leaves open when a byte can be written",
     .body = of_both<only_whole_pages_become_free>,
     .documented = "A write of up to PIPE_BUF bytes is refused when there is no room for it.",
     .observed = "A full pipe of which 4095 bytes were read still refuses one byte; poll(2) agrees."},
    {.id = "PIPE-10",
     .title = "TheEndComesOnlyAfterAllWritersHaveClosedAndAllIsRead",
     .source = "pipe(7)",
     .body = of_both<end_needs_all_closed_and_all_read>},
    {.id = "PIPE-11",
     .title = "ClosingTheLastWriteEndWakesEveryBlockedReader",
     .source = "pipe(7)",
     .body = of_both<last_close_wakes_every_reader>},
    {.id = "PIPE-12",
     .title = "WritingWithoutAReaderIsSigpipeOrEpipe",
     .source = "pipe(7)",
     .body = of_both<writing_without_readers_is_an_error>},
    {.id = "PIPE-13",
     .title = "OfAKilledWriterTheReaderGetsWhatWasCopiedAndThenTheEnd",
     .source = "not documented; POSIX write() says nothing of a killed process",
     .body = of_both<killed_writer_leaves_what_was_copied>},
    {.id = "PIPE-14",
     .title = "ASignalInterruptsABlockedReadUnlessItsHandlerRestartsIt",
     .source = "signal(7), Interruption of system calls",
     .body = of_both<signal_interrupts_read>},
    {.id = "PIPE-15",
     .title = "ABlockedWriteThatIsInterruptedReturnsWhatItHasWritten",
     .source = "signal(7); POSIX write()",
     .body = of_both<signal_ends_write_with_what_was_written>},
    {.id = "PIPE-16",
     .title = "AWriteOfZeroBytesReturnsZeroAndIsInvisible",
     .source = "POSIX write() leaves it open for what is no regular file",
     .body = of_both<write_of_nothing_is_invisible>},
    {.id = "PIPE-17",
     .title = "ExecClosesEndsWithOCloexecAndInheritsPlainOnes",
     .source = "pipe(2), open(2) on O_CLOEXEC",
     .body = close_on_exec_closes_both_ends},
    {.id = "PIPE-18",
     .title = "FSetpipeSzRoundsUpToAPowerOfTwoOfPagesAndKeepsItsLimits",
     .source = "pipe(7), Pipe capacity; fcntl(2): EBUSY, EPERM",
     .body = sizes_are_rounded_and_bounded},
    {.id = "PIPE-19",
     .title = "PastPipeUserPagesSoftPipesAreSmallAndStillWork",
     .source = "pipe(7), /proc files",
     .body = past_the_limit_of_a_user_pipes_are_small_but_work,
     .alone = true},
    {.id = "PIPE-20",
     .title = "EveryByteGoesToExactlyOneOfSeveralReaders",
     .source = "pipe(7)",
     .body = every_byte_goes_to_one_reader},
    {.id = "PIPE-21",
     .title = "PollTellsDataRoomAndThatTheOtherSideIsGone",
     .source = "poll(2)",
     .body = of_both<poll_tells_data_room_and_the_other_side>},
    {.id = "PIPE-22",
     .title = "OutOfDescriptorsNoPipeIsLeftHalfOpen",
     .source = "pipe(2): EMFILE, and the array is left as it was",
     .body = out_of_descriptors_leaves_nothing_open},
};

}  // namespace

const Section pipe_section{.name = "PIPE", .count = 22, .clauses = table};

}  // namespace ipcmark
