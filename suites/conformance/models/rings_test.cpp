// The lock-free mechanisms over shared memory, as they are shipped, in every order of their steps (within a
// bound on switches): each message arrives once, whole and in order, nobody sleeps for ever, and no copy is
// read while it is written.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/mechanism.hpp"
#include "suites/conformance/models/explorer.hpp"
#include "suites/conformance/models/one_memory.hpp"

namespace ipcmark {

extern const Mechanism shm_spsc, shm_mpmc, shm_broadcast, shm_seqlock, shm_triple_buffer;

namespace model {
namespace {

struct Shape {
  const Mechanism* mechanism;
  Wait wait;
  std::size_t depth;
  unsigned producers, consumers;
  std::uint64_t messages;  // of each producer
  std::size_t preemptions, stale;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << shape.mechanism->traits.name << " " << name_of(shape.wait) << " depth " << shape.depth << " "
             << shape.producers << "x" << shape.consumers;
}

std::uint64_t number(unsigned producer, std::uint64_t sequence) { return (producer + 1) * 100 + sequence; }

// Two words, so that a torn one is seen.
struct Message {
  std::uint64_t number = 0, inverse = 0;
};

// One link with its endpoints and what the consumers have received.
struct Stand {
  explicit Stand(const Shape& wanted) : shape(wanted) {
    Options options;
    options.max_message = sizeof(Message);
    options.depth = shape.depth;
    link = shape.mechanism->create(options);
    name_memory(one_memory().data(), one_memory().size());
    for (unsigned k = 0; k < shape.consumers; ++k) consumers.push_back(open(Role::consumer, options));
    for (unsigned k = 0; k < shape.producers; ++k) producers.push_back(open(Role::producer, options));
    received.resize(shape.consumers);
  }
  std::unique_ptr<Endpoint> open(Role role, const Options& options) {
    Ticket ticket = link->ticket(role);
    ticket.max_message = options.max_message;
    ticket.depth = options.depth;
    return shape.mechanism->open(ticket, role, shape.wait);
  }
  void send_all(unsigned producer) {
    for (std::uint64_t k = 0; k < shape.messages; ++k) {
      const Message message{number(producer, k), ~number(producer, k)};
      const Io io = producers[producer]->send(std::as_bytes(std::span(&message, 1)));
      require(io.status == Status::ok, "a send failed");
    }
  }
  std::uint64_t receive(unsigned consumer) {
    Message message;
    const Io io = consumers[consumer]->recv(std::as_writable_bytes(std::span(&message, 1)));
    require(io.status == Status::ok && io.size == sizeof message, "a receive failed");
    require(message.inverse == ~message.number, "a torn message");
    received[consumer].push_back(message.number);
    return message.number;
  }

