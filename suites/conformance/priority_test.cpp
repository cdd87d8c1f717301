// Every mechanism whose traits promise priorities has them: harness/priority.hpp. One that only claims them
// is found out by the same calls.
#include "harness/priority.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "suites/conformance/ends.hpp"

namespace ipcmark {
namespace {

constexpr std::string_view broken_family = "broken";

// Does as it is told, a line for a call: "send LETTER", "send_with PRIORITY LETTER", "recv", "recv_first",
// "recv_only PRIORITY". A message is one letter; the answer is the letter, or the status of a call that
// failed.
void prefer(Stage& stage, Endpoint& end) {
  auto* const prefers = dynamic_cast<PriorityEndpoint*>(&end);
  auto* const selects = dynamic_cast<SelectiveEndpoint*>(&end);
  for (;;) {
    std::istringstream words(stage.hear());
    std::string call;
    unsigned priority = 0;
    words >> call;
    if (call == "send_with" || call == "recv_only") words >> priority;
    char letter = '?';
    words >> letter;
    std::array<std::byte, 8> message{static_cast<std::byte>(letter)};
    const Io io = call == "send"         ? end.send(message)
                  : call == "recv"       ? end.recv(message)
                  : prefers == nullptr   ? Io{.status = Status::error}
                  : call == "send_with"  ? prefers->send_with(message, priority)
                  : call == "recv_first" ? prefers->recv_first(message)
                  : selects == nullptr   ? Io{.status = Status::error}
                                         : selects->recv_only(message, priority);
    stage.say(io.status == Status::ok ? std::string(1, static_cast<char>(message[0])) : result_of(io));
  }
}

// A link with one producer and one consumer. The constructor throws Unsupported.
class Pair {
 public:
  explicit Pair(const Mechanism& mechanism)
      : ends_(mechanism, {.max_message = 8, .depth = 8}),
        consumer_(ends_.start(Role::consumer, prefer)),
        producer_(ends_.start(Role::producer, prefer)) {
    ends_.hand_over();
  }

  std::string send(char letter) { return ask(producer_, std::string("send ") + letter); }
  std::string send_with(unsigned priority, char letter) {
    return ask(producer_, "send_with " + std::to_string(priority) + " " + letter);
  }
  // What `count` calls of recv, or of another receive, get.
  std::string receive(std::size_t count, const std::string& call = "recv") {
    std::string letters;
    for (std::size_t k = 0; k < count; ++k) letters += ask(consumer_, call);
    return letters;
  }
  std::string recv_only(unsigned priority) { return ask(consumer_, "recv_only " + std::to_string(priority)); }

 private:
  Ends ends_;
  Actor& consumer_;
  Actor& producer_;
};

std::vector<const Mechanism*> sound_ones(bool (*promises)(const Traits&)) {
  std::vector<const Mechanism*> chosen;
  for (const Mechanism* mechanism : mechanisms()) {
    const Traits& traits = mechanism->traits;
    if (traits.family != broken_family && promises(traits)) chosen.push_back(mechanism);
  }
  return chosen;
}
std::string name_of_case(const testing::TestParamInfo<const Mechanism*>& one) {
  return std::string(one.param->traits.name);
}

// What comes out when messages of these priorities, named in their order by a, b, c ..., lie in a channel
// together.
std::string arrivals(const Mechanism& mechanism, const std::vector<unsigned>& priorities) {
  Pair pair(mechanism);
  char letter = 'a';
  for (const unsigned priority : priorities) pair.send_with(priority, letter++);
  return pair.receive(priorities.size(), "recv_first");
}

class Priorities : public testing::TestWithParam<const Mechanism*> {
 protected:
  void SetUp() override {
    try {
      Pair probe(*GetParam());
    } catch (const Unsupported& missing) {
      GTEST_SKIP() << missing.what();
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Mechanisms, Priorities, testing::ValuesIn(sound_ones([](const Traits& traits) {
                           return traits.priorities > 1;
                         })),
                         name_of_case);

TEST_P(Priorities, AMessageOfHigherPriorityOvertakesThoseThatLieInTheChannel) {
  EXPECT_EQ(arrivals(*GetParam(), {0, 0, 0, 1}), "dabc");
}

TEST_P(Priorities, WithinAPriorityMessagesComeInTheOrderSent) {
  EXPECT_EQ(arrivals(*GetParam(), {1, 0, 1, 0, 1, 0}), "acebdf");
}

TEST_P(Priorities, EveryLevelUpToTheHighestCounts) {
  const unsigned most = GetParam()->traits.priorities - 1;
  EXPECT_EQ(arrivals(*GetParam(), {0, most / 2, most - 1, most}), most > 2 ? "dcba" : "dbca");
}

TEST_P(Priorities, APlainSendIsOfTheLowest) {
  Pair pair(*GetParam());
  pair.send('a');
  pair.send_with(0, 'b');
  pair.send_with(1, 'c');
  pair.send('d');
  EXPECT_EQ(pair.receive(4, "recv_first"), "cabd");
}

TEST_P(Priorities, PlainSendsAreReceivedInTheOrderSentByEitherReceive) {
  Pair pair(*GetParam());
  for (const char letter : {'a', 'b', 'c', 'd'}) pair.send(letter);
  EXPECT_EQ(pair.receive(2), "ab");
  EXPECT_EQ(pair.receive(2, "recv_first"), "cd");
}

class Selection : public Priorities {};
INSTANTIATE_TEST_SUITE_P(Mechanisms, Selection,
                         testing::ValuesIn(sound_ones([](const Traits& traits) { return traits.selects; })),
                         name_of_case);

TEST_P(Selection, AReceiveOfOnePriorityLeavesTheOthersInPlace) {
  Pair pair(*GetParam());
  char letter = 'a';
  for (const unsigned priority : {0U, 1U, 2U, 1U, 0U}) pair.send_with(priority, letter++);
  EXPECT_EQ(pair.recv_only(1), "b");
  EXPECT_EQ(pair.recv_only(0), "a");
  EXPECT_EQ(pair.recv_only(1), "d");
  EXPECT_EQ(pair.receive(2, "recv_first"), "ce");
}

TEST(PrioritiesOfAll, LoopsForThemAreThereExactlyWhereTheTraitsPromiseThem) {
  for (const Mechanism* mechanism : mechanisms()) {
    EXPECT_EQ(mechanism->loops.urge != nullptr, mechanism->traits.priorities > 1) << mechanism->traits.name;
    EXPECT_GE(mechanism->traits.priorities, mechanism->traits.selects ? 2U : 1U) << mechanism->traits.name;
  }
}

TEST(PrioritiesOfAll, PrioritiesThatAreOnlyClaimedAreFoundOut) {
  std::size_t claimed = 0;
  for (const Mechanism* mechanism : mechanisms()) {
    if (mechanism->traits.family != broken_family || mechanism->traits.priorities < 2) continue;
    ++claimed;
    EXPECT_NE(arrivals(*mechanism, {0, 0, 0, 1}), "dabc");
    Pair pair(*mechanism);
    pair.send_with(0, 'a');
    pair.send_with(1, 'b');
    EXPECT_NE(pair.recv_only(1), "b");
  }
  EXPECT_GE(claimed, 1U);
}

}  // namespace
}  // namespace ipcmark
