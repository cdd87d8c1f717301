// EFD: eventfd(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>

#include <deque>
#include <limits>

#include "harness/os/posix/letter.hpp"
#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/shared_object.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max() - 1;

os::Handle make_eventfd(int flags = 0, unsigned initial = 0) {
  return os::Handle(check(::eventfd(initial, flags | EFD_CLOEXEC), "eventfd2"));
}
std::string read_from(int descriptor) {
  std::uint64_t value = 0;
  return ::read(descriptor, &value, sizeof value) == sizeof value ? std::to_string(value) : error_name(errno);
}
std::string write_to(int descriptor, std::uint64_t value) {
  return result_of(::write(descriptor, &value, sizeof value));
}

// What select(2) says of one descriptor, in the words of poll(2).
short selected(int descriptor) {
  fd_set readable, writable;
  FD_ZERO(&readable);
  FD_ZERO(&writable);
  FD_SET(descriptor, &readable);
  FD_SET(descriptor, &writable);
  timeval at_once{};
  check(::select(descriptor + 1, &readable, &writable, nullptr, &at_once), "select");
  const int events =
      (FD_ISSET(descriptor, &readable) ? POLLIN : 0) | (FD_ISSET(descriptor, &writable) ? POLLOUT : 0);
  return static_cast<short>(events);
}
std::string state_of(int descriptor) {
  pollfd one{.fd = descriptor, .events = POLLIN | POLLOUT, .revents = 0};
  check(::poll(&one, 1, 0), "poll");
  std::string text = one.revents & POLLIN ? "in" : "";
  if (one.revents & POLLOUT) text += "out";
  if (one.revents & ~(POLLIN | POLLOUT)) text += " and more";
  if ((one.revents & (POLLIN | POLLOUT)) != selected(descriptor)) text += ", but not for select";
  return text;
}

// Does as it is told: "read", "write 7", "state", "wait" for it to be readable.
void obey_calls(Stage& stage) {
  const int descriptor = stage.fd(0);
  for (;;) {
    const std::string call = stage.hear();
    if (call == "read") {
      stage.say(read_from(descriptor));
    } else if (call == "state") {
      stage.say(state_of(descriptor));
    } else if (call == "wait") {
      pollfd one{.fd = descriptor, .events = POLLIN, .revents = 0};
      stage.say(result_of(::poll(&one, 1, -1)));
    } else {
      stage.say(write_to(descriptor, std::stoull(call.substr(call.find(' ') + 1))));
    }
  }
}

void writes_add_up() {
  const os::Handle event = make_eventfd(EFD_NONBLOCK);
  Actor writer(obey_calls, {event.raw()}), reader(obey_calls, {event.raw()});
  for (int k = 1; k <= 5; ++k) EXPECT_EQ(ask(writer, "write " + std::to_string(k)), "8");
  EXPECT_EQ(ask(reader, "read"), "15");
  EXPECT_EQ(ask(reader, "read"), "EAGAIN");
  EXPECT_EQ(ask(writer, "write 0"), "8");
  EXPECT_EQ(ask(reader, "read"), "EAGAIN");
}

constexpr std::uint64_t writes = 5000;

// Reads until the writers are gone, which handle 1 tells, and nothing is left; says the sum.
void add_up(Stage& stage) {
  std::uint64_t sum = 0, value = 0;
  pollfd both[]{{.fd = stage.fd(0), .events = POLLIN, .revents = 0},
                {.fd = stage.fd(1), .events = POLLIN, .revents = 0}};
  stage.say("ready");
  for (;;) {
    check(::poll(both, 2, -1), "poll");
    const bool over = both[1].revents != 0;
    if (::read(stage.fd(0), &value, sizeof value) == sizeof value) {
      sum += value;
    } else if (over) {
      break;
    }
  }
  stage.say(std::to_string(sum));
}
void write_many(Stage& stage) {
  const std::uint64_t factor = std::stoull(stage.text());
  stage.hear();
  for (std::uint64_t k = 1; k <= writes; ++k) static_cast<void>(write_to(stage.fd(0), k * factor));
  stage.say("done");
}

