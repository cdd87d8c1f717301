// The lock-free mechanisms as they are shipped, between threads that share one mapping: what ThreadSanitizer
// can follow (preset tsan), and a stress test everywhere else.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <thread>

#include "harness/mechanism.hpp"

namespace ipcmark {

extern const Mechanism shm_spsc, shm_mpmc, shm_broadcast, shm_seqlock, shm_triple_buffer;

namespace {

struct Shape {
  const Mechanism* mechanism;
  Wait wait;
  unsigned producers, consumers;
};
std::string name_of_case(const testing::TestParamInfo<Shape>& one) {
  const Shape& shape = one.param;
  return std::string(shape.mechanism->traits.name) + "_" + std::string(name_of(shape.wait)) + "_" +
         std::to_string(shape.producers) + "x" + std::to_string(shape.consumers);
}

// More spinning threads than processors move on by time slices only.
std::uint64_t messages_of(const Shape& shape) {
  return shape.wait == Wait::spin && shape.producers + shape.consumers > 2 ? 300 : 20'000;
}

// 24 bytes, so that a torn one is seen: producer, sequence number, and both mixed.
struct Message {
  std::uint64_t producer = 0, sequence = 0, both = 0;
  static Message make(std::uint64_t producer, std::uint64_t sequence) {
    return {producer, sequence, producer * 0x9E37'79B9'7F4A'7C15ULL + sequence};
  }
  bool whole() const { return both == make(producer, sequence).both; }
};

class BetweenThreads : public testing::TestWithParam<Shape> {
 protected:
  std::unique_ptr<Endpoint> open(Role role) {
    Ticket ticket = link_->ticket(role);
    ticket.max_message = options_.max_message;
    ticket.depth = options_.depth;
    return GetParam().mechanism->open(ticket, role, GetParam().wait);
  }
  void send_all(Endpoint& end, unsigned producer) {
    for (std::uint64_t k = 0; k < per_producer_; ++k) {
      const Message message = Message::make(producer, k);
      ASSERT_EQ(end.send(std::as_bytes(std::span(&message, 1))).status, Status::ok);
    }
  }
  // `count` messages, or until the last one of a producer of which only the latest is there.
  std::vector<Message> receive(Endpoint& end, std::uint64_t count, bool until_last) {
    std::vector<Message> all;
    while (all.size() < count) {
      Message message;
      EXPECT_EQ(end.recv(std::as_writable_bytes(std::span(&message, 1))).status, Status::ok);
      all.push_back(message);
      if (until_last && message.sequence + 1 == per_producer_) break;
    }
    return all;
  }

  static Options shallow() {
    Options options;
    options.max_message = sizeof(Message);
    options.depth = 8;
    return options;
  }
  const std::uint64_t per_producer_ = messages_of(GetParam());
  Options options_ = shallow();
  std::unique_ptr<Link> link_ = GetParam().mechanism->create(options_);
};

TEST_P(BetweenThreads, EveryMessageArrivesAsTheTraitsSay) {
  const Shape shape = GetParam();
  const bool latest = shape.mechanism->traits.delivery == Delivery::latest;
  const bool each_gets_all = !shape.mechanism->traits.many_consumers;
  const std::uint64_t all = per_producer_ * shape.producers;
  std::vector<std::unique_ptr<Endpoint>> ends;
  for (unsigned c = 0; c < shape.consumers; ++c) ends.push_back(open(Role::consumer));
  for (unsigned p = 0; p < shape.producers; ++p) ends.push_back(open(Role::producer));
  std::vector<std::vector<Message>> received(shape.consumers);
  std::vector<std::thread> threads;
  for (unsigned c = 0; c < shape.consumers; ++c) {
    threads.emplace_back(
        [&, c] { received[c] = receive(*ends[c], each_gets_all ? all : all / shape.consumers, latest); });
  }
  for (unsigned p = 0; p < shape.producers; ++p)
    threads.emplace_back([&, p] { send_all(*ends[shape.consumers + p], p); });
  for (std::thread& thread : threads) thread.join();

  std::map<std::pair<std::uint64_t, std::uint64_t>, unsigned> times;
  for (const auto& one : received) {
    std::map<std::uint64_t, std::uint64_t> next;
    for (const Message& message : one) {
      ASSERT_TRUE(message.whole());
      ASSERT_GE(message.sequence, next[message.producer]) << "out of order, or twice";
      next[message.producer] = message.sequence + 1;
      ++times[{message.producer, message.sequence}];
    }
  }
  if (latest) return;
  const unsigned wanted = each_gets_all ? shape.consumers : 1;
  EXPECT_EQ(times.size(), all);
  EXPECT_TRUE(std::all_of(times.begin(), times.end(), [&](const auto& one) { return one.second == wanted; }));
}

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (const Wait wait : {Wait::spin, Wait::block, Wait::adaptive}) {
    for (const Mechanism* mechanism :
         {&shm_spsc, &shm_mpmc, &shm_broadcast, &shm_seqlock, &shm_triple_buffer})
      all.push_back({mechanism, wait, 1, 1});
    all.push_back({&shm_mpmc, wait, 2, 2});
    all.push_back({&shm_broadcast, wait, 1, 3});
    all.push_back({&shm_seqlock, wait, 1, 3});
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(Rings, BetweenThreads, testing::ValuesIn(shapes()), name_of_case);

}  // namespace
}  // namespace ipcmark
