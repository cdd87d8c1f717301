// SVM, messages: their sizes, types and number, and what is left of them after failures and stress.
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <deque>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "suites/conformance/contracts/linux/sysv_msg.hpp"

namespace ipcmark::svm {
namespace {

void put_each(Actor& sender, std::initializer_list<const char*> letters) {
  for (const char* letter : letters) EXPECT_EQ(answer(sender, "put " + std::string(letter)), "0");
}
void take_each(int queue, long type, int flags, std::initializer_list<const char*> expected) {
  for (const char* letter : expected) EXPECT_EQ(take_at_once(queue, type, flags), letter);
}

}  // namespace

void every_size_and_type_arrives_as_sent() {
  constexpr std::size_t largest = 300;
  Session session;
  const Queue queue(session);
  Actor sender(serve, {}, queue.text());
  for (std::size_t size = 1; size <= largest; ++size) {
    const std::string type = std::to_string(size * size * size + 1), text = letters(size, size);
    EXPECT_EQ(answer(sender, "put " + type + " " + text), "0");
    EXPECT_EQ(take(queue.id(), 0, IPC_NOWAIT, largest), text + "@" + type);
  }
  put_each(sender, {"1 a", "1 bcd", "9223372036854775807 ef"});
  take_each(queue.id(), 0, 0, {"a@1", "bcd@1", "ef@9223372036854775807"});
  EXPECT_EQ(answer(sender, "put 0 no"), "EINVAL");
  EXPECT_EQ(answer(sender, "put -1 no"), "EINVAL");
}

void small_buffers_refuse_or_truncate() {
  Session session;
  const Queue queue(session);
  Actor sender(serve, {}, queue.text());
  put_each(sender, {"3 abcdef", "3 next"});
  EXPECT_EQ(take(queue.id(), 0, 0, 5), "E2BIG");
  EXPECT_EQ(facts_of(queue.id()).msg_qnum, 2U);
  EXPECT_EQ(take(queue.id(), 0, MSG_NOERROR, 5), "abcde@3");
  EXPECT_EQ(facts_of(queue.id()).msg_qnum, 1U);
  EXPECT_EQ(take(queue.id(), 0, 0, 5), "next@3");
}

void type_argument_chooses() {
  Session session;
  const Queue queue(session);
  Actor sender(serve, {}, queue.text());
  const auto refill = [&] {
    while (take_at_once(queue.id()) != "ENOMSG") {
    }
    put_each(sender, {"5 a", "2 b", "9 c", "2 d"});
  };
  refill();
  take_each(queue.id(), 0, 0, {"a@5", "b@2", "c@9", "d@2", "ENOMSG"});
  refill();
  take_each(queue.id(), 2, 0, {"b@2", "d@2", "ENOMSG"});
  take_each(queue.id(), 9, 0, {"c@9", "ENOMSG"});
  refill();
  take_each(queue.id(), -9, 0, {"b@2", "d@2", "a@5", "c@9", "ENOMSG"});
  refill();
  take_each(queue.id(), -8, 0, {"b@2", "d@2", "a@5", "ENOMSG"});
  take_each(queue.id(), -1, 0, {"ENOMSG"});

  // A receiver who waits for one type sleeps through another.
  Actor receiver(serve, {}, queue.text());
  receiver.say("take 4");
  receiver.await_blocked_in(SYS_msgrcv);
  put_each(sender, {"3 other", "4 mine"});
  EXPECT_EQ(receiver.hear(), "mine@4");
  take_each(queue.id(), 0, 0, {"c@9", "other@3", "ENOMSG"});
}

void except_skips_a_type() {
  Session session;
  const Queue queue(session);
  Actor sender(serve, {}, queue.text());
  put_each(sender, {"5 a", "2 b", "5 c", "9 d"});
  take_each(queue.id(), 5, MSG_EXCEPT, {"b@2", "d@9", "ENOMSG"});
  take_each(queue.id(), 2, MSG_EXCEPT, {"a@5", "c@5", "ENOMSG"});
}

void empty_messages_are_counted() {
  Session session;
  const Queue queue(session);
  const msglen_t most = facts_of(queue.id()).msg_qbytes;
  Actor sender(
      [](Stage& stage) {
        long sent = 0;
        std::string last;
        while ((last = put(std::stoi(stage.text()), 7, "", IPC_NOWAIT)) == "0") ++sent;
        stage.say(std::to_string(sent));
        stage.say(last);
      },
      {}, queue.text());
  EXPECT_EQ(sender.hear(), std::to_string(most));
  EXPECT_EQ(sender.hear(), "EAGAIN");
  EXPECT_EQ(facts_of(queue.id()).msg_qnum, most);
  EXPECT_EQ(take(queue.id()), "@7");
  EXPECT_EQ(put(queue.id(), 7, "", IPC_NOWAIT), "0");
  EXPECT_EQ(put(queue.id(), 7, "", IPC_NOWAIT), "EAGAIN");
}

void full_queues_refuse_or_block() {
  Session session;
  const Queue queue(session);
  queue.shrink(40);
  Actor sender(serve, {}, queue.text());
  const std::string ten = letters(10);
  for (int k = 0; k < 4; ++k) EXPECT_EQ(answer(sender, "put 1 " + ten), "0");
  EXPECT_EQ(put(queue.id(), 2, "x", IPC_NOWAIT), "EAGAIN");
  sender.say("put 2 blocked");
  sender.await_blocked_in(SYS_msgsnd);
  EXPECT_EQ(facts_of(queue.id()).msg_cbytes, 40U);
  EXPECT_EQ(take(queue.id()), ten + "@1");
  EXPECT_EQ(sender.hear(), "0");
  for (int k = 0; k < 3; ++k) EXPECT_EQ(take(queue.id()), ten + "@1");
  EXPECT_EQ(take(queue.id()), "blocked@2");
  EXPECT_EQ(take_at_once(queue.id()), "ENOMSG");
}

void long_messages_are_refused() {
  Session session;
  const Queue queue(session);
  const std::size_t largest = limit("msgmax");
  if (largest > facts_of(queue.id()).msg_qbytes) throw Unsupported("kernel.msgmax is above kernel.msgmnb");
  Actor sender(
      [](Stage& stage) {
        const std::size_t size = limit("msgmax");
        stage.say(put(std::stoi(stage.text()), 1, letters(size + 1)));
        stage.say(put(std::stoi(stage.text()), 2, letters(size)));
      },
      {}, queue.text());
  EXPECT_EQ(sender.hear(), "EINVAL");
  EXPECT_EQ(sender.hear(), "0");
  EXPECT_EQ(take(queue.id(), 0, IPC_NOWAIT, largest), letters(largest) + "@2");
}

void facts_agree_with_history() {
  Session session;
  const Queue queue(session);
  EXPECT_EQ(facts_of(queue.id()).msg_lspid, 0);
  EXPECT_EQ(facts_of(queue.id()).msg_lrpid, 0);
  Actor senders[]{Actor(serve, {}, queue.text()), Actor(serve, {}, queue.text())};
  Actor receivers[]{Actor(serve, {}, queue.text()), Actor(serve, {}, queue.text())};
  std::deque<std::size_t> sizes;
  for (std::size_t step = 0; step < 200; ++step) {
    const bool sends = sizes.empty() || step % 3 != 2;
    Actor* const side = sends ? senders : receivers;
    Actor& actor = side[step * step / 3 % 2];
    if (sends) {
      sizes.push_back(1 + step % 37);
      EXPECT_EQ(answer(actor, "put 1 " + letters(sizes.back())), "0");
    } else {
      EXPECT_EQ(answer(actor, "take 0"), letters(sizes.front()) + "@1");
      sizes.pop_front();
    }
    std::size_t bytes = 0;
    for (const std::size_t size : sizes) bytes += size;
    const msqid_ds facts = facts_of(queue.id());
    EXPECT_EQ(facts.msg_qnum, sizes.size());
    EXPECT_EQ(facts.msg_cbytes, bytes);
    EXPECT_EQ(sends ? facts.msg_lspid : facts.msg_lrpid, actor.id());
    EXPECT_NE(sends ? facts.msg_stime : facts.msg_rtime, 0);
  }
}

void failed_receive_removes_nothing() {
  Session session;
  const Queue queue(session);
  ASSERT_EQ(put(queue.id(), 1, "kept"), "0");
  Actor receiver(
      [](Stage& stage) {
        stage.say(result_of(::msgrcv(std::stoi(stage.text()), forbidden_address(), 64, 0, IPC_NOWAIT)));
      },
      {}, queue.text());
  const std::string failed = receiver.hear();
  if (failed != "EFAULT") throw std::runtime_error("a receive into a forbidden page said " + failed);
  EXPECT_EQ(take_at_once(queue.id()), "kept@1");
}

namespace {

// A message of the stress: who sent it, its number, and letters that only it has.
std::string numbered(std::size_t sender, std::size_t number) {
  const std::string head = std::to_string(sender) + "." + std::to_string(number);
  return head + ":" + letters(number * 7 % 50, number * 8 + sender);
}
void send_numbered(Stage& stage) {
  std::istringstream words(stage.text());
  int queue = 0;
  std::size_t sender = 0, count = 0;
  words >> queue >> sender >> count;
  for (std::size_t number = 0; number < count; ++number) {
    const std::string result = put(queue, 1 + static_cast<long>(number % 5), numbered(sender, number));
    if (result != "0") stage.say(result);
  }
  stage.say("sent");
}
// Tells in one line which messages came, up to an empty one, or what came instead of one.
void receive_numbered(Stage& stage) {
  std::string all;
  for (;;) {
    const std::string taken = take(std::stoi(stage.text()));
    if (taken == "@9") break;
    std::istringstream words(taken);
    std::size_t sender = 0, number = 0;
    char point = 0;
    words >> sender >> point >> number;
    const std::string expected = numbered(sender, number) + "@" + std::to_string(1 + number % 5);
    all += taken == expected ? std::to_string(sender) + " " + std::to_string(number) + " " : "torn:" + taken;
  }
  stage.say(all);
}

}  // namespace

void stress_loses_nothing() {
  constexpr std::size_t senders = 3, receivers = 2;
  const std::size_t count = case_settings().quick ? 300 : 3000;
  Session session;
  const Queue queue(session);
  queue.shrink(300);
  std::deque<Actor> sending, receiving;
  for (std::size_t k = 0; k < receivers; ++k)
    receiving.emplace_back(receive_numbered, std::vector<os::RawHandle>{}, queue.text());
  for (std::size_t k = 0; k < senders; ++k) {
    sending.emplace_back(send_numbered, std::vector<os::RawHandle>{},
                         queue.text() + " " + std::to_string(k) + " " + std::to_string(count));
  }
  for (Actor& sender : sending) EXPECT_EQ(sender.hear(), "sent");
  for (std::size_t k = 0; k < receivers; ++k) ASSERT_EQ(put(queue.id(), 9, ""), "0");
  std::map<std::size_t, std::multiset<std::size_t>> seen;
  for (Actor& receiver : receiving) {
    const std::string line = receiver.hear();
    ASSERT_EQ(line.find("torn"), std::string::npos) << line;
    std::istringstream words(line);
    std::map<std::size_t, std::size_t> next;  // of each sender, at this receiver
    for (std::size_t sender = 0, number = 0; words >> sender >> number; next[sender] = number + 1) {
      EXPECT_GE(number, next[sender]) << "a later message of the same sender came earlier";
      seen[sender].insert(number);
    }
  }
  EXPECT_EQ(seen.size(), senders);
  for (std::size_t sender = 0; sender < senders; ++sender) {
    EXPECT_EQ(seen[sender].size(), count);
    for (std::size_t number = 0; number < count; ++number) ASSERT_EQ(seen[sender].count(number), 1U);
  }
  EXPECT_EQ(take_at_once(queue.id()), "ENOMSG");
}

}  // namespace ipcmark::svm
