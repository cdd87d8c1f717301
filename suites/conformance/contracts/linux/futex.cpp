// FTX: futex(2).
#include "suites/conformance/contracts/linux/futex.hpp"

#include <gtest/gtest.h>
#include <time.h>

#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

constexpr std::uint32_t flips = 6000;

struct Flipped {
  Word turn;                         // whose it is
  std::array<Word, 2> stale, slept;  // waits that returned at once, and others
};

void pause_for(std::uint32_t turns) {
  for (; turns > 0; --turns) os::cpu_relax();
}

// Two processes take turns. Between its look at the word and its sleep each pauses, another time each time,
// so that the other one changes the word there.
void take_turns(Stage& stage) {
  const Shared<Flipped> shared(stage.fd(0));
  const std::uint32_t own = stage.text() == "1" ? 1 : 0;
  for (std::uint32_t k = 0; k < flips; ++k) {
    while (shared->turn != own) {
      pause_for(k * 37 % 2003);
      const long result = futex(&shared->turn, FUTEX_WAIT, 1 - own);
      ++(result == 0 ? shared->slept : shared->stale)[own];
    }
    pause_for(k * 7 % 31);
    shared->turn = 1 - own;
    futex(&shared->turn, FUTEX_WAKE, 1);
  }
  stage.say("done");
}

void no_wake_up_is_lost() {
  const Shared<Words> words;
  words->word = 1;
  Actor late(wait_once, {words.raw()}, std::to_string(FUTEX_WAIT));
  EXPECT_EQ(late.hear(), "EAGAIN");
  const Shared<Flipped> shared;
  Actor first(take_turns, {shared.raw()}, "0"), second(take_turns, {shared.raw()}, "1");
  EXPECT_EQ(first.hear(), "done");
  EXPECT_EQ(second.hear(), "done");
  const std::uint32_t stale = shared->stale[0] + shared->stale[1],
                      slept = shared->slept[0] + shared->slept[1];
  observe(std::to_string(slept) + " waits slept, " + std::to_string(stale) + " came too late to");
  if (slept == 0 || stale == 0) throw Inconclusive("nobody ever slept, or came too late to");
}

// Maps the words where the test has not, tells where, and waits.
void wait_elsewhere(Stage& stage) {
  const Shared<Words> taken(stage.fd(0)), words(stage.fd(0));
  const auto address = [](const Shared<Words>& at) {
    return std::to_string(reinterpret_cast<std::uintptr_t>(&*at));
  };
  const Shared<Words>& chosen = address(words) == stage.text() ? taken : words;
  stage.say(address(chosen));
  stage.say(result_of(futex(&chosen->word, FUTEX_WAIT, 0)));
}

void shared_futex_of_two_mappings() {
  const Shared<Words> words;
  const std::string address = std::to_string(reinterpret_cast<std::uintptr_t>(&*words));
  Actor waiter(wait_elsewhere, {words.raw()}, address);
  EXPECT_NE(waiter.hear(), address);
  waiter.await_blocked_in(SYS_futex);
  EXPECT_EQ(futex(&words->other, FUTEX_WAKE, everybody), 0);
  EXPECT_EQ(futex(&words->word, FUTEX_WAKE, everybody), 1);
  EXPECT_EQ(waiter.hear(), "0");
}

// A private waiter can be found by nobody else, and a private wake finds nobody else.
void private_futexes_stay_private() {
  Waiters cast(1, FUTEX_WAIT_PRIVATE);
  EXPECT_EQ(futex(&cast.words->word, FUTEX_WAKE, everybody), 0);
  EXPECT_EQ(futex(&cast.words->word, FUTEX_WAKE_PRIVATE, everybody), 0);
  cast.actors().front().await_blocked_in(SYS_futex);
  Actor& other = cast.add(FUTEX_WAIT);
  EXPECT_EQ(futex(&cast.words->word, FUTEX_WAKE_PRIVATE, everybody), 0);
  EXPECT_EQ(futex(&cast.words->word, FUTEX_WAKE, everybody), 1);
  EXPECT_EQ(other.hear(), "0");
  EXPECT_EQ(cast.words->woken, 1U);
}

