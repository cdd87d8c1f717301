// MQ, notification: mq_notify(3).
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>

#include "suites/conformance/contracts/linux/posix_mq.hpp"

namespace ipcmark::mq {

namespace {

// "register" answers as mq_notify(3) did; "count" answers how many notifications have come since.
void registrant(Stage& stage) {
  const int queue = open_queue(stage.text(), O_RDONLY);
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, SIGRTMIN);  // of a real-time signal none is merged with another
  check(::sigprocmask(SIG_BLOCK, &wanted, nullptr), "sigprocmask");
  for (;;) {
    if (stage.hear() == "register") {
      sigevent event{};
      event.sigev_notify = SIGEV_SIGNAL;
      event.sigev_signo = SIGRTMIN;
      stage.say(result_of(::mq_notify(queue, &event)));
      continue;
    }
    const timespec at_once{};
    siginfo_t info{};
    int count = 0;
    while (::sigtimedwait(&wanted, &info, &at_once) == SIGRTMIN) count += info.si_code == SI_MESGQ ? 1 : 1000;
    stage.say(std::to_string(count));
  }
}

}  // namespace

void notification_comes_once() {
  Session session;
  const Queue queue(session);
  Actor registered(registrant, {}, queue.name()), sender(serve, {}, queue.name());
  const auto send = [&] { EXPECT_EQ(answer(sender, "put 0 m"), "0"); };
  EXPECT_EQ(answer(registered, "register"), "0");
  send();
  EXPECT_EQ(answer(registered, "count"), "1");
  send();
  EXPECT_EQ(answer(registered, "count"), "0");

  // A queue that is not empty has nothing to tell, and the registration stays until it has.
  EXPECT_EQ(answer(registered, "register"), "0");
  send();
  EXPECT_EQ(answer(registered, "count"), "0");
  for (int k = 0; k < 3; ++k) EXPECT_EQ(take(queue.fd()), "m@0");
  EXPECT_EQ(answer(registered, "count"), "0");
  send();
  EXPECT_EQ(answer(registered, "count"), "1");

  // Used up: the next first message is told to nobody.
  EXPECT_EQ(take(queue.fd()), "m@0");
  send();
  EXPECT_EQ(answer(registered, "count"), "0");
}

void waiting_receiver_precedes_notification() {
  Session session;
  const Queue queue(session);
  Actor registered(registrant, {}, queue.name()), receiver(serve, {}, queue.name());
  EXPECT_EQ(answer(registered, "register"), "0");
  receiver.say("take");
  receiver.await_blocked_in(SYS_mq_timedreceive);
  EXPECT_EQ(put(queue.fd(), "first"), "0");
  EXPECT_EQ(receiver.hear(), "first@0");
  EXPECT_EQ(answer(registered, "count"), "0");
  EXPECT_EQ(put(queue.fd(), "second"), "0");
  EXPECT_EQ(answer(registered, "count"), "1");
}

void one_process_is_registered_at_a_time() {
  Session session;
  const Queue queue(session);
  Actor first(registrant, {}, queue.name()), second(registrant, {}, queue.name());
  EXPECT_EQ(answer(first, "register"), "0");
  EXPECT_EQ(answer(second, "register"), "EBUSY");
  EXPECT_EQ(answer(first, "register"), "EBUSY");
  first.kill();
  EXPECT_EQ(answer(second, "register"), "0");
  EXPECT_EQ(put(queue.fd(), "m"), "0");
  EXPECT_EQ(answer(second, "count"), "1");
}

}  // namespace ipcmark::mq
