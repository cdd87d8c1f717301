// GEN: what a killed process leaves behind and takes with it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "suites/conformance/contracts/generic.hpp"

namespace ipcmark::generic {
namespace {

// Whether the kernel hands messages and wake-ups out, so that a process killed within a call leaves no lock
// and no slot as it was: it waits in the kernel, and never looks for itself first.
constexpr bool kernel_hands_out(const Traits& traits) { return traits.waits.block && !traits.waits.adaptive; }

// A consumer that sleeps in its receive is killed and reaped before anything is sent: nothing is lost by it.
void kill_a_sleeping_consumer(const Mechanism& mechanism) {
  Crowd crowd(mechanism, {.consumers = 2, .messages = 100, .recorded = false});
  crowd.consumer(0).say("go");
  crowd.consumer(0).await_blocked();
  crowd.consumer(0).kill();
  crowd.without_consumer(0);
  crowd.consumer(1).say("go");
  crowd.begin_producers();
  crowd.finish();
  expect_sound(crowd);
  EXPECT_EQ(crowd.by_consumer(1).count, crowd.all_sent()) << "of what was sent after the other one's death";
}

// Returns how many messages nobody is known to have received.
std::uint64_t kill_a_working_consumer(const Mechanism& mechanism, std::uint64_t after) {
  Crowd crowd(mechanism, {.consumers = 2, .messages = 0, .recorded = false});
  crowd.begin();
  crowd.await_taken(after);
  crowd.consumer(0).kill();
  crowd.without_consumer(0);
  crowd.await_taken(crowd.all_taken() + 100);
  crowd.enough();
  crowd.finish();
  expect_sound(crowd);
  EXPECT_LE(crowd.all_taken(), crowd.all_sent());
  return crowd.all_sent() - crowd.all_taken();
}

}  // namespace

void a_killed_producer_leaves_a_prefix(const Mechanism& mechanism) {
  std::minstd_rand random(static_cast<unsigned>(case_settings().seed));
  const std::vector<std::size_t> sizes{64, 3000, 8, 1500};
  for (int k = 0; k < (case_settings().quick ? 1 : 8); ++k) {
    Crowd crowd(mechanism, {.messages = 0, .sizes = sizes, .recorded = false});
    crowd.begin();
    crowd.await_taken(1 + random() % 200);
    crowd.producer(0).kill();
    crowd.without_producer(0);
    crowd.finish();
    expect_sound(crowd);
    const Deeds& deeds = crowd.by_consumer(0);
    // The board does not know of a send that was complete when its process died.
    EXPECT_LE(deeds.count, crowd.sent(0) + 1) << "messages that were never sent";
    if (mechanism.traits.delivery == Delivery::every) {
      EXPECT_EQ(deeds.gaps, 0U) << "messages that are missing in the middle";
      if (mechanism.traits.fifo && has_payload(mechanism.traits)) {
        EXPECT_EQ(deeds.lanes.at(0).reordered + deeds.lanes.at(0).repeated, 0U);
      }
    }
    if (k == 0) observe(std::to_string(crowd.sent(0)) + " sent, " + std::to_string(deeds.count) + " came");
  }
}

void a_killed_consumer_takes_one_message_at_most(const Mechanism& mechanism) {
  if (mechanism.traits.waits.block) kill_a_sleeping_consumer(mechanism);
  if (!kernel_hands_out(mechanism.traits) && !mechanism.traits.survives_peer_kill) {
    if (mechanism.traits.waits.block) {
      observe("killed asleep only: at work it may leave the others blocked, as its traits say");
      return;
    }
    throw Unsupported("this mechanism never sleeps, and a consumer that is killed at work blocks the others");
  }
  std::minstd_rand random(static_cast<unsigned>(case_settings().seed));
  unsigned rounds = case_settings().quick ? 2 : 8, swallowed = 0;
  for (unsigned k = 0; k < rounds; ++k) {
    const std::uint64_t missing = kill_a_working_consumer(mechanism, 1 + random() % 200);
    // What it held, or had received and not yet noted.
    EXPECT_LE(missing, 1U) << "messages that reached no survivor";
    swallowed += missing == 0 ? 0U : 1U;
  }
  observe(std::to_string(swallowed) + " of " + std::to_string(rounds) +
          " kills at work took a message with them");
  record("swallowed", swallowed);
}

// The link itself lives on in this process, with its handles and names. An object of the kernel keeps what it
// holds; what a file or a connection does is observed.
void queued_messages_outlive_their_processes_as_declared(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  Crowd crowd(mechanism, {.messages = 3, .kept = true});
  crowd.begin_producers();
  crowd.await_stuck(0);
  crowd.producer(0).kill();
  crowd.consumer(0).kill();
  const Deeds found = crowd.reopen();
  observe(std::to_string(found.count) + " of " + std::to_string(crowd.sent(0)) + " were found again; " +
          found.last);
  record("queued", crowd.sent(0));
  record("found", found.count);
  EXPECT_EQ(found.torn, 0U);
  EXPECT_EQ(found.foreign, 0U);
  EXPECT_EQ(found.gaps, 0U);
  EXPECT_LE(found.count, crowd.sent(0) + 1);
  if (traits.lifetime == Lifetime::kernel && traits.delivery == Delivery::every) {
    EXPECT_EQ(found.count, crowd.sent(0)) << found.last;
  }
}

}  // namespace ipcmark::generic
