// SPL: splice(2), tee(2), vmsplice(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "suites/conformance/contracts/linux/pipes.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

constexpr std::size_t most = 65536;  // bytes of one call

// Moves from handle 0 to handle 1 as it is told: "splice", "tee" and "vmsplice", the last from a page of its
// own, followed by "now" for SPLICE_F_NONBLOCK or by "wait".
void move_when_told(Stage& stage) {
  // Memory that crosses the end of a page takes two slots of a pipe, and one more than is free here.
  alignas(most) static char page[most];
  for (;;) {
    const std::string order = stage.hear();
    const unsigned flags = order.ends_with(" now") ? SPLICE_F_NONBLOCK : 0;
    if (order.starts_with("splice"))
      stage.say(result_of(::splice(stage.fd(0), nullptr, stage.fd(1), nullptr, most, flags)));
    if (order.starts_with("tee")) stage.say(result_of(::tee(stage.fd(0), stage.fd(1), most, flags)));
    if (order.starts_with("vmsplice")) {
      const iovec piece{.iov_base = page, .iov_len = static_cast<std::size_t>(page_bytes())};
      stage.say(result_of(::vmsplice(stage.fd(1), &piece, 1, flags)));
    }
  }
}

// Moves all until the end, which it passes on by its own.
void move_all(Stage& stage) {
  long all = 0;
  ssize_t moved = 0;
  while ((moved = ::splice(stage.fd(0), nullptr, stage.fd(1), nullptr, most, 0)) > 0) all += moved;
  stage.say(result_of(moved == 0 ? all : moved));
}

struct Sockets : Pipe {
  Sockets() : Pipe(0) {
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
    read = os::Handle(ends[0]);
    write = os::Handle(ends[1]);
  }
};

void everything_arrives(Pipe in, Pipe out) {
  constexpr const char* size = "1000003";
  Actor source(hold_one_end, {in.write.raw()}), sink(hold_one_end, {out.read.raw()});
  Actor mover(move_all, {in.read.raw(), out.write.raw()});
  for (os::Handle* end : {&in.read, &in.write, &out.read, &out.write}) end->reset();
  sink.say("drain");
  EXPECT_EQ(ask(source, std::string("bytes ") + size), size);
  ask(source, "close");
  EXPECT_EQ(mover.hear(), size);
  EXPECT_EQ(sink.hear(), size);
}

void tee_leaves_what_it_copies() {
  Pipe from, to;
  const std::string all = std::to_string(slots_of(from.read) * page_bytes());
  Actor writer(hold_one_end, {from.write.raw()});
  Actor copier(move_when_told, {from.read.raw(), to.write.raw()});
  Actor first(hold_one_end, {from.read.raw()}), second(hold_one_end, {to.read.raw()});
  EXPECT_EQ(ask(writer, "bytes " + all), all);
  EXPECT_EQ(ask(copier, "tee now"), all);
  EXPECT_EQ(ask(second, "drain " + all), all);
  EXPECT_EQ(ask(first, "drain " + all), all);
  for (Actor* reader : {&first, &second}) EXPECT_EQ(ask(*reader, "try 1"), "EAGAIN");
}

// Puts memory full of 'a' into a pipe, by the call that its text names, and then changes it to 'b' when told.
void lend_memory(Stage& stage) {
  const auto size = static_cast<std::size_t>(4 * page_bytes());
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw_errno("mmap");
  auto* const bytes = static_cast<char*>(memory);
  std::fill_n(bytes, size, 'a');
  const iovec piece{.iov_base = bytes, .iov_len = size};
  stage.say(result_of(stage.text() == "vmsplice" ? ::vmsplice(stage.fd(0), &piece, 1, 0)
                                                 : ::write(stage.fd(0), bytes, size)));
  stage.hear();
  std::fill_n(bytes, size, 'b');
  stage.say("changed");
  Stage::wait_to_be_killed();
}