void sum_of_reads_is_sum_of_writes() {
  const os::Handle event = make_eventfd(EFD_NONBLOCK);
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "pipe2");
  const os::Handle over(ends[0]);
  os::Handle go_on(ends[1]);
  std::deque<Actor> writers, readers;
  std::uint64_t expected = 0, sum = 0;
  for (const std::uint64_t factor : {1U, 1000U, 1'000'000U}) {
    writers.emplace_back(write_many, std::vector{event.raw()}, std::to_string(factor));
    expected += factor * writes * (writes + 1) / 2;
  }
  for (int k = 0; k < 2; ++k) readers.emplace_back(add_up, std::vector{event.raw(), over.raw()});
  for (Actor& reader : readers) EXPECT_EQ(reader.hear(), "ready");
  for (Actor& writer : writers) writer.say("go");
  for (Actor& writer : writers) EXPECT_EQ(writer.hear(), "done");
  go_on.reset();
  for (Actor& reader : readers) sum += std::stoull(reader.hear());
  EXPECT_EQ(sum, expected);
}

void semaphore_gives_one_each() {
  const os::Handle event = make_eventfd(EFD_SEMAPHORE);
  Actor writer(obey_calls, {event.raw()});
  std::deque<Actor> readers;
  for (int k = 0; k < 3; ++k) {
    readers.emplace_back(obey_calls, std::vector{event.raw()}).say("read");
    readers.back().await_blocked_in(SYS_read);
  }
  EXPECT_EQ(ask(writer, "write 5"), "8");
  for (Actor& reader : readers) EXPECT_EQ(reader.hear(), "1");
  check(::fcntl(event.fd(), F_SETFL, O_NONBLOCK), "fcntl");
  for (const char* expected : {"1", "1", "EAGAIN"}) EXPECT_EQ(ask(readers[0], "read"), expected);
}

void empty_and_full_counters_wait() {
  const os::Handle event = make_eventfd();
  Actor writer(obey_calls, {event.raw()}), reader(obey_calls, {event.raw()});
  reader.say("read");
  reader.await_blocked_in(SYS_read);
  EXPECT_EQ(ask(writer, "write 7"), "8");
  EXPECT_EQ(reader.hear(), "7");
  EXPECT_EQ(ask(writer, "write " + std::to_string(most)), "8");
  writer.say("write 3");
  writer.await_blocked_in(SYS_write);
  EXPECT_EQ(ask(reader, "read"), std::to_string(most));
  EXPECT_EQ(writer.hear(), "8");
  EXPECT_EQ(ask(reader, "read"), "3");
  check(::fcntl(event.fd(), F_SETFL, O_NONBLOCK), "fcntl");
  EXPECT_EQ(ask(reader, "read"), "EAGAIN");
  EXPECT_EQ(ask(writer, "write " + std::to_string(most - 1)), "8");
  EXPECT_EQ(ask(writer, "write 2"), "EAGAIN");
  EXPECT_EQ(ask(writer, "write 1"), "8");
  EXPECT_EQ(ask(reader, "read"), std::to_string(most));
}

// Each call with a size, or a value, that is not allowed.
void call_wrongly(Stage& stage) {
  const std::array<std::uint64_t, 2> values{1, 1};
  std::array<std::uint64_t, 2> room{};
  for (const std::size_t size : {0U, 1U, 4U, 7U}) {
    stage.say(result_of(::write(stage.fd(0), values.data(), size)));
    stage.say(result_of(::read(stage.fd(0), room.data(), size)));
  }
  stage.say(write_to(stage.fd(0), most + 1));
}

void eight_bytes_and_no_more_than_fits() {
  const os::Handle event = make_eventfd(EFD_NONBLOCK, 1);
  Actor caller(call_wrongly, {event.raw()});
  for (int k = 0; k < 9; ++k) EXPECT_EQ(caller.hear(), "EINVAL");
  EXPECT_EQ(read_from(event.fd()), "1");
}

void poll_follows_the_counter() {
  const os::Handle event = make_eventfd();
  Actor writer(obey_calls, {event.raw()}), watcher(obey_calls, {event.raw()});
  EXPECT_EQ(ask(watcher, "state"), "out");
  watcher.say("wait");
  watcher.await_blocked();
  EXPECT_EQ(ask(writer, "write 1"), "8");
  EXPECT_EQ(watcher.hear(), "1");
  EXPECT_EQ(ask(watcher, "state"), "inout");
  EXPECT_EQ(ask(writer, "write " + std::to_string(most - 2)), "8");
  EXPECT_EQ(ask(watcher, "state"), "inout");
  EXPECT_EQ(ask(writer, "write 1"), "8");
  EXPECT_EQ(ask(watcher, "state"), "in");
  EXPECT_EQ(ask(watcher, "read"), std::to_string(most));
  EXPECT_EQ(ask(watcher, "state"), "out");
}

