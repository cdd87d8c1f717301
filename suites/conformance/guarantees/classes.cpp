// GUA: the classes of a mechanism: of its order, its delivery, its waits and its endpoints.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/loan.hpp"
#include "harness/priority.hpp"
#include "suites/conformance/guarantees/guarantees.hpp"

namespace ipcmark::guarantees {
namespace {

// Sends a, b and c with the lowest priority and d with the next one, or says that it cannot.
void send_by_priority(Stage& stage, Endpoint& end) {
  auto* const prefers = dynamic_cast<PriorityEndpoint*>(&end);
  if (prefers == nullptr) {
    stage.say("no priorities");
    return;
  }
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    const std::byte message = static_cast<std::byte>(letter);
    if (const Io io = prefers->send_with({&message, 1}, letter == 'd' ? 1 : 0); io.status != Status::ok)
      stage.say(result_of(io));
  }
  stage.say("sent");
  Stage::wait_to_be_killed();
}

// "first": the order in which four come by priority; "only": the one of
// priority 1 is asked for first, then the others.
void receive_by_priority(Stage& stage, Endpoint& end) {
  auto* const prefers = dynamic_cast<PriorityEndpoint*>(&end);
  auto* const selects = dynamic_cast<SelectiveEndpoint*>(&end);
  const bool only = stage.hear() == "only";
  std::string letters;
  for (int k = 0; k < 4; ++k) {
    std::byte letter{};
    const std::span buffer(&letter, 1);
    const Io io = prefers == nullptr           ? Io{.status = Status::error}
                  : only && selects != nullptr ? selects->recv_only(buffer, k == 0 ? 1 : 0)
                                               : prefers->recv_first(buffer);
    letters += io.status == Status::ok ? static_cast<char>(letter) : '?';
  }
  stage.say(letters);
  Stage::wait_to_be_killed();
}

std::string arrivals(const Mechanism& mechanism, const char* how) {
  Ends ends(mechanism, modest(16, 8));
  Actor& consumer = ends.start(Role::consumer, receive_by_priority);
  Actor& producer = ends.start(Role::producer, send_by_priority);
  ends.hand_over();
  if (const std::string sent = producer.hear(); sent != "sent") return sent;
  consumer.say(how);
  return consumer.hear();
}

// Of messages of two producers in the order received: those that came after one that was sent later.
std::uint64_t inversions_in(const Crowd& crowd) {
  std::uint64_t inversions = 0, latest_begin = 0;
  for (const Call& received : crowd.by_consumer(0).calls) {
    const auto& sends = crowd.by_producer(received.producer).calls;
    if (received.number >= sends.size()) continue;
    if (sends[received.number].ended < latest_begin) ++inversions;
    latest_begin = std::max(latest_begin, sends[received.number].begun);
  }
  return inversions;
}

std::uint64_t reordered_in(const Crowd& crowd) {
  std::uint64_t reordered = 0;
  for (const LaneCount& lane : crowd.by_consumer(0).lanes) reordered += lane.reordered;
  return reordered;
}

// What lies in the hands of an end, and one message by what it is.
void tell_kind(Stage& stage, Endpoint& end) {
  const auto* const loans = dynamic_cast<LoanEndpoint*>(&end);
  const auto* const prefers = dynamic_cast<PriorityEndpoint*>(&end);
  const auto* const selects = dynamic_cast<SelectiveEndpoint*>(&end);
  stage.say(std::string(loans != nullptr ? "loans " : "") + (prefers != nullptr ? "priorities " : "") +
            (selects != nullptr ? "selects " : ""));
  obey(stage, end);
}

// One message written and read in place.
void loan_one(Stage& stage, Endpoint& end) {
  auto* const loans = dynamic_cast<LoanEndpoint*>(&end);
  if (loans == nullptr) {
    stage.say("no loans");
    return;
  }
  if (stage.text() == "producer") {
    const Slot<std::byte> slot = loans->loan(64);
    if (slot.status == Status::ok) {
      fill_message(slot.bytes, 7);
      loans->publish(64);
    }
    stage.say(slot.status == Status::ok ? "whole" : "not ok");
  } else {
    const Slot<const std::byte> slot = loans->borrow();
    stage.say(slot.status == Status::ok && slot.bytes.size() == 64 && is_filled(slot.bytes, 7)
                  ? "whole"
                  : "other bytes");
    loans->release();
  }
  Stage::wait_to_be_killed();
}

}  // namespace

void the_order(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  const unsigned producers = traits.many_producers ? 3 : 1;
  std::uint64_t reordered = 0, inversions = 0;
  {
    Crowd crowd(mechanism, {.producers = producers, .messages = 1200, .recorded = producers > 1});
    crowd.begin();
    crowd.finish();
    expect_sound(crowd);
    reordered = reordered_in(crowd);
    inversions = inversions_in(crowd);
  }
  const bool prefers = traits.priorities > 1;
  if (prefers) {
    EXPECT_EQ(arrivals(mechanism, "first"), "dabc") << "what came of a, b, c and, preferred, d";
  }
  if (traits.selects) {
    EXPECT_EQ(arrivals(mechanism, "only"), "dabc") << "what came when priority 1 was chosen";
  }
  if (traits.fifo) {
    EXPECT_EQ(reordered, 0U) << "messages that came after a later one of their producer";
  }
  std::string order = reordered > 0 || !traits.fifo     ? "none"
                      : producers > 1 && inversions > 0 ? "as sent, by producer"
                                                        : "as sent";
  if (prefers) order = "priority, then " + order;
  record("order", order);
  record("reordered", reordered);
  record("inversions", inversions);
  observe(order + ", " + std::to_string(reordered) + " reordered");
}

