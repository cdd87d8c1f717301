// SIG: signal(7), signalfd(2).
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "suites/conformance/contracts/linux/props.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  return set;
}

sigset_t block(std::initializer_list<int> signals) {
  const sigset_t set = set_of(signals);
  check(::sigprocmask(SIG_BLOCK, &set, nullptr), "sigprocmask");
  return set;
}

std::string queue(const Actor& actor, int signal, int value) {
  sigval carried{};
  carried.sival_int = value;
  return result_of(::sigqueue(static_cast<pid_t>(actor.id()), signal, carried));
}

// What a handler was given, in the order in which it ran.
struct Delivery {
  int signal, value, code;
};
std::array<Delivery, 64> delivered;
std::size_t deliveries = 0;

void note(int signal, siginfo_t* what, void*) {
  if (deliveries < delivered.size())
    delivered[deliveries] = {signal, what->si_value.sival_int, what->si_code};
  ++deliveries;
}

// Handlers which no other signal interrupts, or else those of lower numbers would be interrupted by all
// others before their first line.
void handle(std::initializer_list<int> signals) {
  struct sigaction action {};
  action.sa_sigaction = note;
  action.sa_flags = SA_SIGINFO;
  ::sigfillset(&action.sa_mask);
  for (const int signal : signals) check(::sigaction(signal, &action, nullptr), "sigaction");
}

// Lets in what is pending, and says how much that was and then each as "SIGNAL VALUE"; a signal is told by
// its distance from SIGRTMIN.
void say_what_was_pending(Stage& stage, const sigset_t& set) {
  check(::sigprocmask(SIG_UNBLOCK, &set, nullptr), "sigprocmask");
  stage.say(std::to_string(deliveries));
  for (std::size_t k = 0; k < deliveries; ++k) {
    const Delivery& one = delivered[k];
    stage.say(std::to_string(one.signal - SIGRTMIN) + " " + std::to_string(one.value));
  }
}

void standard_signals_are_merged() {
  Actor actor([](Stage& stage) {
    handle({SIGUSR1});
    const sigset_t set = block({SIGUSR1});
    stage.say("blocked");
    stage.hear();
    say_what_was_pending(stage, set);
  });
  EXPECT_EQ(actor.hear(), "blocked");
  for (int value = 1; value <= 10; ++value) EXPECT_EQ(queue(actor, SIGUSR1, value), "0");
  actor.say("let in");
  EXPECT_EQ(actor.hear(), "1");
  EXPECT_EQ(actor.hear(), std::to_string(SIGUSR1 - SIGRTMIN) + " 1");  // the first is kept
}

// By handlers, and one by one: both ways of taking them have their own code in the kernel.
void accept_real_time_signals(Stage& stage) {
  const std::initializer_list<int> signals{SIGRTMIN, SIGRTMIN + 1, SIGRTMIN + 2};
  handle(signals);
  const sigset_t set = block(signals);
  stage.say("blocked");
  stage.hear();
  if (stage.text() == "handlers") {
    say_what_was_pending(stage, set);
    return;
  }
  siginfo_t what{};
  const timespec at_once{};
  while (::sigtimedwait(&set, &what, &at_once) != -1)
    stage.say(std::to_string(what.si_signo - SIGRTMIN) + " " + std::to_string(what.si_value.sival_int));
  stage.say(error_name(errno));
}

void real_time_signals_queue() {
  for (const std::string way : {"handlers", "sigtimedwait"}) {
    SCOPED_TRACE(way);
    Actor actor(accept_real_time_signals, {}, way);
    EXPECT_EQ(actor.hear(), "blocked");
    constexpr int sent[][2]{{2, 1}, {2, 2}, {0, 3}, {1, 4}, {2, 5}, {0, 3}, {0, 6}};
    for (const auto& [distance, value] : sent) EXPECT_EQ(queue(actor, SIGRTMIN + distance, value), "0");
    actor.say("let in");
    const bool by_handlers = way == "handlers";
    if (by_handlers) {
      EXPECT_EQ(actor.hear(), "7");
    }
    for (const char* one : {"0 3", "0 3", "0 6", "1 4", "2 1", "2 2", "2 5"}) EXPECT_EQ(actor.hear(), one);
    if (!by_handlers) {
      EXPECT_EQ(actor.hear(), "EAGAIN");
    }
  }
}

// How many signals are queued for this user now: proc_pid_status(5), SigQ.
unsigned long queued_now() {
  std::ifstream file("/proc/self/status");
  std::string word;
  unsigned long count = 0;
  while (file >> word) {
    if (word == "SigQ:" && file >> count) return count;
  }
  throw std::runtime_error("/proc/self/status has no SigQ");
}

