// MQ, waits: deadlines, signals, poll(2), and receives that fail or die.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include <stdexcept>

#include "suites/conformance/contracts/linux/posix_mq.hpp"

namespace ipcmark::mq {

namespace {

timespec time_of_day() {
  timespec now{};
  check(::clock_gettime(CLOCK_REALTIME, &now), "clock_gettime");
  return now;
}
timespec later(timespec time, long milliseconds) {
  const long ns = time.tv_nsec + milliseconds % 1000 * 1'000'000;
  return {.tv_sec = time.tv_sec + milliseconds / 1000 + ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
}
bool has_come(const timespec& time) {
  const timespec now = time_of_day();
  return now.tv_sec != time.tv_sec ? now.tv_sec > time.tv_sec : now.tv_nsec >= time.tv_nsec;
}
constexpr timespec epoch{.tv_sec = 0, .tv_nsec = 0};

}  // namespace

// By another clock, or counted from now, the deadline in 20 ms would be years away, and the case a hang.
void deadlines_are_times_of_day() {
  Session session;
  const Queue queue(session);
  Actor waiter(
      [](Stage& stage) {
        const int own = open_queue(stage.text(), O_RDWR);
        for (const bool full : {false, true}) {
          if (full) {
            set_nonblocking(own, true);
            fill(own);
            set_nonblocking(own, false);
          }
          for (const timespec& deadline : {epoch, later(time_of_day(), -1000), later(time_of_day(), 20)}) {
            const std::string result = full ? put_until(own, "no", deadline) : take_until(own, deadline);
            stage.say(result + (has_come(deadline) ? "" : " too early"));
          }
        }
      },
      {}, queue.name());
  for (int k = 0; k < 6; ++k) EXPECT_EQ(waiter.hear(), "ETIMEDOUT");
  EXPECT_EQ(queue.waiting(), 4);
}

// POSIX lets an implementation look at the deadline or not when it need not wait; what it does is told.
void what_need_not_wait_does_not_time_out() {
  Session session;
  const Queue queue(session);
  Actor receiver(
      [](Stage& stage) {
        const int own = open_queue(stage.text(), O_RDONLY);
        stage.hear();
        stage.say(take_until(own, epoch));
        stage.say(take_until(own, {.tv_sec = 0, .tv_nsec = 1'000'000'000}));
      },
      {}, queue.name());
  EXPECT_EQ(put_until(queue.fd(), "first", epoch), "0");
  EXPECT_EQ(put(queue.fd(), "second"), "0");
  receiver.say("go on");
  EXPECT_EQ(receiver.hear(), "first@0");
  const std::string result = receiver.hear();
  EXPECT_TRUE(result == "EINVAL" || result == "second@0") << result;
  EXPECT_EQ(queue.waiting(), result == "EINVAL" ? 1 : 0);
  observe("a deadline of 1000000000 ns with a message there: " + result);
}

void deadlines_out_of_range_are_refused() {
  Session session;
  const Queue queue(session);
  Actor waiter(
      [](Stage& stage) {
        const int own = open_queue(stage.text(), O_RDWR);
        for (const long ns : {-1L, 1'000'000'000L}) stage.say(take_until(own, {.tv_sec = 0, .tv_nsec = ns}));
        set_nonblocking(own, true);
        fill(own);
        set_nonblocking(own, false);
        for (const long ns : {-1L, 1'000'000'000L})
          stage.say(put_until(own, "no", {.tv_sec = 0, .tv_nsec = ns}));
      },
      {}, queue.name());
  for (int k = 0; k < 4; ++k) EXPECT_EQ(waiter.hear(), "EINVAL");
  EXPECT_EQ(queue.waiting(), 4);
}

namespace {

template <int Flags>
void handle_and_take(Stage& stage) {
  handle_signal(Flags, stage.fd(0));
  stage.say(take(open_queue(stage.text(), O_RDONLY)));
}
template <int Flags>
void handle_and_put(Stage& stage) {
  handle_signal(Flags, stage.fd(0));
  stage.say(put(open_queue(stage.text(), O_WRONLY), "resumed"));
}

}  // namespace

void handlers_decide_whether_a_wait_goes_on() {
  Session session;
  const Queue queue(session, 1);
  const os::Handle told = make_told();
  const auto start = [&](Play play) { return Actor(play, {told.raw()}, queue.name()); };
  Actor ended = start(handle_and_take<0>), resumed = start(handle_and_take<SA_RESTART>);
  interrupt(ended, told.fd());
  EXPECT_EQ(ended.hear(), "EINTR");
  interrupt(resumed, told.fd());
  resumed.await_blocked_in(SYS_mq_timedreceive);
  ASSERT_EQ(put(queue.fd(), "message"), "0");
  EXPECT_EQ(resumed.hear(), "message@0");

  ASSERT_EQ(put(queue.fd(), "full"), "0");
  Actor ended_sender = start(handle_and_put<0>), resumed_sender = start(handle_and_put<SA_RESTART>);
  interrupt(ended_sender, told.fd());
  EXPECT_EQ(ended_sender.hear(), "EINTR");
  interrupt(resumed_sender, told.fd());
  resumed_sender.await_blocked_in(SYS_mq_timedsend);
  EXPECT_EQ(take(queue.fd()), "full@0");
  EXPECT_EQ(resumed_sender.hear(), "0");
  EXPECT_EQ(take(queue.fd()), "resumed@0");
}

namespace {

// "in", "out", "in out" or "": what poll(2) says of a queue, at once or when it first says something.
std::string polled(int queue, short events, int patience) {
  pollfd one{.fd = queue, .events = events, .revents = 0};
  check(::poll(&one, 1, patience), "poll");
  const bool in = (one.revents & POLLIN) != 0, out = (one.revents & POLLOUT) != 0;
  return std::string(in ? "in" : "") + (in && out ? " " : "") + (out ? "out" : "");
}

}  // namespace

void poll_tells_of_messages_and_of_room() {
  Session session;
  const Queue queue(session, 2);
  Actor other(serve, {}, queue.name());
  const auto now = [&] { return polled(queue.fd(), POLLIN | POLLOUT, 0); };
  EXPECT_EQ(now(), "out");
  EXPECT_EQ(answer(other, "put 0 a"), "0");
  EXPECT_EQ(now(), "in out");
  EXPECT_EQ(answer(other, "put 0 b"), "0");
  EXPECT_EQ(now(), "in");

  Actor for_room([](Stage& stage) { stage.say(polled(open_queue(stage.text(), O_RDWR), POLLOUT, -1)); }, {},
                 queue.name());
  for_room.await_blocked();
  EXPECT_EQ(answer(other, "take"), "a@0");
  EXPECT_EQ(for_room.hear(), "out");
  EXPECT_EQ(answer(other, "take"), "b@0");
  EXPECT_EQ(now(), "out");

  Actor for_message([](Stage& stage) { stage.say(polled(open_queue(stage.text(), O_RDWR), POLLIN, -1)); }, {},
                    queue.name());
  for_message.await_blocked();
  EXPECT_EQ(answer(other, "put 0 c"), "0");
  EXPECT_EQ(for_message.hear(), "in");
}

void failed_receive_removes_nothing() {
  Session session;
  const Queue queue(session);
  set_nonblocking(queue.fd(), true);
  ASSERT_EQ(put(queue.fd(), "kept"), "0");
  Actor receiver(
      [](Stage& stage) {
        char* const nowhere = static_cast<char*>(forbidden_address());
        stage.say(result_of(::mq_receive(open_queue(stage.text(), O_RDONLY), nowhere, usual_size, nullptr)));
      },
      {}, queue.name());
  const std::string failed = receiver.hear();
  if (failed != "EFAULT") throw std::runtime_error("a receive into a forbidden page said " + failed);
  EXPECT_EQ(take(queue.fd()), "kept@0");
}

// A message may be handed to a receiver that has been killed and has not noticed it: how often is told.
void dead_receiver_takes_at_most_the_message_of_its_death() {
  Session session;
  const Queue queue(session);
  set_nonblocking(queue.fd(), true);
  const int rounds = case_settings().quick ? 20 : 100;
  int taken = 0;
  for (int round = 0; round < rounds; ++round) {
    Actor receiver([](Stage& stage) { take(open_queue(stage.text(), O_RDONLY)); }, {}, queue.name());
    receiver.await_blocked_in(SYS_mq_timedreceive);
    receiver.kill_unreaped();
    ASSERT_EQ(put(queue.fd(), "early"), "0");
    receiver.wait();
    ASSERT_EQ(put(queue.fd(), "late"), "0");
    std::string first = take(queue.fd());
    if (first == "early@0") {
      first = take(queue.fd());
    } else {
      ++taken;
    }
    ASSERT_EQ(first, "late@0");
    ASSERT_EQ(take(queue.fd()), "EAGAIN");
  }
  observe(std::to_string(taken) + " of " + std::to_string(rounds) +
          " messages sent while a killed receiver was dying went with it");
}

}  // namespace ipcmark::mq