// Makes an eventfd, lets a child of its own write to it, and sends it through the socket of handle 0.
void make_share_and_read(Stage& stage) {
  const os::Handle event = make_eventfd();
  const pid_t child = fork_bound();
  if (child == 0) ::_exit(write_to(event.fd(), 5) == "8" ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);
  os::Letter letter;
  letter.enclose(event);
  check(::sendmsg(stage.fd(0), &letter.header, 0), "sendmsg");
  stage.hear();
  stage.say(read_from(event.fd()) + " " + std::to_string(status));
}
void receive_and_write(Stage& stage) {
  os::Letter letter;
  check(::recvmsg(stage.fd(0), &letter.header, MSG_CMSG_CLOEXEC), "recvmsg");
  stage.say(write_to(letter.enclosed().fd(), 7));
}

void shared_by_fork_and_by_rights() {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
  const os::Handle here(ends[0]), there(ends[1]);
  Actor maker(make_share_and_read, {here.raw()}), stranger(receive_and_write, {there.raw()});
  EXPECT_EQ(stranger.hear(), "8");
  EXPECT_EQ(ask(maker, "read"), "12 0");
}

// Waits for an eventfd and for a process; says which of the two it was.
void wait_for_either(Stage& stage) {
  pollfd both[]{{.fd = stage.fd(0), .events = POLLIN, .revents = 0},
                {.fd = stage.fd(1), .events = POLLIN, .revents = 0}};
  check(::poll(both, 2, -1), "poll");
  stage.say(both[0].revents != 0 ? "the eventfd" : "the process");
}

void death_is_seen_by_a_pidfd_only() {
  os::Handle event = make_eventfd();
  Actor writer(obey_calls, {event.raw()}), reader(obey_calls, {event.raw()});
  EXPECT_EQ(ask(writer, "write 1"), "8");
  EXPECT_EQ(ask(reader, "read"), "1");
  const long pidfd = ::syscall(SYS_pidfd_open, writer.id(), 0);
  const os::Handle process(check(pidfd, "pidfd_open"));
  Actor watcher(wait_for_either, {event.raw(), process.raw()}), other(obey_calls, {event.raw()});
  watcher.await_blocked();
  EXPECT_EQ(ask(other, "state"), "out");
  event.reset();
  reader.say("read");
  reader.await_blocked_in(SYS_read);
  writer.kill();
  EXPECT_EQ(watcher.hear(), "the process");
  EXPECT_EQ(ask(other, "state"), "out");
  reader.await_blocked_in(SYS_read);
  EXPECT_EQ(ask(other, "write 2"), "8");
  EXPECT_EQ(reader.hear(), "2");
}

constexpr Clause table[]{
    {.id = "EFD-01",
     .title = "WritesAddUpAndOneReadReturnsTheSum",
     .source = "eventfd(2)",
     .body = writes_add_up},
    {.id = "EFD-02",
     .title = "TheSumOfAllReadsIsTheSumOfAllWrites",
     .source = "eventfd(2)",
     .body = sum_of_reads_is_sum_of_writes},
    {.id = "EFD-03",
     .title = "WithEfdSemaphoreEachReadReturnsOne",
     .source = "eventfd(2), EFD_SEMAPHORE",
     .body = semaphore_gives_one_each},
    {.id = "EFD-04",
     .title = "ReadsOfZeroAndWritesPastTheLargestValueWaitOrAreRefused",
     .source = "eventfd(2), EFD_NONBLOCK",
     .body = empty_and_full_counters_wait},
    {.id = "EFD-05",
     .title = "FewerThanEightBytesAndTheValueOfAllOnesAreEinval",
     .source = "eventfd(2), EINVAL",
     .body = eight_bytes_and_no_more_than_fits},
    {.id = "EFD-06",
     .title = "PollAndSelectFollowTheCounter",
     .source = "eventfd(2), poll(2) and select(2)",
     .body = poll_follows_the_counter},
    {.id = "EFD-07",
     .title = "ACounterIsSharedOverForkAndScmRights",
     .source = "eventfd(2); unix(7), SCM_RIGHTS",
     .body = shared_by_fork_and_by_rights},
    {.id = "EFD-08",
     .title = "TheDeathOfAPeerIsSeenByAPidfdAndNotByTheEventfd",
     .source = "eventfd(2); pidfd_open(2)",
     .body = death_is_seen_by_a_pidfd_only},
};

}  // namespace

const Section eventfd_section{.name = "EFD", .count = 8, .clauses = table};

}  // namespace ipcmark
