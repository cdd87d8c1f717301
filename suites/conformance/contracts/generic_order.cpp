// GEN: the order of messages, and who of several gets them.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "suites/conformance/contracts/generic.hpp"

namespace ipcmark::generic {
namespace {

std::uint64_t some_messages() { return case_settings().quick ? 100 : 400; }

// Its calls by the number of the message, or those of all consumers for it.
std::vector<Call> sends_of(const Crowd& crowd, unsigned producer) {
  return crowd.by_producer(producer).calls;
}
std::vector<Call> receives_of(const Crowd& crowd, unsigned producer) {
  std::vector<Call> calls;
  for (unsigned k = 0; k < crowd.consumers(); ++k) {
    for (const Call& call : crowd.by_consumer(k).calls) {
      if (call.producer == producer) calls.push_back(call);
    }
  }
  std::sort(calls.begin(), calls.end(), [](const Call& a, const Call& b) { return a.number < b.number; });
  return calls;
}

std::string shares(const std::vector<std::uint64_t>& counts) {
  std::string text;
  for (const std::uint64_t count : counts) text += (text.empty() ? "" : ", ") + std::to_string(count);
  return text;
}

// 1 when all are equal, 1/n when one has everything: Jain, Chiu, Hawe, DEC-TR-301 (1984).
double fairness_of(const std::vector<std::uint64_t>& counts) {
  double sum = 0, squares = 0;
  for (const std::uint64_t count : counts) {
    sum += static_cast<double>(count);
    squares += static_cast<double>(count) * static_cast<double>(count);
  }
  return squares == 0 ? 0 : sum * sum / (static_cast<double>(counts.size()) * squares);
}

void expect_order(const Crowd& crowd) {
  for (unsigned consumer = 0; consumer < crowd.consumers(); ++consumer) {
    const Deeds& deeds = crowd.by_consumer(consumer);
    for (unsigned k = 0; k < deeds.lanes.size(); ++k) {
      EXPECT_EQ(deeds.lanes[k].reordered, 0U)
          << "messages of producer " << k << " that came after a later one";
      EXPECT_EQ(deeds.lanes[k].repeated, 0U) << "messages of producer " << k << " that came twice in a row";
    }
  }
}

}  // namespace

// More messages than the others, since what changes the order may do so rarely.
void each_producers_messages_come_in_order(const Mechanism& mechanism) {
  Crowd crowd(mechanism, {.producers = producers_of(mechanism.traits, 3),
                          .messages = case_settings().quick ? 300U : 3000U,
                          .recorded = false});
  crowd.begin();
  crowd.finish();
  expect_sound(crowd);
  expect_delivered(crowd);
  expect_order(crowd);
}

void receives_of_several_consumers_agree_with_the_order(const Mechanism& mechanism) {
  Crowd crowd(mechanism, {.producers = producers_of(mechanism.traits, 2),
                          .consumers = 3,
                          .messages = case_settings().quick ? 200U : 1500U});
  crowd.begin();
  crowd.finish();
  expect_sound(crowd);
  for (unsigned k = 0; k < crowd.producers(); ++k) {
    const std::vector<Call> calls = receives_of(crowd, k);
    std::uint64_t earliest_end_of_later = std::numeric_limits<std::uint64_t>::max();
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
      EXPECT_GE(earliest_end_of_later, call->begun)
          << "a later message than " << call->number << " of producer " << k
          << " had been received before the receive of this one began";
      earliest_end_of_later = std::min(earliest_end_of_later, call->ended);
    }
  }
  expect_order(crowd);
}

// In the order received, no message may have been sent, from begin to end, after one that comes later.
void a_send_that_returned_comes_before_one_that_begins_later(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  Crowd crowd(mechanism, {.producers = 2, .messages = some_messages()});
  crowd.begin();
  crowd.finish();
  expect_sound(crowd);
  std::uint64_t inversions = 0, latest_begin = 0;
  for (const Call& received : crowd.by_consumer(0).calls) {
    const Call sent = crowd.by_producer(received.producer).calls.at(received.number);
    if (sent.ended < latest_begin) ++inversions;
    latest_begin = std::max(latest_begin, sent.begun);
  }
  observe(std::to_string(inversions) + " messages came after one that was sent later");
  record("inversions", inversions);
  // Producers that have a queue each up to a third party between them and the consumer share no order. Where
  // several consumers share a link, all stand at one queue.
  if (traits.many_consumers) {
    EXPECT_EQ(inversions, 0U);
  } else {
    expect_delivered(crowd);
  }
}