// The limit is the receiver's, and counts what is queued for its user in all processes.
void signals_that_queue_are_limited() {
  constexpr rlim_t room = 8;
  Actor actor([](Stage& stage) {
    const sigset_t set = block({SIGRTMIN, SIGUSR1});
    // In a user namespace of its own, where it may have one, nobody else is counted with it.
    static_cast<void>(::unshare(CLONE_NEWUSER));
    const rlimit limit{queued_now() + room, queued_now() + room};
    check(::setrlimit(RLIMIT_SIGPENDING, &limit), "setrlimit");
    stage.say("limited");
    const timespec at_once{};
    for (;;) {
      stage.hear();
      siginfo_t what{};
      const int number = ::sigtimedwait(&set, &what, &at_once);
      stage.say(number == -1        ? error_name(errno)
                : number == SIGUSR1 ? "SIGUSR1"
                                    : std::to_string(what.si_value.sival_int));
    }
  });
  EXPECT_EQ(actor.hear(), "limited");
  int sent = 0;
  std::string result;
  while ((result = queue(actor, SIGRTMIN, sent)) == "0" && sent < 100) ++sent;
  EXPECT_EQ(result, "EAGAIN");
  EXPECT_EQ(sent, static_cast<int>(room));
  const auto next = [&] {
    actor.say("next");
    return actor.hear();
  };
  // A standard signal does not need a place in the queue, and has a lower number.
  actor.signal(SIGUSR1);
  EXPECT_EQ(next(), "SIGUSR1");
  EXPECT_EQ(next(), "0");
  EXPECT_EQ(queue(actor, SIGRTMIN, sent), "0");
  EXPECT_EQ(queue(actor, SIGRTMIN, sent), "EAGAIN");
  for (int value = 1; value <= sent; ++value) EXPECT_EQ(next(), std::to_string(value));
  EXPECT_EQ(next(), "EAGAIN");
}

// Without CAP_SETUID one cannot become somebody else. Then the first process is asked about, which belongs to
// root.
void signal_as_somebody_else(Stage& stage) {
  auto target = static_cast<pid_t>(std::stol(stage.text()));
  stage.say(result_of(::kill(target, 0)));
  const uid_t other = ::geteuid() == 65534 ? 65533 : 65534;
  if (::setresuid(other, other, other) == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // which a change of user takes away
    stage.say(result_of(::kill(target, SIGKILL)));
    stage.say(result_of(::sigqueue(target, SIGTERM, {})));
    stage.say(result_of(::kill(::getpid(), 0)));
  } else {
    struct stat first {};
    check(::stat("/proc/1", &first), "stat of /proc/1");
    if (first.st_uid == ::geteuid()) throw Unsupported("CAP_SETUID, with which to become another user");
    target = 1;
    for (int k = 0; k < 2; ++k) stage.say(result_of(::kill(target, 0)));
    stage.say(result_of(::kill(::getpid(), 0)));
  }
  stage.say(result_of(::kill(target, 0)));
}

void others_may_not_be_signalled() {
  Actor target([](Stage& stage) { stage.say(stage.hear()); });
  Actor sender(signal_as_somebody_else, {}, std::to_string(target.id()));
  for (const char* result : {"0", "EPERM", "EPERM", "0", "EPERM"}) EXPECT_EQ(sender.hear(), result);
  target.say("unharmed");
  EXPECT_EQ(target.hear(), "unharmed");
}

// Reads until nothing is there; says each as "SIGNAL VALUE SENDER CODE", the signal by its distance from
// SIGRTMIN.
void read_signals(Stage& stage) {
  const sigset_t set = block({SIGRTMIN, SIGUSR1});
  const os::Handle file(check(::signalfd(-1, &set, SFD_CLOEXEC), "signalfd"));
  stage.say("open");
  for (;;) {
    signalfd_siginfo what{};
    if (::read(file.fd(), &what, sizeof what) != sizeof what) throw_errno("read of a signalfd");
    stage.say(std::to_string(static_cast<int>(what.ssi_signo) - SIGRTMIN) + " " +
              std::to_string(what.ssi_int) + " " + std::to_string(what.ssi_pid) + " " +
              std::to_string(what.ssi_code));
  }
}

void signalfd_gives_every_queued_signal() {
  Actor actor(read_signals);
  EXPECT_EQ(actor.hear(), "open");
  actor.await_blocked_in(SYS_read);
  actor.stop();
  const std::string us = " " + std::to_string(::getpid()) + " " + std::to_string(SI_QUEUE);
  const int many = 100;
  for (int value = 0; value < many; ++value) {
    EXPECT_EQ(queue(actor, SIGRTMIN, value), "0");
    EXPECT_EQ(queue(actor, SIGUSR1, value), "0");
  }
  actor.resume();
  EXPECT_EQ(actor.hear(), std::to_string(SIGUSR1 - SIGRTMIN) + " 0" + us);
  for (int value = 0; value < many; ++value) EXPECT_EQ(actor.hear(), "0 " + std::to_string(value) + us);
  actor.await_blocked_in(SYS_read);  // that was all
  EXPECT_EQ(queue(actor, SIGRTMIN, many), "0");
  EXPECT_EQ(actor.hear(), "0 " + std::to_string(many) + us);
}

constexpr Clause table[]{
    {.id = "SIG-01",
     .title = "PendingStandardSignalsAreMergedAndTheFirstIsKept",
     .source = "signal(7), Queueing and delivery semantics for standard signals",
     .body = standard_signals_are_merged},
    {.id = "SIG-02",
     .title = "RealTimeSignalsQueueInOrderWithTheirValuesAndTheLowestNumberFirst",
     .source = "signal(7), Real-time signals",
     .body = real_time_signals_queue},
    {.id = "SIG-03",
     .title = "QueuedSignalsAreLimitedAndThenSigqueueFailsWithEagain",
     .source = "sigqueue(3), EAGAIN; getrlimit(2), RLIMIT_SIGPENDING",
     .body = signals_that_queue_are_limited,
     .alone = true},
    {.id = "SIG-04",
     .title = "AProcessOfAnotherUserMayNotBeSignalled",
     .source = "kill(2), EPERM",
     .body = others_may_not_be_signalled},
    {.id = "SIG-05",
     .title = "ASignalfdGivesEveryQueuedSignalWithItsValueAndSender",
     .source = "signalfd(2)",
     .body = signalfd_gives_every_queued_signal},
};

}  // namespace

const Section signals_section{.name = "SIG", .count = 5, .clauses = table};

}  // namespace ipcmark
