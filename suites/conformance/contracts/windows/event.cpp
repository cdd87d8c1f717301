// WEV: events.
#include <gtest/gtest.h>

#include <deque>

#include "suites/conformance/contracts/sections.hpp"
#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark {
namespace {

using namespace windows;

const std::string for_ever = " " + std::to_string(INFINITE);

// A setter and waiters, each with the event as e.
struct Cast {
  Cast(std::size_t waiting, bool manual) : waiters(waiting) {
    const std::string line = "event e " + fresh_name() + (manual ? " 1 0" : " 0 0");
    ask(setter, line);
    for (Puppet& one : waiters) ask(one, line);
  }
  void wait_all() {
    for (Puppet& one : waiters) {
      one.say("wait e" + for_ever);
      one.await_blocked();
    }
  }
  std::size_t woken() {
    std::size_t count = 0;
    for (Puppet& one : waiters) count += one.look().state == Doing::State::listens ? 1U : 0U;
    return count;
  }
  Puppet setter;
  std::deque<Puppet> waiters;
};

void a_set_releases_one_waiter() {
  Cast cast(3, false);
  cast.wait_all();
  for (std::size_t k = 1; k <= cast.waiters.size(); ++k) {
    EXPECT_EQ(ask(cast.setter, "set e"), "ok");
    while (cast.woken() < k) {
    }
    for (Puppet& one : cast.waiters) {
      if (one.look().state != Doing::State::listens) one.await_blocked();
    }
    EXPECT_EQ(cast.woken(), k);
  }
  for (Puppet& one : cast.waiters) EXPECT_EQ(one.hear(), "got");
  // Nobody waits: it stays, and two are one.
  for (int k = 0; k < 2; ++k) EXPECT_EQ(ask(cast.setter, "set e"), "ok");
  EXPECT_EQ(ask(cast.waiters[0], "wait e 0"), "got");
  EXPECT_EQ(ask(cast.waiters[1], "wait e 0"), "timeout");
}

void a_manual_one_releases_all() {
  Cast cast(4, true);
  cast.wait_all();
  EXPECT_EQ(ask(cast.setter, "set e"), "ok");
  for (Puppet& one : cast.waiters) EXPECT_EQ(one.hear(), "got");
  for (Puppet& one : cast.waiters) EXPECT_EQ(ask(one, "wait e 0"), "got");
  EXPECT_EQ(ask(cast.setter, "reset e"), "ok");
  for (Puppet& one : cast.waiters) EXPECT_EQ(ask(one, "wait e 0"), "timeout");
}

// How many a pulse wakes is an observation: to miss some is documented. It leaves the event as it was.
void a_pulse_leaves_it_reset() {
  Cast cast(3, true);
  cast.wait_all();
  EXPECT_EQ(ask(cast.setter, "pulse e"), "ok");
  std::size_t woken = 0;
  for (Puppet& one : cast.waiters) woken += one.hear_unless_stuck(Look::brief).has_value() ? 1U : 0U;
  observe(std::to_string(woken) + " of 3 waiters were woken");
  Puppet& setter = cast.setter;
  EXPECT_EQ(ask(setter, "wait e 0"), "timeout");
}

// Two that hand the processor to each other, so often; a wake-up that is lost is a hang.
void exchange(const char* first, const char* second, unsigned count) {
  const std::string there = fresh_name(), back = fresh_name();
  Puppet one, other;
  for (Puppet* each : {&one, &other}) {
    ask(*each, "event there " + there + " 0 0");
    ask(*each, "event back " + back + " 0 0");
  }
  other.say(std::string(second) + " there back " + std::to_string(count));
  one.say(std::string(first) + " there back " + std::to_string(count));
  EXPECT_EQ(one.hear(), std::to_string(count));
  EXPECT_EQ(other.hear(), std::to_string(count));
}
void signalling_and_waiting_is_one_step() { exchange("ping", "pong", case_settings().quick ? 2000 : 10'000); }
void no_wake_up_is_lost() { exchange("ping", "pong", 100'000); }

void a_set_outlives_its_process() {
  for (int k = 0; k < 5; ++k) {
    Cast cast(1, false);
    EXPECT_EQ(ask(cast.setter, "set e"), "ok");
    cast.setter.kill();
    EXPECT_EQ(ask(cast.waiters[0], "wait e 0"), "got");
  }
}

constexpr Clause table[]{
    {.id = "WEV-01",
     .title = "ASetReleasesOneWaiterOrTheNextAndTwoAreOne",
     .source = "Microsoft, SetEvent; Event Objects",
     .body = a_set_releases_one_waiter},
    {.id = "WEV-02",
     .title = "AManualEventReleasesEverybodyUntilItIsReset",
     .source = "Microsoft, Event Objects",
     .body = a_manual_one_releases_all},
    {.id = "WEV-03",
     .title = "APulseLeavesTheEventReset",
     .source = "Microsoft, PulseEvent",
     .body = a_pulse_leaves_it_reset},
    {.id = "WEV-04",
     .title = "SignallingAndWaitingInOneStepLosesNoSignal",
     .source = "Microsoft, SignalObjectAndWait",
     .body = signalling_and_waiting_is_one_step},
    {.id = "WEV-05",
     .title = "NoWakeUpIsLostInAHundredThousandExchanges",
     .source = "Microsoft, Event Objects",
     .body = no_wake_up_is_lost,
     .slow = true},
    {.id = "WEV-06",
     .title = "ASetOutlivesTheProcessThatMadeIt",
     .source = "Microsoft, Event Objects",
     .body = a_set_outlives_its_process},
};

constexpr LeftOut left_out[]{
    {.id = "WEV-07",
     .reason =
         "whether time asleep counts for a time limit shows only while the computer is suspended, which a "
         "test must not do"},
};

}  // namespace

const Section win_event_section{.name = "WEV", .count = 7, .clauses = table, .left_out = left_out};

}  // namespace ipcmark