  Shape shape;
  std::unique_ptr<Link> link;
  std::vector<std::unique_ptr<Endpoint>> consumers, producers;
  std::vector<std::vector<std::uint64_t>> received;
};

bool ascending_within_producers(const std::vector<std::uint64_t>& messages) {
  for (std::size_t a = 0; a < messages.size(); ++a) {
    for (std::size_t b = a + 1; b < messages.size(); ++b) {
      if (messages[a] / 100 == messages[b] / 100 && messages[a] >= messages[b]) return false;
    }
  }
  return true;
}

void check_all_arrived(const Stand& stand, bool each_gets_all) {
  std::vector<std::uint64_t> sent;
  for (unsigned p = 0; p < stand.shape.producers; ++p) {
    for (std::uint64_t k = 0; k < stand.shape.messages; ++k) sent.push_back(number(p, k));
  }
  std::vector<std::uint64_t> all;
  for (const auto& one : stand.received) {
    require(ascending_within_producers(one), "a consumer got messages of one producer out of their order");
    if (each_gets_all) require(one == sent, "a consumer did not get every message once, in order");
    all.insert(all.end(), one.begin(), one.end());
  }
  std::sort(all.begin(), all.end());
  if (!each_gets_all) require(all == sent, "not every message arrived once");
}

Program of_ring(const Shape& shape) {
  const bool each_gets_all = shape.mechanism == &shm_broadcast;
  const auto stand = std::make_shared<Stand>(shape);
  Program program;
  for (unsigned p = 0; p < shape.producers; ++p)
    program.threads.emplace_back([stand, p] { stand->send_all(p); });
  const std::uint64_t all = shape.messages * shape.producers;
  for (unsigned c = 0; c < shape.consumers; ++c) {
    const std::uint64_t share = each_gets_all ? all : all / shape.consumers;
    program.threads.emplace_back([stand, c, share] {
      for (std::uint64_t k = 0; k < share; ++k) stand->receive(c);
    });
  }
  program.at_end = [stand, each_gets_all] { check_all_arrived(*stand, each_gets_all); };
  return program;
}

class Ring : public testing::TestWithParam<Shape> {};

TEST_P(Ring, DeliversEachMessageOnceInEveryOrderOfSteps) {
  const Report report = explore([] { return of_ring(GetParam()); },
                                {.preemptions = GetParam().preemptions, .stale = GetParam().stale});
  EXPECT_EQ(report.failure, "") << report.text();
  EXPECT_TRUE(report.exhausted) << report.text();
  RecordProperty("runs", static_cast<int>(report.runs));
  std::cout << GetParam() << ": " << report.runs << " runs, at most " << report.longest << " steps\n";
}

constexpr std::size_t every = ~std::size_t{0};
INSTANTIATE_TEST_SUITE_P(Of, Ring,
                         testing::Values(Shape{&shm_spsc, Wait::spin, 1, 1, 1, 2, every, every},
                                         Shape{&shm_spsc, Wait::block, 1, 1, 1, 1, every, every},
                                         Shape{&shm_spsc, Wait::block, 1, 1, 1, 3, 3, 3},
                                         Shape{&shm_spsc, Wait::block, 2, 1, 1, 4, 2, 2},
                                         Shape{&shm_spsc, Wait::spin, 4, 1, 1, 6, 2, 2},
                                         Shape{&shm_mpmc, Wait::spin, 1, 1, 1, 1, every, every},
                                         Shape{&shm_mpmc, Wait::spin, 1, 1, 1, 2, 3, 3},
                                         Shape{&shm_mpmc, Wait::block, 1, 1, 1, 2, 2, 2},
                                         Shape{&shm_mpmc, Wait::block, 2, 2, 1, 1, 2, 1},
                                         Shape{&shm_mpmc, Wait::spin, 2, 2, 2, 1, 1, 1},
                                         Shape{&shm_mpmc, Wait::block, 1, 2, 2, 1, 1, 1},
                                         Shape{&shm_mpmc, Wait::block, 1, 1, 2, 2, 1, 1},
                                         Shape{&shm_broadcast, Wait::spin, 1, 1, 1, 2, 1, 1},
                                         Shape{&shm_broadcast, Wait::block, 1, 1, 1, 3, 2, 1},
                                         Shape{&shm_broadcast, Wait::block, 1, 1, 2, 2, 1, 1}));

// The latest value only: what arrives is whole, newer each time, and the last one arrives.
Program of_latest(const Shape& shape) {
  const auto stand = std::make_shared<Stand>(shape);
  const std::uint64_t last = number(0, shape.messages - 1);
  Program program{.threads = {[stand] { stand->send_all(0); }}};
  for (unsigned c = 0; c < shape.consumers; ++c) {
    program.threads.emplace_back([stand, c, last] {
      while (stand->receive(c) != last) {
      }
    });
  }
  program.at_end = [stand] {
    for (const auto& one : stand->received)
      require(ascending_within_producers(one), "an older value came later");
  };
  return program;
}

class LatestValue : public testing::TestWithParam<Shape> {};

TEST_P(LatestValue, IsWholeAndNewerEachTimeAndTheLastOneArrives) {
  const Report report = explore([] { return of_latest(GetParam()); },
                                {.preemptions = GetParam().preemptions, .stale = GetParam().stale});
  EXPECT_EQ(report.failure, "") << report.text();
  EXPECT_TRUE(report.exhausted) << report.text();
  std::cout << GetParam() << ": " << report.runs << " runs, at most " << report.longest << " steps\n";
}

INSTANTIATE_TEST_SUITE_P(Of, LatestValue,
                         testing::Values(Shape{&shm_seqlock, Wait::spin, 1, 1, 1, 1, every, every},
                                         Shape{&shm_seqlock, Wait::block, 1, 1, 1, 3, 3, 3},
                                         Shape{&shm_seqlock, Wait::block, 1, 1, 2, 2, 2, 2},
                                         Shape{&shm_triple_buffer, Wait::spin, 1, 1, 1, 2, every, every},
                                         Shape{&shm_triple_buffer, Wait::block, 1, 1, 1, 3, 3, 3}));

// What the orders are there for: without them something is found.
struct Weak {
  Shape shape;
  Weakened weakened;
  const char* found;
};
class WithoutItsOrders : public testing::TestWithParam<Weak> {};

TEST_P(WithoutItsOrders, ItFailsAndTheScheduleIsTold) {
  const Shape& shape = GetParam().shape;
  const bool latest = shape.mechanism->traits.delivery == Delivery::latest;
  const Report report =
      explore([&] { return latest ? of_latest(shape) : of_ring(shape); },
              {.preemptions = shape.preemptions, .stale = shape.stale, .weakened = GetParam().weakened});
  EXPECT_NE(report.failure.find(GetParam().found), std::string::npos) << shape << ": " << report.text();
  EXPECT_FALSE(report.steps.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Of, WithoutItsOrders,
    testing::Values(
        Weak{{&shm_spsc, Wait::spin, 1, 1, 1, 2, 2, 2}, {.releases = true}, "data race"},
        Weak{{&shm_spsc, Wait::spin, 1, 1, 1, 2, 2, 2}, {.acquires = true}, "data race"},
        Weak{{&shm_spsc, Wait::block, 1, 1, 1, 2, 2, 2}, {.fences = true}, "deadlock"},
        Weak{{&shm_mpmc, Wait::spin, 1, 1, 1, 2, 2, 2}, {.releases = true}, "data race"},
        Weak{{&shm_mpmc, Wait::spin, 1, 1, 1, 2, 2, 2}, {.acquires = true}, "data race"},
        Weak{{&shm_broadcast, Wait::spin, 1, 1, 1, 2, 2, 2}, {.releases = true}, "data race"},
        Weak{{&shm_broadcast, Wait::block, 1, 1, 1, 2, 2, 2}, {.fences = true}, "deadlock"},
        Weak{{&shm_seqlock, Wait::spin, 1, 1, 1, 2, 2, 2}, {.fences = true}, "torn"},
        Weak{{&shm_triple_buffer, Wait::spin, 1, 1, 1, 2, 2, 2}, {.releases = true}, "data race"}));

}  // namespace
}  // namespace model
}  // namespace ipcmark
