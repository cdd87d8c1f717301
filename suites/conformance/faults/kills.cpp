// SIGKILL of an end that is idle, or waits; the processes are programs started anew.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/os/clock.hpp"
#include "suites/conformance/faults/faults.hpp"

namespace ipcmark::faults {
namespace {

constexpr std::size_t small_message = 24, large_message = 4096, small_buffer = 16384;

void expect_as_traits_say(const Traits& traits, const Harm& harm) {
  EXPECT_EQ(harm.defect, "");
  if (traits.survives_peer_kill) {
    EXPECT_EQ(harm.weakness, "");
  } else if (!harm.weakness.empty()) {
    observe("harmed, as traits say: " + harm.weakness);
  }
}
void expect_nothing_left(Session& session) { EXPECT_EQ(session.sweep(), std::vector<std::string>()); }

}  // namespace

// The consumer waits in a receive while its producer, or both of them, die one after the other.
void idle_producer_killed(const Mechanism& mechanism) {
  Session session;
  {
    Scene scene(session, mechanism, Role::producer, small_message, 0, Birth::anew);
    scene.warm_up();
    scene.let_wait(scene.peer());
    std::uint64_t killed = os::read_monotonic();
    scene.victim().kill();
    if (scene.other() != nullptr) {
      expect_as_traits_say(mechanism.traits, scene.after_kill(&scene.peer(), nullptr));
      scene.let_wait(scene.peer());
      killed = os::read_monotonic();
      scene.other()->kill();
    }
    if (!mechanism.traits.sees_peer_death) {
      EXPECT_EQ(scene.peer().hear_unless_stuck(Look::brief), std::nullopt)
          << "traits say that it is not told";
    } else {
      EXPECT_EQ(scene.peer().hear_unless_stuck(Look::thorough), "closed");
      record("noticed_ns", os::read_monotonic() - killed);
    }
  }
  expect_nothing_left(session);
}

void idle_consumer_killed(const Mechanism& mechanism) {
  Session session;
  {
    Scene scene(session, mechanism, Role::consumer, small_message, 0, Birth::anew);
    scene.warm_up();
    scene.victim().kill();
    const std::uint64_t killed = os::read_monotonic();
    const Harm harm = scene.after_kill(nullptr, nullptr);
    expect_as_traits_say(mechanism.traits, harm);
    if (!harm.any()) record("recovered_ns", os::read_monotonic() - killed);
  }
  expect_nothing_left(session);
}

// Of a full channel: what its dead producer had sent is there, whole.
void waiting_producer_killed(const Mechanism& mechanism) {
  Session session;
  {
    Scene scene(session, mechanism, Role::producer, large_message, small_buffer, Birth::anew);
    scene.warm_up();
    std::size_t sent = 0;
    for (;; ++sent) {
      const std::string name = "a" + std::to_string(sent);
      scene.victim().say("send " + name);
      if (waits_for_good(scene.victim())) {
        scene.ledger().tried(name);
        break;
      }
      scene.ledger().finished(name);
    }
    record("messages_before_it_waited", sent);
    scene.victim().kill();
    expect_as_traits_say(mechanism.traits, scene.after_kill(nullptr, nullptr));
  }
  expect_nothing_left(session);
}

void waiting_consumer_killed(const Mechanism& mechanism) {
  Session session;
  {
    Scene scene(session, mechanism, Role::consumer, small_message, 0, Birth::anew);
    scene.warm_up();
    scene.let_wait(scene.victim());
    Actor* const other = scene.other();
    if (other != nullptr) scene.let_wait(*other);
    scene.victim().kill();
    const std::uint64_t killed = os::read_monotonic();
    const Harm harm = scene.after_kill(other, nullptr);
    expect_as_traits_say(mechanism.traits, harm);
    if (!harm.any()) record("recovered_ns", os::read_monotonic() - killed);
  }
  expect_nothing_left(session);
}

}  // namespace ipcmark::faults