void lent_pages_change_in_the_channel() {
  const std::string size = std::to_string(4 * page_bytes());
  for (const auto& [call, seen] : {std::pair("vmsplice", 'b'), std::pair("write", 'a')}) {
    SCOPED_TRACE(call);
    const Pipe pipe;
    Actor lender(lend_memory, {pipe.write.raw()}, call), reader(hold_one_end, {pipe.read.raw()});
    ASSERT_EQ(lender.hear(), size);
    EXPECT_EQ(ask(lender, "change"), "changed");
    EXPECT_EQ(ask(reader, "try " + size), std::string(std::stoul(size), seen));
  }
}

// Each call, on a pipe that is full and has its reader.
void full_pipe_refuses_or_blocks() {
  const std::string page = std::to_string(page_bytes());
  const std::tuple<const char*, long, std::string> calls[]{
      {"splice", SYS_splice, "6"}, {"tee", SYS_tee, "6"}, {"vmsplice", SYS_vmsplice, page}};
  for (const auto& [call, number, moved] : calls) {
    SCOPED_TRACE(call);
    const Pipe from, to;
    Actor writer(hold_one_end, {from.write.raw()}), filler(hold_one_end, {to.write.raw()});
    Actor mover(move_when_told, {from.read.raw(), to.write.raw()}), reader(hold_one_end, {to.read.raw()});
    ask(filler, "fill " + page);
    EXPECT_EQ(ask(writer, "write abcdef"), "6");
    EXPECT_EQ(ask(mover, std::string(call) + " now"), "EAGAIN");
    mover.say(std::string(call) + " wait");
    mover.await_blocked_in(number);
    EXPECT_EQ(ask(reader, "count " + page), page);
    EXPECT_EQ(mover.hear(), moved);
  }
}

// What is left is still moved, and who waits for more is woken.
void no_writers_is_the_end() {
  for (const auto& [call, number] : {std::pair("splice", SYS_splice), std::pair("tee", SYS_tee)}) {
    SCOPED_TRACE(call);
    Pipe from;
    const Pipe to;
    Actor writer(hold_one_end, {from.write.raw()}), other_writer(hold_one_end, {from.write.raw()});
    Actor mover(move_when_told, {from.read.raw(), to.write.raw()}), reader(hold_one_end, {from.read.raw()});
    from.write.reset();
    EXPECT_EQ(ask(writer, "write abc"), "3");
    ask(writer, "close");
    EXPECT_EQ(ask(mover, std::string(call) + " now"), "3");
    if (number == SYS_tee) {
      EXPECT_EQ(ask(reader, "try 10"), "abc");
    }
    EXPECT_EQ(ask(mover, std::string(call) + " now"), "EAGAIN");
    mover.say(std::string(call) + " wait");
    mover.await_blocked_in(number);
    ask(other_writer, "close");
    EXPECT_EQ(mover.hear(), "0");
    EXPECT_EQ(ask(mover, std::string(call) + " wait"), "0");
  }
}

constexpr Clause table[]{
    {.id = "SPL-01",
     .title = "SpliceMovesEveryByteInOrderBetweenPipesAndSockets",
     .source = "splice(2)",
     .body =
         [] {
           everything_arrives(Pipe(), Pipe());
           everything_arrives(Pipe(), Sockets());
           everything_arrives(Sockets(), Pipe());
         }},
    {.id = "SPL-02",
     .title = "TeeCopiesWithoutConsumingSoThatBothReadersSeeTheSameBytes",
     .source = "tee(2)",
     .body = tee_leaves_what_it_copies},
    {.id = "SPL-03",
     .title = "AChangeOfMemoryAfterVmspliceIsSeenByALaterReader",
     .source = "vmsplice(2): the pages themselves are mapped into the pipe",
     .body = lent_pages_change_in_the_channel},
    {.id = "SPL-04",
     .title = "OnAFullPipeSpliceFNonblockGivesEagainAndWithoutItTheCallBlocks",
     .source = "splice(2), tee(2), vmsplice(2)",
     .body = full_pipe_refuses_or_blocks},
    {.id = "SPL-05",
     .title = "FromAPipeWithoutWritersSpliceReturnsWhatIsLeftAndThenZero",
     .source = "splice(2), tee(2)",
     .body = no_writers_is_the_end},
};

}  // namespace

const Section splice_section{.name = "SPL", .count = 5, .clauses = table};

}  // namespace ipcmark
