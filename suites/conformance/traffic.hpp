// Messages between the ends of one link, looked at one by one: for clauses that hold for every mechanism.
//
//   Crowd crowd(mechanism, {.producers = 2, .messages = 300});
//   crowd.begin();
//   crowd.finish();
//   crowd.tally(0).lost ...
//
// Producers and consumers are actors. Each message says which run, producer and number it is of, and every
// byte of it follows from that, so that a torn, merged or foreign one is seen. A mechanism without payload is
// judged by counts. A consumer of messages ends at a last one of each producer; where messages may be lost,
// or go to one of several consumers, it takes what is there when it is told to stop. What a producer and a
// consumer have done stands on a board of shared memory, which outlives them.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "harness/lanes.hpp"
#include "suites/conformance/board_memory.hpp"
#include "suites/conformance/clause.hpp"
#include "suites/conformance/ends.hpp"

namespace ipcmark {

namespace traffic {
struct Order;
}

constexpr bool has_payload(const Traits& traits) {
  return traits.framing == Framing::bytes || traits.framing == Framing::message;
}
constexpr bool has_any_transfer(const Traits& traits) { return traits.framing != Framing::none; }

// Fills a message so that every byte follows from `head` and its place; of eight bytes and more, the first
// eight are `head`.
void fill_message(std::span<std::byte> message, std::uint64_t head) noexcept;
bool is_filled(std::span<const std::byte> message, std::uint64_t head) noexcept;

struct Traffic {
  unsigned producers = 1, consumers = 1;
  std::uint64_t messages = 200;  // of each producer; 0: until enough()
  // Of message k it is sizes[k modulo their count]. At least 8 bytes each.
  std::vector<std::size_t> sizes{64};
  bool recorded = true;  // when each call began and ended
  bool kept = false;     // the test keeps its own handles and names of the link
  bool storm = false;    // each process has a SIGALRM every millisecond, and goes on until it has had many
};

// A call for a message that succeeded; times in ns of CLOCK_MONOTONIC.
struct Call {
  unsigned producer = 0;
  std::uint64_t number = 0, begun = 0, ended = 0;
};

// What one process has done.
struct Deeds {
  std::string last = "gone";  // how its last call ended: result_of(Io)
  std::uint64_t count = 0;    // calls that succeeded, without the last messages
  std::uint64_t signals = 0;
  std::vector<Call> calls;
  // A consumer's, by producer. Wake-ups are all of producer 0.
  std::vector<LaneCount> lanes;
  std::uint64_t torn = 0, foreign = 0, gaps = 0;
  std::uint64_t first = 0;  // the number of the first message that came
  std::vector<bool> ended;  // whose last message came
};

class Crowd {
 public:
  // Starts the actors and waits until all ends are open. Throws Unsupported as the mechanism does.
  Crowd(const Mechanism&, const Traffic&, Options options = {});
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  void begin();
  void begin_producers();
  void begin_producer(unsigned k) { producer(k).say("go"); }
  void begin_consumers();
  void enough();  // producers end after the message that they are at
  // Hears of all who are not gone what they did; consumers first take all that there is.
  void finish();
  // After all were killed, with a link that was kept: opens both ends anew and takes what is there.
  Deeds reopen();
  // One was killed: nothing is heard of it.
  void without_producer(unsigned k) { producers_.at(k).gone = true; }
  void without_consumer(unsigned k) { consumers_.at(k).gone = true; }

  Actor& producer(unsigned k) { return *producers_.at(k).actor; }
  Actor& consumer(unsigned k) { return *consumers_.at(k).actor; }
  const Deeds& by_producer(unsigned k) const { return producers_.at(k).deeds; }
  const Deeds& by_consumer(unsigned k) const { return consumers_.at(k).deeds; }
  unsigned consumers() const noexcept { return traffic_.consumers; }
  unsigned producers() const noexcept { return traffic_.producers; }
  const Mechanism& mechanism() const noexcept { return mechanism_; }
  Ends& ends() noexcept { return ends_; }

  // From the board, at any time.
  std::uint64_t sent(unsigned producer) const noexcept;
  std::uint64_t taken(unsigned consumer) const noexcept;
  void await_taken(std::uint64_t count) const;  // by all consumers together
  bool has_ended(unsigned producer) const noexcept;
  // Returns once a producer can go no further (true), or has come to its end (false). It can go no further
  // when it sleeps in a system call, look after look, or when it has used up a time slice and more, and sent
  // nothing meanwhile.
  bool await_stuck(unsigned producer);

  // What was sent by a producer and seen by all consumers together; of wake-ups all are of producer 0.
  LaneCount seen_of(unsigned producer) const noexcept;
  Tally tally(unsigned producer) const noexcept;
  std::uint64_t all_sent() const noexcept;
  std::uint64_t all_taken() const noexcept;

 private:
  struct Part {
    Actor* actor = nullptr;
    bool begun = false, gone = false;
    Deeds deeds;
  };
  traffic::Order order_for(unsigned number);
  void hear_consumer(Part&);
  std::string hear_that_all_came(Part&);

  const Mechanism& mechanism_;
  Traffic traffic_;
  Ends ends_;
  BoardMemory board_;
  std::vector<Part> producers_, consumers_;
};

// Whole messages of this run and no others, and no call that failed.
void expect_sound(const Crowd&);
// What the trait `delivery` promises of what was sent: all of it once, or some of it and never twice.
void expect_delivered(const Crowd&);

// The options of a crowd whose messages are at most this large, and that asks for little memory.
Options modest(std::size_t max_message, std::size_t depth = 16);

// The largest max_message up to `most` with which a link can be created; a host's limits may differ for the
// next one.
std::size_t largest_created(const Mechanism&, std::size_t most, std::string* why = nullptr);

// Of one that waits for something which does not come: whether it sleeps (true), or burns the processor.
bool waits_asleep(const Actor&);

}  // namespace ipcmark
