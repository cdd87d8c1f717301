// GUA: what a death means for the others.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "suites/conformance/guarantees/guarantees.hpp"

namespace ipcmark::guarantees {

void the_death_of_all_producers(const Mechanism& mechanism) {
  const bool declared = mechanism.traits.sees_peer_death;
  Crowd crowd(mechanism,
              {.producers = mechanism.traits.many_producers ? 2U : 1U, .messages = 0, .recorded = false});
  crowd.begin();
  crowd.await_taken(1);
  for (unsigned k = 0; k < crowd.producers(); ++k) {
    crowd.producer(k).kill();
    crowd.without_producer(k);
  }
  crowd.finish();
  const std::string last = crowd.by_consumer(0).last;
  record("sees_peer_death", last == "closed");
  observe("the consumer's last receive says " + last);
  EXPECT_EQ(last, declared ? "closed" : "stopped");
}

void what_survives(const Mechanism& mechanism) {
  nlohmann::json survives = nlohmann::json::object();
  for (const bool all : {false, true}) {
    Crowd crowd(mechanism, {.messages = 3, .kept = all});
    crowd.begin_producers();
    crowd.await_stuck(0);
    const std::uint64_t queued = crowd.sent(0);
    crowd.producer(0).kill();
    crowd.without_producer(0);
    std::uint64_t found = 0;
    if (all) {
      crowd.consumer(0).kill();
      found = crowd.reopen().count;
    } else {
      crowd.begin_consumers();
      crowd.finish();
      found = crowd.by_consumer(0).count;
    }
    survives[all ? "all" : "producer"] = {{"queued", queued}, {"found", found}};
    EXPECT_LE(found, queued + 1);
    const bool must = all ? mechanism.traits.lifetime == Lifetime::kernel : true;
    if (mechanism.traits.delivery == Delivery::every && must) {
      EXPECT_GE(found, queued) << "of " << queued << " after the death of " << (all ? "all" : "the producer");
    }
  }
  record("survives", survives);
  observe(survives.dump());
}

}  // namespace ipcmark::guarantees