void wake_is_bounded_and_counted() {
  Waiters cast(5);
  Words& words = *cast.words;
  EXPECT_EQ(futex(&words.word, FUTEX_WAKE, 2), 2);
  await_count(words.woken, 2);
  EXPECT_EQ(futex(&words.word, FUTEX_WAKE, everybody), 3);
  for (Actor& actor : cast.actors()) EXPECT_EQ(actor.hear(), "0");
  EXPECT_EQ(words.woken, 5U);
  EXPECT_EQ(futex(&words.word, FUTEX_WAKE, everybody), 0);
  const bool in_order = words.order[0] == cast.actors()[0].id() && words.order[1] == cast.actors()[1].id();
  observe(in_order ? "the first two to come were the first two to go"
                   : "those who came first did not go first");
}

// Says how it ended and how many microseconds it was too early, or "0".
void wait_for_a_time(Stage& stage) {
  const Shared<Words> words(stage.fd(0));
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
  };
  for (;;) {
    const long wanted = std::stol(stage.hear());
    const timespec timeout{.tv_sec = wanted / 1'000'000'000, .tv_nsec = wanted % 1'000'000'000};
    const long begun = now();
    const std::string result = result_of(futex(&words->word, FUTEX_WAIT, 0, &timeout));
    const long passed = now() - begun;
    stage.say(result + (passed < wanted ? " after " + std::to_string(passed) : ""));
  }
}

