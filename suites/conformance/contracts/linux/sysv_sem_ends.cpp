// SVS, how a wait and a holder end: undo, timeouts, removal and signals.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <deque>

#include "harness/os/clock.hpp"
#include "suites/conformance/contracts/linux/sysv_sem.hpp"

namespace ipcmark::svs {

void undo_gives_back_what_a_killed_holder_has() {
  Session session;
  const Set set(session, {1});
  for (const bool undoes : {true, false}) {
    Actor holder(serve, {}, set.text()), waiter(serve, {}, set.text());
    EXPECT_EQ(answer(holder, -1, undoes ? SEM_UNDO : 0), "0");
    waiter.say("-1");
    waiter.await_blocked();
    EXPECT_EQ(set.value(), 0);
    holder.kill();
    if (undoes) {
      EXPECT_EQ(waiter.hear(), "0");
      EXPECT_EQ(answer(waiter, 1), "0");
      EXPECT_EQ(set.value(), 1);
    } else {
      waiter.await_blocked();
      EXPECT_EQ(set.value(), 0);
      EXPECT_EQ(set.waiting_for_more(), 1);
    }
  }
}

void undo_ends_at_zero() {
  Session session;
  const Set set(session, {0});
  Actor giver(serve, {}, set.text()), taker(serve, {}, set.text());
  EXPECT_EQ(answer(giver, 3, SEM_UNDO), "0");
  EXPECT_EQ(answer(taker, -2), "0");
  EXPECT_EQ(set.value(), 1);
  giver.kill();
  EXPECT_EQ(set.value(), 0);
  EXPECT_EQ(answer(taker, 1), "0");
  EXPECT_EQ(set.value(), 1) << "nothing is owed";
}

void timeouts_expire() {
  constexpr long patience = 20'000'000;  // ns
  Session session;
  const Set set(session, {0, 5});
  Actor waiter(
      [](Stage& stage) {
        for (sembuf operation : {step(-1, 0, 0), step(0, 0, 1), step(-6, 0, 1)}) {
          const timespec timeout{.tv_sec = 0, .tv_nsec = patience};
          const std::uint64_t begun = os::read_monotonic();
          const std::string result =
              result_of(::semtimedop(std::stoi(stage.text()), &operation, 1, &timeout));
          stage.say(result + (os::read_monotonic() - begun < patience ? " too early" : ""));
        }
        sembuf possible = step(-5, 0, 1);
        const timespec none{};
        stage.say(result_of(::semtimedop(std::stoi(stage.text()), &possible, 1, &none)));
      },
      {}, set.text());
  for (int k = 0; k < 3; ++k) EXPECT_EQ(waiter.hear(), "EAGAIN");
  EXPECT_EQ(waiter.hear(), "0") << "what can be done at once needs no time";
  EXPECT_EQ(set.value(0), 0);
  EXPECT_EQ(set.value(1), 0);
  EXPECT_EQ(set.waiting_for_more(0) + set.waiting_for_more(1) + set.waiting_for_zero(1), 0);
}

void removal_wakes_all() {
  Session session;
  const Set set(session, {1});
  std::deque<Actor> sleepers;
  for (int k = 0; k < 6; ++k) {
    sleepers.emplace_back(serve, std::vector<os::RawHandle>{}, set.text()).say(k % 2 == 0 ? "-2" : "0");
  }
  for (Actor& sleeper : sleepers) sleeper.await_blocked();
  set.remove();
  for (Actor& sleeper : sleepers) EXPECT_EQ(sleeper.hear(), "EIDRM");
  EXPECT_EQ(answer(sleepers[0], -1), "EINVAL");
}

namespace {

template <int Flags>
void handle_and_wait(Stage& stage) {
  handle_signal(Flags, stage.fd(0));
  const int set = std::stoi(stage.text());
  stage.say(operate(set, {step(-2)}));
  stage.say(operate(set, {step(0)}));
}

}  // namespace

void handlers_always_end_a_wait() {
  Session session;
  const Set set(session, {1});
  const os::Handle told = make_told();
  for (const Play play : {handle_and_wait<0>, handle_and_wait<SA_RESTART>}) {
    Actor actor(play, {told.raw()}, set.text());
    interrupt(actor, told.fd());
    EXPECT_EQ(actor.hear(), "EINTR");
    interrupt(actor, told.fd());
    EXPECT_EQ(actor.hear(), "EINTR");
    EXPECT_EQ(set.waiting_for_more() + set.waiting_for_zero(), 0);
  }
  EXPECT_EQ(set.value(), 1);
}

namespace {

// Takes the semaphore with SEM_UNDO; a child that it forks then ends, and it becomes a shell, which tells so
// and ends when its input does.
void take_fork_and_exec(Stage& stage) {
  const int set = std::stoi(stage.text());
  stage.say(operate(set, {step(-1, SEM_UNDO)}));
  if (check(::fork(), "fork") == 0) ::_exit(0);
  int status = -1;
  check(::wait(&status), "wait");
  stage.say(std::to_string(status));
  stage.hear();
  check(::dup2(stage.fd(0), 0), "dup2");
  check(::dup2(stage.fd(1), 1), "dup2");
  stage.close(0);
  stage.close(1);
  ::execl("/bin/sh", "sh", "-c", "echo executed; read line", nullptr);
  throw_errno("execl /bin/sh");
}

struct Pipe {
  Pipe() {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "pipe2");
    read = os::Handle(ends[0]);
    write = os::Handle(ends[1]);
  }
  os::Handle read, write;
};

}  // namespace

void undo_stays_with_the_process() {
  Session session;
  const Set set(session, {1});
  Pipe to_shell, from_shell;
  Actor holder(take_fork_and_exec, {to_shell.read.raw(), from_shell.write.raw()}, set.text());
  EXPECT_EQ(holder.hear(), "0");
  EXPECT_EQ(holder.hear(), "0") << "how the child ended";
  EXPECT_EQ(set.value(), 0) << "the end of a child gives nothing back";
  holder.say("exec");
  from_shell.write.reset();
  char line[16]{};
  const ssize_t got = check(::read(from_shell.read.fd(), line, sizeof line), "read");
  ASSERT_EQ(std::string(line, static_cast<std::size_t>(got)), "executed\n");
  EXPECT_EQ(set.value(), 0) << "exec gives nothing back";
  to_shell.write.reset();
  holder.wait();
  EXPECT_EQ(set.value(), 1) << "and its end after exec does";
}

}  // namespace ipcmark::svs
