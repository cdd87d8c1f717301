// MQ, messages: their sizes, their order and their number.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <sstream>
#include <utility>
#include <vector>

#include "suites/conformance/contracts/linux/posix_mq.hpp"

namespace ipcmark::mq {

void every_size_arrives_as_sent() {
  constexpr long largest = 300;
  Session session;
  const Queue queue(session, 4, largest);
  Actor sender(serve, {}, queue.name());
  for (std::size_t size = 1; size <= largest; ++size) {
    const std::string text = letters(size, size);
    EXPECT_EQ(answer(sender, "put 0 " + text), "0");
    EXPECT_EQ(take(queue.fd(), largest), text + "@0");
  }
  // Those that lie together stay apart.
  for (const char* text : {"a", "bcd", "ef"}) EXPECT_EQ(answer(sender, "put 0 " + std::string(text)), "0");
  for (const char* text : {"a@0", "bcd@0", "ef@0"}) EXPECT_EQ(take(queue.fd(), largest), text);
}

void empty_messages_are_messages() {
  Session session;
  const Queue queue(session);
  Actor sender(serve, {}, queue.name());
  EXPECT_EQ(answer(sender, "put 3"), "0");
  EXPECT_EQ(answer(sender, "put 3"), "0");
  EXPECT_EQ(answer(sender, "put 3 after"), "0");
  EXPECT_EQ(queue.waiting(), 3);
  for (const char* text : {"@3", "@3", "after@3"}) EXPECT_EQ(take(queue.fd()), text);
}

// Against a model: what was sent and not yet received, by falling priority and then by age.
void highest_priority_comes_first() {
  constexpr std::array<unsigned, 6> priorities{0, 1, 2, 31, 4711, 32767};
  constexpr std::size_t depth = 10;
  Session session;
  const Queue queue(session, depth);
  Actor sender(serve, {}, queue.name()), receiver(serve, {}, queue.name());
  std::mt19937_64 random(case_settings().seed);
  std::multimap<unsigned, std::string, std::greater<>> model;
  for (int step = 0; step < 600; ++step) {
    const bool sends = model.empty() || (model.size() < depth && random() % 2 == 0);
    if (sends) {
      const unsigned priority = priorities[random() % priorities.size()];
      const std::string text = "m" + std::to_string(step);
      EXPECT_EQ(answer(sender, "put " + std::to_string(priority) + " " + text), "0");
      model.emplace(priority, text);
    } else {
      const auto first = model.begin();
      ASSERT_EQ(answer(receiver, "take"), first->second + "@" + std::to_string(first->first));
      model.erase(first);
    }
  }
}

void priorities_end_below_mq_prio_max() {
  Session session;
  const Queue queue(session);
  Actor sender(serve, {}, queue.name());
  EXPECT_EQ(::sysconf(_SC_MQ_PRIO_MAX), 32768);
  EXPECT_EQ(answer(sender, "put 0 lowest"), "0");
  EXPECT_EQ(answer(sender, "put 32767 highest"), "0");
  EXPECT_EQ(answer(sender, "put 32768 beyond"), "EINVAL");
  EXPECT_EQ(answer(sender, "put 4294967295 beyond"), "EINVAL");
  EXPECT_EQ(queue.waiting(), 2);
  EXPECT_EQ(take(queue.fd()), "highest@32767");
  EXPECT_EQ(take(queue.fd()), "lowest@0");
}

void long_messages_are_refused() {
  Session session;
  const Queue queue(session);
  Actor sender(serve, {}, queue.name());
  EXPECT_EQ(answer(sender, "put 0 " + letters(usual_size + 1)), "EMSGSIZE");
  EXPECT_EQ(queue.waiting(), 0);
  EXPECT_EQ(answer(sender, "put 0 " + letters(usual_size)), "0");
  EXPECT_EQ(queue.waiting(), 1);
}

// Not on an empty queue either, where a receive with enough room would wait.
void small_buffers_are_refused() {
  Session session;
  const Queue queue(session);
  Actor receiver(
      [](Stage& stage) {
        const int own = open_queue(stage.text(), O_RDONLY);
        stage.say(take(own, usual_size - 1));
        stage.hear();
        stage.say(take(own, usual_size - 1));
        stage.say(take(own, usual_size));
      },
      {}, queue.name());
  EXPECT_EQ(receiver.hear(), "EMSGSIZE");
  ASSERT_EQ(put(queue.fd(), "short"), "0");
  receiver.say("go on");
  EXPECT_EQ(receiver.hear(), "EMSGSIZE");
  EXPECT_EQ(receiver.hear(), "short@0");
}

void full_queues_refuse_or_block() {
  Session session;
  const Queue queue(session, 3);
  Actor hasty(serve_without_waiting, {}, queue.name()), patient(serve, {}, queue.name());
  for (const char* text : {"a", "b", "c"}) EXPECT_EQ(answer(hasty, "put 0 " + std::string(text)), "0");
  EXPECT_EQ(answer(hasty, "put 0 no"), "EAGAIN");
  patient.say("put 0 d");
  patient.await_blocked_in(SYS_mq_timedsend);
  EXPECT_EQ(queue.waiting(), 3);
  EXPECT_EQ(take(queue.fd()), "a@0");
  EXPECT_EQ(patient.hear(), "0");
  for (const char* text : {"b@0", "c@0", "d@0"}) EXPECT_EQ(take(queue.fd()), text);
}

void empty_queues_refuse_or_block() {
  Session session;
  const Queue queue(session);
  Actor hasty(serve_without_waiting, {}, queue.name()), patient(serve, {}, queue.name());
  EXPECT_EQ(answer(hasty, "take"), "EAGAIN");
  patient.say("take");
  patient.await_blocked_in(SYS_mq_timedreceive);
  ASSERT_EQ(put(queue.fd(), "late", 2), "0");
  EXPECT_EQ(patient.hear(), "late@2");
  EXPECT_EQ(answer(hasty, "take"), "EAGAIN");
}

namespace {

// "put COUNT" and "take COUNT", of a queue in which both block.
void serve_in_bulk(Stage& stage) {
  const int queue = open_queue(stage.text(), O_RDWR);
  for (;;) {
    std::istringstream words(stage.hear());
    std::string call;
    int count = 0;
    words >> call >> count;
    for (int k = 0; k < count; ++k) {
      const std::string result = call == "put" ? put(queue, "x") : take(queue);
      if (result != "0" && result != "x@0") stage.say(result);
    }
    stage.say("done");
  }
}

}  // namespace

void attributes_count_what_is_left() {
  Session session;
  const Queue queue(session, 10);
  std::deque<Actor> actors;
  for (int k = 0; k < 4; ++k) actors.emplace_back(serve_in_bulk, std::vector<os::RawHandle>{}, queue.name());
  long left = 0;
  for (const auto& [sent, received] : {std::pair{100, 97}, {100, 102}, {53, 50}, {2, 4}, {40, 41}}) {
    for (std::size_t k = 0; k < 4; ++k)
      actors[k].say(k < 2 ? "put " + std::to_string(sent) : "take " + std::to_string(received));
    for (Actor& actor : actors) EXPECT_EQ(actor.hear(), "done");
    left += 2 * (sent - received);
    EXPECT_EQ(queue.waiting(), left);
  }
  EXPECT_EQ(left, 2);
}

}  // namespace ipcmark::mq
