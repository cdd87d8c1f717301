// Several consumers of one link, and what the death of one does to the others.
#include <gtest/gtest.h>

#include <deque>
#include <nlohmann/json.hpp>
#include <set>

#include "suites/conformance/faults/faults.hpp"

namespace ipcmark::faults {
namespace {

constexpr std::size_t message_size = 24, messages = 60, killed_at = 20, consumers = 3;

// Names are numbers: "7.7.7.7.".
void take_all(Stage& stage, Endpoint& end) {
  std::vector<std::byte> buffer(message_size);
  for (Io io; (io = end.recv(buffer)).status == Status::ok;) {
    const std::string text(reinterpret_cast<const char*>(buffer.data()), io.size);
    stage.say("got " + text.substr(0, text.find('.')));
  }
}

struct Crowd {
  explicit Crowd(const Mechanism& mechanism, EndPlay consumes)
      : ends(mechanism, {.max_message = message_size, .depth = 4}) {
    const std::string size = std::to_string(mechanism.traits.framing == Framing::signal ? 0 : message_size);
    for (std::size_t k = 0; k < consumers; ++k) all.push_back(&ends.start(Role::consumer, consumes, size));
    producer = &ends.start(Role::producer, serve, size);
    ends.hand_over();
  }
  Ends ends;
  std::vector<Actor*> all;
  Actor* producer = nullptr;
};

// What has to arrive: all but the one that the victim may have taken along. Where sends may merge, any.
std::size_t due(const Mechanism& mechanism) { return mechanism.traits.may_miss() ? 1 : messages - 1; }

// Everything that they say until they all wait. Where too little has come, one looks again with patience.
void hear_all(const std::vector<Actor*>& from, std::vector<std::string>& heard, std::size_t due) {
  Look look = Look::brief;
  for (std::size_t before = messages + 1; before != heard.size() || look == Look::brief;) {
    look = before == heard.size() ? Look::thorough : Look::brief;
    if (look == Look::thorough && heard.size() >= due) return;
    before = heard.size();
    for (Actor* const actor : from) {
      for (auto line = actor->hear_unless_stuck(look); line && line->starts_with("got");
           line = actor->hear_unless_stuck(Look::brief))
        heard.push_back(*line);
    }
  }
}

}  // namespace

void one_of_several_killed(const Mechanism& mechanism) {
  Crowd crowd(mechanism, take_all);
  Actor& victim = *crowd.all.front();
  const bool survives = mechanism.traits.survives_peer_kill;
  std::string trouble;
  for (std::size_t k = 0; k < messages && trouble.empty(); ++k) {
    if (k == killed_at) victim.kill();
    crowd.producer->say("send " + std::to_string(k));
    const bool may_be_stuck = k >= killed_at && !survives;
    const auto sent = crowd.producer->hear_unless_stuck(may_be_stuck ? Look::brief : Look::thorough);
    if (sent == "ok") continue;
    trouble = "send " + std::to_string(k) + " says " + sent.value_or("nothing, and waits for ever");
    if (k < killed_at) throw Failed("before anything was killed, " + trouble);
  }
  std::vector<std::string> heard;
  for (std::string line; (line = victim.hear()).starts_with("got");) heard.push_back(line);
  record("victim_had", heard.size());
  // Where sends may merge, those that came before the kill show nothing.
  const std::size_t wanted = due(mechanism) + (mechanism.traits.may_miss() ? heard.size() : 0);
  hear_all({crowd.all.begin() + 1, crowd.all.end()}, heard, wanted);
  const std::set<std::string> different(heard.begin(), heard.end());
  if (mechanism.traits.framing != Framing::signal) {
    EXPECT_EQ(different.size(), heard.size()) << "some came twice";
  }
  EXPECT_LE(heard.size(), messages);
  if (heard.size() < wanted && trouble.empty())
    trouble = "only " + std::to_string(heard.size()) + " of " + std::to_string(messages) + " arrived";
  if (survives) {
    EXPECT_EQ(trouble, "");
  } else if (!trouble.empty()) {
    observe("harmed, as traits say: " + trouble);
  }
  record("lost", messages - heard.size());
}

// Each of several consumers that wait gets one of as many messages.
void each_waiting_consumer_woken(const Mechanism& mechanism) {
  Crowd crowd(mechanism, serve);
  for (Actor* const consumer : crowd.all) {
    consumer->say("recv");
    if (mechanism.traits.waits.block) consumer->await_blocked();
  }
  for (std::size_t k = 0; k < consumers; ++k) {
    crowd.producer->say("send " + std::to_string(k));
    EXPECT_EQ(crowd.producer->hear_unless_stuck(Look::thorough), "ok");
  }
  std::multiset<std::string> got, all;
  for (Actor* const consumer : crowd.all)
    got.insert(consumer->hear_unless_stuck(Look::thorough).value_or("sleeps on"));
  for (std::size_t k = 0; k < consumers; ++k)
    all.insert("got " + (mechanism.traits.framing == Framing::signal ? "" : std::to_string(k)));
  EXPECT_EQ(got, all);
}

}  // namespace ipcmark::faults