void no_receive_ends_before_its_send_began(const Mechanism& mechanism) {
  Crowd crowd(mechanism, {.producers = producers_of(mechanism.traits, 2),
                          .consumers = consumers_of(mechanism.traits, 2),
                          .messages = some_messages()});
  crowd.begin();
  crowd.finish();
  expect_sound(crowd);
  if (!has_payload(mechanism.traits)) {
    // Nobody can say which wake-up is whose; but the k-th one taken was at least the k-th one sent.
    std::vector<std::uint64_t> begun, ended;
    for (unsigned k = 0; k < crowd.producers(); ++k)
      for (const Call& call : sends_of(crowd, k)) begun.push_back(call.begun);
    for (const Call& call : receives_of(crowd, 0)) ended.push_back(call.ended);
    std::sort(begun.begin(), begun.end());
    std::sort(ended.begin(), ended.end());
    ASSERT_LE(ended.size(), begun.size());
    for (std::size_t k = 0; k < ended.size(); ++k) EXPECT_GE(ended[k], begun[k]) << "wake-up " << k;
    return;
  }
  for (unsigned k = 0; k < crowd.producers(); ++k) {
    const std::vector<Call> sends = sends_of(crowd, k);
    for (const Call& call : receives_of(crowd, k)) {
      ASSERT_LT(call.number, sends.size());
      EXPECT_GE(call.ended, sends[call.number].begun) << "message " << call.number << " of producer " << k;
    }
  }
}

void fan_in_delivers_the_union(const Mechanism& mechanism) {
  for (const unsigned producers : {2U, 4U}) {
    Crowd crowd(mechanism, {.producers = producers, .messages = some_messages(), .recorded = false});
    crowd.begin();
    crowd.finish();
    expect_sound(crowd);
    expect_delivered(crowd);
    EXPECT_EQ(crowd.all_sent(), producers * some_messages());
  }
}

void several_consumers_share_the_messages(const Mechanism& mechanism) {
  Crowd crowd(mechanism,
              {.producers = producers_of(mechanism.traits, 2), .consumers = 3, .messages = some_messages()});
  crowd.begin();
  crowd.finish();
  expect_sound(crowd);
  expect_delivered(crowd);
  EXPECT_EQ(crowd.all_taken(), crowd.all_sent());
  std::vector<std::uint64_t> counts;
  for (unsigned k = 0; k < crowd.consumers(); ++k) counts.push_back(crowd.by_consumer(k).count);
  observe("shares " + shares(counts));
}

void every_consumer_gets_every_message(const Mechanism& mechanism) {
  Crowd crowd(mechanism, {.consumers = 3, .messages = some_messages(), .recorded = false});
  crowd.begin();
  crowd.finish();
  expect_sound(crowd);
  expect_order(crowd);
  const LaneCount sent = count_of({.first = 0, .end = crowd.sent(0)});
  for (unsigned k = 0; k < crowd.consumers(); ++k) {
    const Deeds& deeds = crowd.by_consumer(k);
    ASSERT_EQ(deeds.lanes.size(), 1U) << deeds.last;
    // That the latest value is never withheld the end of the consumer tells, which is the last message.
    EXPECT_TRUE(deeds.ended.at(0)) << "consumer " << k << " never saw the last message";
    if (mechanism.traits.delivery == Delivery::every) {
      EXPECT_TRUE(deeds.lanes[0].same_messages(sent))
          << "consumer " << k << " had " << deeds.count << " of " << sent.count << " messages";
    } else
      observe("consumer " + std::to_string(k) + " saw " + std::to_string(deeds.count) + " of " +
              std::to_string(sent.count));
  }
}

void shares_of_equal_producers(const Mechanism& mechanism) {
  Crowd crowd(mechanism, {.producers = 4, .messages = 0, .recorded = false});
  crowd.begin();
  crowd.await_taken(case_settings().quick ? 400 : 4000);
  crowd.enough();
  std::vector<std::uint64_t> counts;
  for (unsigned k = 0; k < crowd.producers(); ++k) counts.push_back(crowd.sent(k));
  crowd.finish();
  expect_sound(crowd);
  expect_delivered(crowd);
  const double fairness = fairness_of(counts);
  observe("shares " + shares(counts) + ", fairness after Jain " + std::to_string(fairness).substr(0, 4));
  record("shares", counts);
  record("fairness", fairness);
}

}  // namespace ipcmark::generic
