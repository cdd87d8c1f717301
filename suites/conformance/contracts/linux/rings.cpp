// LFQ: lock-free rings in shared memory: our own.
#include "suites/conformance/contracts/linux/rings.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "harness/lanes.hpp"
#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

// Every word of a record follows from its number, which is the first.
void fill(std::span<std::uint64_t> record, std::uint64_t number) {
  record[0] = number;
  for (std::size_t k = 1; k < record.size(); ++k) record[k] = (number + k) * 0x9E37'79B9'7F4A'7C15ULL;
}
bool whole(std::span<const std::uint64_t> record) {
  for (std::size_t k = 1; k < record.size(); ++k) {
    if (record[k] != (record[0] + k) * 0x9E37'79B9'7F4A'7C15ULL) return false;
  }
  return true;
}

// "COUNT SIZE" of what is sent.
struct Stream {
  explicit Stream(const std::string& text)
      : count(std::stoul(text)), record(std::stoul(text.substr(text.find(' '))) / sizeof(std::uint64_t)) {}
  std::uint64_t count;
  std::vector<std::uint64_t> record;
};

void send_records(Stage& stage, Endpoint& end) {
  Stream stream(stage.text());
  for (std::uint64_t number = 0; number < stream.count; ++number) {
    fill(stream.record, number);
    if (const Io io = end.send(std::as_bytes(std::span(stream.record))); io.status != Status::ok)
      return stage.say(result_of(io));
  }
  stage.say("sent");
  Stage::wait_to_be_killed();
}

// Receives up to the last record; says how many came, or what was wrong with one.
void receive_records(Stage& stage, Endpoint& end) {
  Stream stream(stage.text());
  const std::span buffer = std::as_writable_bytes(std::span(stream.record));
  std::uint64_t received = 0, last = 0;
  do {
    const Io io = end.recv(buffer);
    const std::string at = " at record " + std::to_string(received);
    if (io.status != Status::ok) return stage.say(result_of(io) + at);
    if (io.size != buffer.size() || !whole(stream.record)) return stage.say("torn" + at);
    if (received++ != 0 && stream.record[0] <= last) return stage.say("reordered" + at);
    last = stream.record[0];
  } while (last + 1 < stream.count);
  stage.say(std::to_string(received));
}

Wait spins_a_little(const Traits& traits) {
  return traits.waits.adaptive ? Wait::adaptive : traits.waits.block ? Wait::block : Wait::spin;
}

// How many records of a stream came; adds a failure when one was not as it had been sent.
std::uint64_t stream_through(const Mechanism& mechanism, std::uint64_t count, std::size_t size) {
  const std::string text = std::to_string(count) + " " + std::to_string(size);
  // Who only spins burns a time slice for a ring, wherever both have to share a processor.
  const bool sleeps = mechanism.traits.waits.block;
  Ends ends(mechanism, {.max_message = size, .depth = sleeps ? 64U : 4096U});
  ends.use(spins_a_little(mechanism.traits));
  Actor& consumer = ends.start(Role::consumer, receive_records, text);
  Actor& producer = ends.start(Role::producer, send_records, text);
  ends.hand_over();
  EXPECT_EQ(producer.hear(), "sent");
  const std::string received = consumer.hear();
  EXPECT_EQ(received.find_first_not_of("0123456789"), std::string::npos) << received;
  if (!mechanism.traits.may_miss()) {
    EXPECT_EQ(received, std::to_string(count));
  }
  return std::stoull("0" + received);
}

// The same records without any protocol, to see that a torn one would be noticed.
using Unprotected = std::array<std::atomic<std::uint64_t>, 512>;
void write_unprotected(Stage& stage) {
  const Shared<Unprotected> shared(stage.fd(0));
  std::vector<std::uint64_t> record(shared->size());
  for (std::uint64_t number = 0;; ++number) {
    fill(record, number);
    for (std::size_t k = 0; k < record.size(); ++k) (*shared)[k].store(record[k], std::memory_order_relaxed);
  }
}
void read_unprotected(Stage& stage) {
  const Shared<Unprotected> shared(stage.fd(0));
  std::vector<std::uint64_t> record(shared->size());
  for (int look = 0; look < 1'000'000; ++look) {
    for (std::size_t k = 0; k < record.size(); ++k) record[k] = (*shared)[k].load(std::memory_order_relaxed);
    if (record[1] != 0 && !whole(record)) return stage.say("torn");
  }
  stage.say("never torn");
}

void records_are_whole(const Mechanism& mechanism) {
  const std::uint64_t part = case_settings().quick ? 10 : 1;
  for (const auto& [count, size] : {std::pair(100'000UL / part, 64UL), std::pair(20'000UL / part, 4096UL)}) {
    const std::uint64_t received = stream_through(mechanism, count, size);
    if (mechanism.traits.may_miss())
      observe(std::to_string(received) + " of " + std::to_string(count) + " values were seen");
  }
  const Shared<Unprotected> shared;
  Actor writer(write_unprotected, {shared.raw()}), reader(read_unprotected, {shared.raw()});
  if (reader.hear() != "torn") throw Inconclusive("without a protocol nothing was torn either");
}

constexpr std::uint8_t producers = 3;

// Numbered messages of the producer that the text names, "PRODUCER COUNT".
void send_stamped(Stage& stage, Endpoint& end) {
  std::vector<std::byte> message(full_stamp);
  const StampLayout layout(message.size(), 1, static_cast<std::uint8_t>(stage.text().at(0) - '0'));
  const std::uint64_t count = std::stoull(stage.text().substr(2));
  stage.hear();
  for (std::uint64_t sequence = 0; sequence < count; ++sequence) {
    stamp(layout, message.data(), sequence, 0);
    if (const Io io = end.send(message); io.status != Status::ok) return stage.say(result_of(io));
  }
  stage.say("sent");
  Stage::wait_to_be_killed();
}

// Receives until it is told to stop; says for each producer how many came, the sums of their numbers, and how
// many were not in order.
void receive_stamped(Stage& stage, Endpoint& end) {
  std::array<LaneCount, producers> lanes{};
  std::array<std::uint64_t, producers> next{};
  std::array<std::byte, full_stamp> message{};
  std::uint64_t foreign = 0;
  for (Io io; (io = end.recv(message)).status == Status::ok;) {
    std::uint64_t head = 0;
    std::memcpy(&head, message.data(), sizeof head);
    const std::size_t producer = head >> 40 & 0xFF;
    const std::uint64_t sequence = head & StampLayout::time_mask;
    if (producer >= producers || io.size != full_stamp) {
      ++foreign;
      continue;
    }
    lanes[producer].add(sequence);
    if (sequence < next[producer]) ++lanes[producer].reordered;
    next[producer] = sequence + 1;
  }
  std::string text = std::to_string(foreign);
  for (const LaneCount& lane : lanes) {
    for (const std::uint64_t value : {lane.count, lane.sum, lane.mixed, lane.reordered})
      text += " " + std::to_string(value);
  }
  stage.say(text);
}

void each_once_and_in_order(const Mechanism& mechanism) {
  const std::uint64_t count = case_settings().quick ? 2000 : 20'000;
  Ends ends(mechanism, {.max_message = full_stamp, .depth = 16});
  ends.use(spins_a_little(mechanism.traits));
  std::vector<Actor*> senders, receivers;
  for (int k = 0; k < 2; ++k) receivers.push_back(&ends.start(Role::consumer, receive_stamped));
  for (int k = 0; k < producers; ++k) {
    const std::string text = std::to_string(k) + " " + std::to_string(count);
    senders.push_back(&ends.start(Role::producer, send_stamped, text));
  }
  ends.hand_over();
  for (Actor* sender : senders) sender->say("go");
  for (Actor* sender : senders) EXPECT_EQ(sender->hear(), "sent");
  std::array<LaneCount, producers> seen{};
  bool shared = true;
  for (Actor* receiver : receivers) {
    std::istringstream words(receiver->stop_and_hear());
    std::uint64_t foreign = 0, all = 0;
    words >> foreign;
    EXPECT_EQ(foreign, 0U);
    for (LaneCount& lane : seen) {
      LaneCount part;
      words >> part.count >> part.sum >> part.mixed >> part.reordered;
      EXPECT_EQ(part.reordered, 0U);
      lane += part;
      all += part.count;
    }
    shared = shared && all != 0;
  }
  for (const LaneCount& lane : seen) {
    EXPECT_EQ(lane.count, count);
    EXPECT_TRUE(lane.same_messages(count_of({.first = 0, .end = count})));
  }
  if (!shared) throw Inconclusive("one consumer got everything");
}

// A full ring waits for room and overwrites nothing. Where only spinning is offered, the waiting producer is
// told to stop instead: it then says so rather than "ok".
void full_ring_waits(const Mechanism& mechanism) {
  constexpr std::size_t depth = 8;
  Ends ends(mechanism, {.depth = depth});
  Actor& consumer = ends.start(Role::consumer, obey);
  Actor& producer = ends.start(Role::producer, obey);
  ends.hand_over();
  for (std::size_t k = 0; k < depth; ++k) EXPECT_EQ(ask(producer, "send " + std::to_string(k)), "ok");
  const bool blocks = mechanism.traits.waits.block;
  producer.say("send " + std::to_string(depth));
  if (blocks) {
    producer.await_blocked();
  } else {
    EXPECT_EQ(producer.stop_and_hear(), "stopped");
  }
  for (std::size_t k = 0; k < depth; ++k) EXPECT_EQ(ask(consumer, "recv"), "got " + std::to_string(k));
  if (!blocks) return;
  EXPECT_EQ(producer.hear(), "ok");
  EXPECT_EQ(ask(consumer, "recv"), "got " + std::to_string(depth));
}

// Where only the latest value counts, the producer never waits, and nobody is told how many were replaced.
void latest_replaces(const Mechanism& mechanism) {
  Ends ends(mechanism);
  Actor& consumer = ends.start(Role::consumer, obey);
  Actor& producer = ends.start(Role::producer, obey);
  ends.hand_over();
  for (int k = 0; k < 100; ++k) EXPECT_EQ(ask(producer, "send " + std::to_string(k)), "ok");
  EXPECT_EQ(ask(consumer, "recv"), "got 99");
  observe("99 values were replaced; no interface tells their number");
}

// Atomic words at two addresses of two processes.
struct Atomics {
  Word ready;
  std::atomic<std::uint64_t> added, exchanged;
  std::uint64_t referred;  // by std::atomic_ref
};
constexpr std::uint64_t additions = 100'000;
void use_atomics(Stage& stage) {
  const Shared<Atomics> taken(stage.fd(0)), other(stage.fd(0));
  Atomics& mine = stage.text() == "1" ? *taken : *other;
  std::atomic_ref<std::uint64_t> by_reference(mine.referred);
  stage.say(std::to_string(reinterpret_cast<std::uintptr_t>(&mine)));
  advance(mine.ready);
  await_count(mine.ready, 2);
  for (std::uint64_t k = 0; k < additions; ++k) {
    mine.added.fetch_add(1);
    std::uint64_t seen = mine.exchanged;
    while (!mine.exchanged.compare_exchange_weak(seen, seen + 1)) {
    }
    by_reference.fetch_add(0x1'0000'0001ULL);
  }
  stage.say("done");
}

void atomics_are_lock_free_and_address_free() {
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free &&
                std::atomic<std::uint64_t>::is_always_lock_free &&
                std::atomic_ref<std::uint64_t>::is_always_lock_free);
  static_assert(sizeof(std::atomic<std::uint32_t>) == 4 && sizeof(std::atomic<std::uint64_t>) == 8);
  const Shared<Atomics> shared;
  Actor first(use_atomics, {shared.raw()}, "1"), second(use_atomics, {shared.raw()}, "2");
  EXPECT_NE(first.hear(), second.hear());
  EXPECT_EQ(first.hear(), "done");
  EXPECT_EQ(second.hear(), "done");
  EXPECT_EQ(shared->added, 2 * additions);
  EXPECT_EQ(shared->exchanged, 2 * additions);
  EXPECT_EQ(shared->referred, 2 * additions * 0x1'0000'0001ULL);
}