void a_timeout_is_never_early() {
  const Shared<Words> words;
  Actor waiter(wait_for_a_time, {words.raw()});
  for (const long wanted : {0L, 1L, 50'000L, 1'000'000L, 1'234'567L, 10'000'000L, 50'000'000L})
    EXPECT_EQ(ask(waiter, std::to_string(wanted)), "ETIMEDOUT") << wanted << " ns";
  for (int k = 0; k < 100; ++k) EXPECT_EQ(ask(waiter, "100000"), "ETIMEDOUT");
}

Word* handled = nullptr;
void count_signal(int) { advance(*handled); }

// As wait_once, with a handler of SIGUSR1 installed with the flags in the text.
void wait_with_handler(Stage& stage) {
  const Shared<Words> words(stage.fd(0));
  handled = &words->handled;
  struct sigaction action {};
  action.sa_handler = count_signal;
  action.sa_flags = stage.text() == "restart" ? SA_RESTART : 0;
  check(::sigaction(SIGUSR1, &action, nullptr), "sigaction");
  stage.say(result_of(futex(&words->word, FUTEX_WAIT, 0)));
}

void signals_and_spurious_wakes() {
  const Shared<Words> words;
  Actor plain(wait_with_handler, {words.raw()}, "plain");
  plain.await_blocked_in(SYS_futex);
  plain.signal(SIGUSR1);
  EXPECT_EQ(plain.hear(), "EINTR");
  Actor restarting(wait_with_handler, {words.raw()}, "restart");
  restarting.await_blocked_in(SYS_futex);
  restarting.signal(SIGUSR1);
  await_count(words->handled, 2);
  restarting.await_blocked_in(SYS_futex);
  // The word is what it was: 0 says that somebody woke it, and not why.
  EXPECT_EQ(futex(&words->word, FUTEX_WAKE, 1), 1);
  EXPECT_EQ(restarting.hear(), "0");
  EXPECT_EQ(words->word, 0U);
}

void bad_addresses(Stage& stage) {
  const Shared<Words> words(stage.fd(0));
  const auto try_both = [&](const void* address) {
    for (const int operation : {FUTEX_WAIT, FUTEX_WAKE})
      stage.say(result_of(futex(static_cast<const Word*>(address), operation, 1)));
  };
  const auto* const bytes = reinterpret_cast<const char*>(&*words);
  for (const int beside : {1, 2, 3}) try_both(bytes + beside);
  void* const page = map_memory(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  try_both(page);
  check(::munmap(page, 4096), "munmap");
  try_both(page);
}

void requeue_moves_the_rest() {
  Waiters cast(5);
  Words& words = *cast.words;
  EXPECT_EQ(result_of(futex_requeue(&words.word, &words.other, 1, INT_MAX, 7)), "EAGAIN");
  EXPECT_EQ(futex(&words.other, FUTEX_WAKE, everybody), 0);
  EXPECT_EQ(words.woken, 0U);
  EXPECT_EQ(futex_requeue(&words.word, &words.other, 1, 2, 0), 3);  // one woken, two moved
  EXPECT_EQ(futex_requeue(&words.word, &words.other, 0, INT_MAX, 0), 2);
  EXPECT_EQ(futex(&words.word, FUTEX_WAKE, everybody), 0);
  await_count(words.woken, 1);
  EXPECT_EQ(words.woken, 1U);
  EXPECT_EQ(futex(&words.other, FUTEX_WAKE, everybody), 4);
  for (Actor& actor : cast.actors()) EXPECT_EQ(actor.hear(), "0");
}

constexpr Clause table[]{
    {.id = "FTX-01",
     .title = "AWaitWithAStaleValueReturnsAtOnceAndNoWakeUpIsLost",
     .source = "futex(2), FUTEX_WAIT, EAGAIN",
     .body = no_wake_up_is_lost},
    {.id = "FTX-02",
     .title = "AWakeReachesAWaiterWhoMappedTheWordElsewhere",
     .source = "futex(2)",
     .body = shared_futex_of_two_mappings},
    {.id = "FTX-03",
     .title = "PrivateFutexesDoNotCrossProcesses",
     .source = "futex(2), FUTEX_PRIVATE_FLAG",
     .body = private_futexes_stay_private},
    {.id = "FTX-04",
     .title = "WakeWakesAtMostAsManyAsAskedAndReturnsTheirNumber",
     .source = "futex(2), FUTEX_WAKE",
     .body = wake_is_bounded_and_counted},
    {.id = "FTX-05",
     .title = "ARelativeTimeoutIsNeverEarlyByTheMonotonicClock",
     .source = "futex(2), FUTEX_WAIT",
     .body = a_timeout_is_never_early},
    {.id = "FTX-06",
     .title = "AHandlerInterruptsAWaitUnlessItRestartsAndAWakeSaysNothingOfTheWord",
     .source = "futex(2), EINTR and RETURN VALUE; signal(7), SA_RESTART",
     .body = signals_and_spurious_wakes},
    {.id = "FTX-07",
     .title = "AnUnalignedAddressIsEinvalAndOneThatCannotBeReadIsEfault",
     .source = "futex(2), ERRORS",
     .body =
         [] {
           const Shared<Words> words;
           Actor caller(bad_addresses, {words.raw()});
           for (int k = 0; k < 6; ++k) EXPECT_EQ(caller.hear(), "EINVAL");
           for (int k = 0; k < 4; ++k) EXPECT_EQ(caller.hear(), "EFAULT");
         }},
    {.id = "FTX-08",
     .title = "AWakeMayBeLostWithItsDyingReceiverButTheNextOneArrives",
     .source = "futex(2) says nothing of waiters that die",
     .body = a_wake_dies_with_its_receiver,
     .documented = "nothing",
     .observed = "a wake whose receiver is killed before it can act is not passed on to another waiter"},
    {.id = "FTX-09",
     .title = "EveryRobustLockOfADeadProcessIsMarkedAndOneWaiterOfEachWoken",
     .source = "get_robust_list(2); set_robust_list(2)",
     .body = robust_list_of_a_dead_process},
    {.id = "FTX-10",
     .title = "WaitvWaitsOnWordsOfSeveralMappings",
     .source = "futex_waitv(2), Linux 5.16",
     .body = wait_on_several_words},
    {.id = "FTX-11",
     .title = "CmpRequeueMovesTheRestOfTheWaiters",
     .source = "futex(2), FUTEX_CMP_REQUEUE",
     .body = requeue_moves_the_rest},
};

}  // namespace

const Section futex_section{.name = "FTX", .count = 11, .clauses = table};

}  // namespace ipcmark