void a_slow_consumer(const Mechanism& mechanism) {
  Crowd crowd(mechanism,
              {.messages = case_settings().quick ? 5000U : 10'000U, .sizes = {4000}, .recorded = false});
  crowd.begin_producers();
  const bool stuck = crowd.await_stuck(0);
  const std::uint64_t before = crowd.sent(0);
  crowd.begin_consumers();
  crowd.enough();
  crowd.finish();
  const Deeds& deeds = crowd.by_consumer(0);
  const bool lost = deeds.count < crowd.sent(0), failed = crowd.by_producer(0).last != "ok";
  const char* const lossy_class = !has_payload(mechanism.traits)        ? "merge"
                                  : deeds.count == 0 || deeds.first > 0 ? "overwrite"
                                                                        : "drop";
  const std::string causes = failed ? "error" : lost ? lossy_class : stuck ? "block" : "none";
  const std::string_view delivery = causes == "drop"        ? "lossy"
                                    : causes == "overwrite" ? "latest"
                                    : causes == "merge"     ? "merged"
                                                            : "every";
  record("slow_consumer", causes);
  record("delivery", delivery);
  observe(std::to_string(before) + " sent while nobody received, " + std::to_string(deeds.count) + " of " +
          std::to_string(crowd.sent(0)) + " came: " + causes);
  EXPECT_EQ(delivery, name_of(mechanism.traits.delivery));
}

void how_it_waits(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  nlohmann::json waits = nlohmann::json::object();
  for (const Wait wait : every_kind_of_wait) {
    if (!traits.waits.offers(wait)) continue;
    Ends ends(mechanism, modest(64, 4));
    ends.use(wait);
    Actor& consumer = ends.start(Role::consumer, obey);
    Actor& producer = ends.start(Role::producer, obey);
    ends.hand_over();
    consumer.say("recv");
    const bool sleeps = waits_asleep(consumer);
    waits[std::string(name_of(wait))] = sleeps ? "sleeps" : "spins";
    EXPECT_EQ(sleeps, wait != Wait::spin) << "a receive with wait=" << name_of(wait);
    producer.say("send a");
    EXPECT_TRUE(consumer.hear().starts_with("got")) << "with wait=" << name_of(wait);
  }
  record("waits", waits);
}

void both_ways(const Mechanism& mechanism) {
  Ends ends(mechanism, modest(64, 4));
  Actor& one = ends.start(Role::consumer, obey);
  Actor& other = ends.start(Role::producer, obey);
  ends.hand_over();
  // Both messages are under way at the same time: neither may come back to its sender.
  one.say("recv");
  other.say("send there");
  EXPECT_EQ(one.hear(), "got there");
  EXPECT_EQ(other.hear(), "ok");
  one.say("send back");
  other.say("recv");
  EXPECT_EQ(one.hear(), "ok");
  EXPECT_EQ(other.hear(), "got back");
}

void the_kind_of_its_endpoints(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  Ends ends(mechanism, modest(64, 4));
  Actor& consumer = ends.start(Role::consumer, tell_kind);
  Actor& producer = ends.start(Role::producer, tell_kind);
  ends.hand_over();
  const std::string kind = std::string(traits.loans ? "loans " : "") +
                           (traits.priorities > 1 ? "priorities " : "") + (traits.selects ? "selects " : "");
  EXPECT_EQ(consumer.hear(), kind);
  EXPECT_EQ(producer.hear(), kind);
  EXPECT_TRUE(traits.loans || !traits.axes.access) << "only a loan can be read in place";
  // Without transfer a receive makes something up; otherwise it waits for a send.
  consumer.say("recv");
  if (traits.framing != Framing::none) producer.say("send hello");
  const std::string came = consumer.hear();
  record("framing", name_of(traits.framing));
  if (has_payload(traits)) {
    EXPECT_EQ(came, "got hello");
  }
  if (traits.framing == Framing::signal) {
    EXPECT_EQ(came, "got ") << "of a wake-up without payload";
  }
  if (traits.framing == Framing::none) {
    EXPECT_TRUE(came.starts_with("got")) << came;
  }
  if (!traits.loans) return;
  Ends lending(mechanism, modest(64, 4));
  Actor& reader = lending.start(Role::consumer, loan_one, "consumer");
  Actor& writer = lending.start(Role::producer, loan_one, "producer");
  lending.hand_over();
  EXPECT_EQ(writer.hear(), "whole");
  EXPECT_EQ(reader.hear(), "whole");
}

}  // namespace ipcmark::guarantees
