// SIGSTOP and SIGCONT of a whole process.
#include <gtest/gtest.h>

#include "suites/conformance/faults/faults.hpp"

namespace ipcmark::faults {
namespace {

constexpr std::size_t small_message = 24, large_message = 4096, small_buffer = 16384;

void expect_heard(Scene& scene, const std::optional<std::string>& answer) {
  ASSERT_TRUE(answer.has_value()) << "a receive waits for ever";
  ASSERT_TRUE(answer->starts_with("got")) << *answer;
  const Harm harm = scene.ledger().received(answer->size() > 4 ? answer->substr(4) : "");
  EXPECT_EQ(harm.text(), "");
}

// Sends until it waits for room, or nothing when it never does; the last one waits.
std::size_t send_until_it_waits(Scene& scene, Actor& producer) {
  for (std::size_t sent = 0;; ++sent) {
    const std::string name = "a" + std::to_string(sent);
    scene.ledger().finished(name);
    producer.say("send " + name);
    if (waits_for_good(producer)) return sent;
  }
}

}  // namespace

// Some messages are sent to a consumer that waits and is stopped. It gets them all when it goes on; of a
// latest value the latest, of wake-ups that merge one.
void stopped_consumer(const Mechanism& mechanism) {
  Session session;
  Scene scene(session, mechanism, Role::consumer, small_message, 0, Birth::anew);
  scene.warm_up();
  scene.let_wait(scene.victim());
  scene.victim().stop();
  bool pending = false;
  for (int k = 0; k < 3 && !pending; ++k) {
    const std::string name = "m" + std::to_string(k);
    scene.ledger().finished(name);
    scene.peer().say("send " + name);
    pending = !scene.peer().hear_unless_stuck(Look::brief);
  }
  scene.victim().resume();
  expect_heard(scene, scene.victim().hear_unless_stuck(Look::thorough));
  while (!mechanism.traits.may_miss() && scene.ledger().size() > 0 && !testing::Test::HasFailure()) {
    scene.victim().say("recv");
    expect_heard(scene, scene.victim().hear_unless_stuck(Look::thorough));
  }
  if (pending) {
    EXPECT_EQ(scene.peer().hear_unless_stuck(Look::thorough), "ok");
  }
}

// A producer is stopped while it does nothing; the consumer notices nothing, and receives when it goes on.
void stopped_producer(const Mechanism& mechanism) {
  Session session;
  Scene scene(session, mechanism, Role::producer, small_message, 0, Birth::anew);
  scene.warm_up();
  scene.let_wait(scene.peer());
  scene.victim().stop();
  EXPECT_EQ(scene.peer().hear_unless_stuck(Look::brief), std::nullopt)
      << "a stopped producer is not a dead one";
  scene.ledger().finished("m");
  scene.victim().say("send m");
  scene.victim().resume();
  expect_heard(scene, scene.peer().hear_unless_stuck(Look::thorough));
  EXPECT_EQ(scene.victim().hear_unless_stuck(Look::thorough), "ok");
}

// A producer is stopped while it waits for room; the channel is emptied, and it goes on where it was.
void stopped_waiting_producer(const Mechanism& mechanism) {
  Session session;
  Scene scene(session, mechanism, Role::producer, large_message, small_buffer, Birth::anew);
  scene.warm_up();
  const std::size_t sent = send_until_it_waits(scene, scene.victim());
  scene.victim().stop();
  std::size_t taken = 0;
  bool waits = false;  // for the one that stands still, and may have a lock
  for (; taken < sent && !waits && !testing::Test::HasFailure(); ++taken) {
    scene.peer().say("recv");
    const auto answer = scene.peer().hear_unless_stuck(scene.blocks() ? Look::thorough : Look::brief);
    waits = !answer.has_value();
    if (!waits) expect_heard(scene, answer);
  }
  scene.victim().resume();
  for (taken -= waits ? 1U : 0U; taken <= sent && !testing::Test::HasFailure(); ++taken) {
    if (!waits) scene.peer().say("recv");
    waits = false;
    expect_heard(scene, scene.peer().hear_unless_stuck(Look::thorough));
  }
  EXPECT_EQ(scene.victim().hear_unless_stuck(Look::thorough), "ok") << "there is room, and it still waits";
}

}  // namespace ipcmark::faults
