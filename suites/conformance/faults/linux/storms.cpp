// Signals whose handler was installed without SA_RESTART, so that every call of the system that waits is
// interrupted: signal(7), "Interruption of system calls".
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "suites/conformance/faults/faults.hpp"

namespace ipcmark::faults {
namespace {

constexpr std::size_t large_message = 4096, small_buffer = 16384;
int signals() { return case_settings().quick ? 10 : 50; }

volatile sig_atomic_t signals_seen = 0;
void count_it(int) { signals_seen = signals_seen + 1; }

void serve_under_fire(Stage& stage, Endpoint& end) {
  struct sigaction action {};
  action.sa_handler = count_it;
  check(::sigaction(SIGUSR2, &action, nullptr), "sigaction SIGUSR2");
  stage.say("armed");
  serve(stage, end);
}

// Signals two processes in turn until it is killed. The pause keeps them from doing nothing but that.
void storm(Stage& stage) {
  std::istringstream words(stage.text());
  pid_t first = 0, second = 0;
  words >> first >> second;
  for (;;) {
    ::kill(first, SIGUSR2);
    ::kill(second, SIGUSR2);
    ::usleep(20);
  }
}

struct UnderFire {
  explicit UnderFire(const Mechanism& mechanism)
      : ends(mechanism, {.max_message = large_message,
                         .depth = 4,
                         .buffer = mechanism.traits.axes.buffer ? small_buffer : 0}),
        signal_only(mechanism.traits.framing == Framing::signal) {
    const std::string size = std::to_string(signal_only ? 0 : large_message);
    consumer = &ends.start(Role::consumer, serve_under_fire, size);
    producer = &ends.start(Role::producer, serve_under_fire, size);
    ends.hand_over();
    for (Actor* const actor : {consumer, producer}) EXPECT_EQ(actor->hear(), "armed");
  }
  std::string got(const std::string& name) const { return "got " + (signal_only ? "" : name); }

  Ends ends;
  bool signal_only;
  Actor *consumer = nullptr, *producer = nullptr;
};

// Up to `left` signals, each when the one before has been dealt with and it waits again; stops early with
// what it says.
std::optional<std::string> interrupt(Actor& actor, int& left) {
  for (; left > 0; --left) {
    if (auto answer = actor.hear_unless_stuck(Look::brief)) return answer;
    actor.signal(SIGUSR2);
  }
  return actor.hear_unless_stuck(Look::brief);
}

}  // namespace

void signals_during_a_receive(const Mechanism& mechanism) {
  UnderFire scene(mechanism);
  for (const char* const name : {"first", "second"}) {
    scene.consumer->say("recv");
    int left = signals();
    EXPECT_EQ(interrupt(*scene.consumer, left), std::nullopt) << "nothing was sent";
    scene.producer->say(std::string("send ") + name);
    EXPECT_EQ(scene.consumer->hear_unless_stuck(Look::thorough), scene.got(name));
    EXPECT_EQ(scene.producer->hear_unless_stuck(Look::thorough), "ok");
  }
}

void signals_during_a_send(const Mechanism& mechanism) {
  UnderFire scene(mechanism);
  // One that is interrupted may find some room after all, that it had not waited for.
  std::size_t sent = 0;
  bool pending = false;
  for (int left = signals(); left > 0 || !pending;) {
    scene.producer->say("send a" + std::to_string(sent));
    pending = waits_for_good(*scene.producer);
    if (pending) {
      const auto answer = interrupt(*scene.producer, left);
      ASSERT_EQ(answer.value_or("ok"), "ok");
      pending = !answer;
    }
    if (!pending) ++sent;
  }
  for (std::size_t k = 0; k <= sent; ++k) {
    scene.consumer->say("recv");
    ASSERT_EQ(scene.consumer->hear_unless_stuck(Look::thorough), scene.got("a" + std::to_string(k)));
  }
  EXPECT_EQ(scene.producer->hear_unless_stuck(Look::thorough), "ok") << "there is room, and it still waits";
}

// A stream in which both are interrupted again and again, wherever they are.
void signals_during_a_stream(const Mechanism& mechanism) {
  const std::string count = case_settings().quick ? "300" : "3000";
  UnderFire scene(mechanism);
  Actor gale(storm, {}, std::to_string(scene.producer->id()) + " " + std::to_string(scene.consumer->id()));
  scene.consumer->say("drain a " + count);
  scene.producer->say("fill a " + count);
  EXPECT_EQ(scene.producer->hear(), count + " ok");
  EXPECT_EQ(scene.consumer->hear(), count + " ok");
  gale.kill();
}

}  // namespace ipcmark::faults