void counts_pass_two_to_the_sixteen(const Mechanism& mechanism) {
  EXPECT_GT(stream_through(mechanism, 3 * 65'536 + 5, 16), 0U);
  observe("counts of 32 bits did not wrap: that takes 2^32 messages, or a ring that can begin near them");
}

constexpr Clause table[]{
    {.id = "LFQ-01",
     .title = "AConsumerSeesCompleteRecordsOnly",
     .source = "C++20 [atomics.order]; mechanisms/shm/segment.hpp",
     .of = records_are_whole,
     .applies = lies_in_shared_memory},
    {.id = "LFQ-02",
     .title = "OfSeveralProducersAndConsumersEachMessageArrivesOnceAndInOrder",
     .source = "harness/mechanism.hpp, many_producers and many_consumers",
     .of = each_once_and_in_order,
     .applies =
         [](const Traits& traits) {
           return is_a_ring(traits) && traits.many_producers && traits.many_consumers;
         }},
    {.id = "LFQ-04",
     .title = "AProducerKilledBetweenReserveAndCommitStopsTheOthersOnlyWhereThatIsDeclared",
     .source = "harness/mechanism.hpp, survives_peer_kill",
     .of = producer_killed_in_the_middle,
     .applies =
         [](const Traits& traits) {
           return lies_in_shared_memory(traits) && (traits.loans || traits.many_producers);
         }},
    {.id = "LFQ-05",
     .title = "AFullRingWaitsAndALatestValueIsReplacedAsDeclared",
     .source = "harness/mechanism.hpp, Delivery and Options::depth",
     .of =
         [](const Mechanism& mechanism) {
           mechanism.traits.may_miss() ? latest_replaces(mechanism) : full_ring_waits(mechanism);
         },
     .applies =
         [](const Traits& traits) {
           return is_a_ring(traits) || (lies_in_shared_memory(traits) && traits.delivery == Delivery::latest);
         }},
    {.id = "LFQ-06",
     .title = "CountsPassTwoToTheSixteenthWithoutLossOrTearing",
     .source = "mechanisms/shm: counts are of messages, modulo 2^32",
     .of = counts_pass_two_to_the_sixteen,
     .applies = is_a_ring},
    {.id = "LFQ-07",
     .title = "AtomicWordsAreLockFreeAndWorkAcrossMappings",
     .source = "C++20 [atomics.lockfree], address-free",
     .body = atomics_are_lock_free_and_address_free},
    {.id = "LFQ-08",
     .title = "AWaiterNeverMissesTheLastWake",
     .source = "futex(2); harness/os/wait.hpp",
     .of = no_last_wake_is_missed,
     .applies = [](const Traits& traits) { return lies_in_shared_memory(traits) && traits.waits.block; }},
};

constexpr LeftOut left_out[]{
    {.id = "LFQ-03",
     .reason =
         "no test between processes: the tests of this program try the rings in every order of their steps "
         "under the memory of C++20, as they are shipped (suites/conformance/models, ipcmark_models)"},
};

}  // namespace

const Section rings_section{.name = "LFQ", .count = 8, .clauses = table, .left_out = left_out};

}  // namespace ipcmark
