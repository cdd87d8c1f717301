// GEN: peers that write at the same time, that stand still, that are interrupted, and strangers.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "harness/os/host.hpp"
#include "harness/os/process.hpp"
#include "suites/conformance/contracts/generic.hpp"

namespace ipcmark::generic {
namespace {

constexpr std::size_t large = 1000;

// One of two peers: "send N" sends so many messages and says how many went, "recv N" receives so many.
void peer(Stage& stage, Endpoint& end) {
  std::vector<std::byte> room(large);
  for (;;) {
    const std::string line = stage.hear();
    const bool sends = line.starts_with("send ");
    const std::uint64_t count = std::stoull(line.substr(5));
    std::string last = "ok";
    for (std::uint64_t k = 0; k < count && last == "ok"; ++k) {
      fill_message(room, sends ? k : 0);
      const Io io = sends ? end.send(room) : end.recv(room);
      last = result_of(io);
      if (!sends && last == "ok" && (io.size != large || !is_filled(room, k))) last = "another message";
    }
    stage.say(last);
  }
}

// Messages that one end can send while nobody receives.
std::uint64_t messages_that_fit(const Mechanism& mechanism, std::uint64_t most) {
  Crowd crowd(mechanism, {.messages = most, .sizes = {large}, .recorded = false});
  crowd.begin_producers();
  crowd.await_stuck(0);
  return crowd.sent(0);
}

}  // namespace

void peers_that_both_write_first(const Mechanism& mechanism) {
  const std::uint64_t most = 20'000, fit = messages_that_fit(mechanism, most);
  if (fit == most) throw Inconclusive("one end could send 20 MB and never had to wait");
  if (fit == 0) observe("a send ends with its receive here, so nothing fits");
  for (const bool beyond : {false, true}) {
    if (fit == 0 && !beyond) continue;
    Ends ends(mechanism, modest(large, 64));
    Actor& one = ends.start(Role::consumer, peer);
    Actor& other = ends.start(Role::producer, peer);
    ends.hand_over();
    // An eighth of what fits in one direction: less may fit in the other one.
    const std::string count = std::to_string(beyond ? 4 * fit + 1000 : std::max<std::uint64_t>(1, fit / 8));
    for (Actor* actor : {&one, &other}) actor->say("send " + count);
    if (beyond) {
      one.await_blocked();
      other.await_blocked();
      observe("two that both write first stand still once " + std::to_string(fit * large) +
              " bytes fit into neither direction");
      record("fits_bytes", fit * large);
      return;
    }
    for (Actor* actor : {&one, &other}) EXPECT_EQ(actor->hear(), "ok") << "send of what fits";
    for (Actor* actor : {&one, &other}) actor->say("recv " + count);
    for (Actor* actor : {&one, &other}) EXPECT_EQ(actor->hear(), "ok") << "receive of what was sent";
  }
}

// What it causes is the class of the mechanism: section GUA measures it. Here nothing may be lost by it that
// the class keeps.
void a_stopped_consumer(const Mechanism& mechanism) {
  Crowd crowd(mechanism,
              {.messages = case_settings().quick ? 3000U : 20'000U, .sizes = {1000}, .recorded = false});
  crowd.begin_consumers();
  crowd.consumer(0).stop();
  crowd.begin_producers();
  const bool stuck = crowd.await_stuck(0);
  const std::uint64_t before = crowd.sent(0);
  observe(std::to_string(before) +
          (stuck ? " messages went, then the sender waited" : " messages went at once"));
  if (mechanism.traits.delivery == Delivery::latest || mechanism.traits.delivery == Delivery::merged) {
    EXPECT_FALSE(stuck)
        << "the consumer of a mechanism that keeps the latest, or merges, kept its producer waiting";
  }
  crowd.consumer(0).resume();
  crowd.enough();
  crowd.finish();
  expect_sound(crowd);
  expect_delivered(crowd);
}

void a_stopped_producer(const Mechanism& mechanism) {
  Crowd crowd(mechanism, {.producers = producers_of(mechanism.traits, 2), .messages = 0, .recorded = false});
  std::minstd_rand random(static_cast<unsigned>(case_settings().seed));
  crowd.begin();
  for (int k = 0; k < (case_settings().quick ? 3 : 10); ++k) {
    crowd.await_taken(crowd.all_taken() + 1 + random() % 50);
    crowd.producer(0).stop();
    crowd.producer(0).resume();
  }
  crowd.enough();
  crowd.finish();
  expect_sound(crowd);
  expect_delivered(crowd);
}

void a_signal_storm(const Mechanism& mechanism) {
  std::vector<std::size_t> sizes{64};
  const std::size_t most = largest_created(mechanism, 60'000);
  for (const std::size_t size : {std::size_t{5000}, most})
    if (size <= most) sizes.push_back(size);
  Crowd crowd(mechanism, {.producers = producers_of(mechanism.traits, 2),
                          .messages = 100,
                          .sizes = sizes,
                          .recorded = false,
                          .storm = true});
  crowd.begin();
  crowd.finish();
  expect_sound(crowd);
  expect_delivered(crowd);
  std::uint64_t signals = 0;
  for (unsigned k = 0; k < crowd.producers(); ++k) signals += crowd.by_producer(k).signals;
  for (unsigned k = 0; k < crowd.consumers(); ++k) signals += crowd.by_consumer(k).signals;
  observe(std::to_string(signals) + " signals among " + std::to_string(crowd.all_sent()) + " sends");
}

// The stranger is a janitor that has nothing to do. It reads the producer's line to the test, so that it goes
// with this process, or soon after.
void a_stranger_does_not_keep_the_channel_open(const Mechanism& mechanism) {
  Ends ends(mechanism);
  Actor& consumer = ends.start(Role::consumer, obey);
  Actor& producer = ends.start(Role::producer, [](Stage& stage, Endpoint& end) {
    const std::vector<std::byte> message(8);
    stage.hear();
    static_cast<void>(end.send(message));
    stage.hear();
    const os::RawHandle line = os::first_handle();
    os::Process stranger =
        os::Process::start(os::executable_path(), {"--janitor", os::new_run_id()}, std::span(&line, 1), true);
    stage.say(std::to_string(stranger.id()));
    static_cast<void>(end.send(message));
    Stage::wait_to_be_killed();
  });
  ends.hand_over();
  for (int k = 0; k < 3; ++k) consumer.say("recv");
  producer.say("go");
  EXPECT_TRUE(consumer.hear().starts_with("got"));
  producer.say("go on");
  const std::int64_t stranger = std::stoll(producer.hear());
  EXPECT_TRUE(consumer.hear().starts_with("got"));
  producer.kill_unreaped();
  producer.wait();
  EXPECT_EQ(consumer.hear(), "closed");
  EXPECT_TRUE(os::process_exists(stranger)) << "the stranger was to outlive the producer";
}

}  // namespace ipcmark::generic
