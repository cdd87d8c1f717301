// GEN: what arrives is what was sent, once.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "suites/conformance/contracts/generic.hpp"

namespace ipcmark::generic {
namespace {

std::uint64_t some_messages() { return case_settings().quick ? 100 : 400; }

void observe_losses(const Crowd& crowd) {
  if (crowd.mechanism().traits.may_miss())
    observe(std::to_string(crowd.all_taken()) + " of " + std::to_string(crowd.all_sent()) + " came");
}

// Plays of a sweep over sizes: a line "SIZE NUMBER" is one call.
void send_of_size(Stage& stage, Endpoint& end) {
  std::vector<std::byte> room(std::stoul(stage.text()));
  for (;;) {
    std::istringstream words(stage.hear());
    std::size_t size = 0;
    std::uint64_t number = 0;
    words >> size >> number;
    fill_message({room.data(), size}, number);
    stage.say(result_of(end.send({room.data(), size})));
  }
}

void receive_of_size(Stage& stage, Endpoint& end) {
  std::vector<std::byte> room(std::stoul(stage.text()));
  for (;;) {
    std::istringstream words(stage.hear());
    std::size_t size = 0;
    std::uint64_t number = 0;
    words >> size >> number;
    std::fill(room.begin(), room.end(), std::byte{0x5A});
    const Io io = end.recv(room);
    if (io.status != Status::ok) {
      stage.say(result_of(io));
    } else if (io.size != size) {
      stage.say(std::to_string(io.size) + " bytes");
    } else {
      stage.say(is_filled({room.data(), size}, number) ? "whole" : "other bytes");
    }
  }
}

std::set<std::size_t> sizes_up_to(std::size_t most) {
  std::set<std::size_t> sizes{1, most};
  for (std::size_t power = 2; power <= most; power *= case_settings().quick ? 4 : 2)
    sizes.insert({power - 1, power, power + 1});
  for (const std::size_t prime : {3U, 7U, 13U, 61U, 127U, 509U, 1021U, 2053U, 4099U, 5003U, 8191U, 12289U,
                                  32771U, 65521U, 65537U, 131071U, 262147U, 524287U, 1048573U})
    sizes.insert(prime);
  sizes.erase(sizes.upper_bound(most), sizes.end());
  return sizes;
}

// A message of no bytes, and one of eight behind it, which tells whether the first one vanished.
void send_an_empty_message(const Mechanism& mechanism) {
  Ends ends(mechanism, modest(16));
  Actor& consumer = ends.start(Role::consumer, receive_of_size, "16");
  Actor& producer = ends.start(Role::producer, send_of_size, "16");
  ends.hand_over();
  consumer.say("0 1");
  producer.say("0 1");
  const std::string sent = producer.hear();
  if (sent != "ok" || mechanism.traits.delivery != Delivery::latest) producer.say("8 2");
  const std::string came = consumer.hear();
  if (sent != "ok") {
    observe("an empty message is refused: " + sent);
    EXPECT_EQ(came, "8 bytes");
  } else if (came == "closed") {
    observe("an empty message reads as the end");
  } else {
    EXPECT_EQ(came, "whole") << "what came of an empty message";
  }
}

void send_every_size(const Mechanism& mechanism, std::size_t most) {
  Ends ends(mechanism, modest(most, 2));
  const std::string room = std::to_string(most);
  Actor& consumer = ends.start(Role::consumer, receive_of_size, room);
  Actor& producer = ends.start(Role::producer, send_of_size, room);
  ends.hand_over();
  std::uint64_t number = 1;
  for (const std::size_t size : sizes_up_to(most)) {
    const std::string call = std::to_string(size) + " " + std::to_string(number++ * 0x0101'0101'0101'0101);
    consumer.say(call);
    producer.say(call);
    ASSERT_EQ(producer.hear(), "ok") << "send of " << size << " bytes";
    ASSERT_EQ(consumer.hear(), "whole") << "receive of " << size << " bytes";
  }
  observe("up to " + room + " bytes");
}

}  // namespace

void every_send_is_received_once(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  Crowd crowd(mechanism, {.producers = producers_of(traits, 2),
                          .consumers = consumers_of(traits, 2),
                          .messages = some_messages()});
  crowd.begin();
  crowd.finish();
  expect_sound(crowd);
  expect_delivered(crowd);
  EXPECT_EQ(crowd.all_sent(), some_messages() * crowd.producers());
  observe_losses(crowd);
}

// By the numbers of the messages themselves, since a count cannot tell a repeated one beside a lost one.
void nothing_is_received_twice(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  Crowd crowd(mechanism, {.producers = producers_of(traits, 2),
                          .consumers = consumers_of(traits, 3),
                          .messages = some_messages()});
  crowd.begin();
  crowd.finish();
  expect_sound(crowd);
  std::set<std::pair<unsigned, std::uint64_t>> seen;
  std::uint64_t received = 0;
  for (unsigned k = 0; k < crowd.consumers(); ++k) {
    for (const Call& call : crowd.by_consumer(k).calls) {
      ++received;
      if (has_payload(traits)) {
        EXPECT_TRUE(seen.emplace(call.producer, call.number).second)
            << "message " << call.number << " of producer " << call.producer << " came again";
      }
    }
  }
  // Of the latest value the last message may be all that came.
  if (traits.delivery != Delivery::latest) {
    EXPECT_GE(received, 1U);
  }
  EXPECT_LE(received, crowd.all_sent());
}

void nothing_of_an_earlier_run_is_received(const Mechanism& mechanism) {
  {
    // Nobody receives; the producer stays in its send where it cannot leave one behind.
    Crowd earlier(mechanism, {.messages = 3});
    earlier.begin_producers();
    earlier.await_stuck(0);
  }
  Crowd crowd(mechanism, {.messages = 20});
  crowd.begin();
  crowd.finish();
  expect_sound(crowd);
  expect_delivered(crowd);
  if (!has_payload(mechanism.traits)) {
    EXPECT_LE(crowd.all_taken(), 20U);
  }
}

void bytes_and_length_arrive_unchanged(const Mechanism& mechanism) {
  const std::size_t cap = case_settings().quick ? 65537 : (std::size_t{1} << 20) + 1;
  send_every_size(mechanism, largest_created(mechanism, cap));
  send_an_empty_message(mechanism);
}

void one_receive_is_one_message(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  Crowd crowd(mechanism, {.producers = producers_of(traits, 3),
                          .messages = some_messages(),
                          .sizes = {8, 31, 64, 11, 700, 4096, 9}});
  crowd.begin();
  crowd.finish();
  expect_sound(crowd);
  expect_delivered(crowd);
}

}  // namespace ipcmark::generic
