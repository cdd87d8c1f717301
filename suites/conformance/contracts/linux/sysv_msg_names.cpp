// SVM, queues as objects: removal, signals, names, limits, rights, and receivers that are killed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>

#include <array>
#include <deque>
#include <vector>

#include "suites/conformance/contracts/linux/sysv_msg.hpp"

namespace ipcmark::svm {

void removal_wakes_all() {
  Session session;
  const Queue queue(session);
  queue.shrink(4);
  ASSERT_EQ(put(queue.id(), 1, "full"), "0");
  std::deque<Actor> senders, receivers;
  for (int k = 0; k < 4; ++k) {
    senders.emplace_back(serve, std::vector<os::RawHandle>{}, queue.text()).say("put 2 more");
    receivers.emplace_back(serve, std::vector<os::RawHandle>{}, queue.text()).say("take 3");
  }
  for (Actor& sender : senders) sender.await_blocked_in(SYS_msgsnd);
  for (Actor& receiver : receivers) receiver.await_blocked_in(SYS_msgrcv);
  queue.remove();
  for (Actor& sender : senders) EXPECT_EQ(sender.hear(), "EIDRM");
  for (Actor& receiver : receivers) EXPECT_EQ(receiver.hear(), "EIDRM");
  EXPECT_EQ(answer(senders[0], "put 1 late"), "EINVAL");
}

namespace {

template <int Flags>
void handle_and_take(Stage& stage) {
  handle_signal(Flags, stage.fd(0));
  stage.say(take(std::stoi(stage.text()), 2));
}
template <int Flags>
void handle_and_put(Stage& stage) {
  handle_signal(Flags, stage.fd(0));
  stage.say(put(std::stoi(stage.text()), 1, "more"));
}

}  // namespace

void handlers_always_end_a_wait() {
  Session session;
  const Queue queue(session);
  queue.shrink(4);
  ASSERT_EQ(put(queue.id(), 1, "full"), "0");
  const os::Handle told = make_told();
  for (const Play play :
       {handle_and_take<0>, handle_and_take<SA_RESTART>, handle_and_put<0>, handle_and_put<SA_RESTART>}) {
    Actor actor(play, {told.raw()}, queue.text());
    interrupt(actor, told.fd());
    EXPECT_EQ(actor.hear(), "EINTR");
  }
  for (const char* expected : {"full@1", "ENOMSG"}) EXPECT_EQ(take_at_once(queue.id()), expected);
}

namespace {

std::string found(key_t key, int flags = 0) {
  return ::msgget(key, flags) == -1 ? error_name(errno) : "found";
}

}  // namespace

void messages_outlive_their_users() {
  Session session;
  const Queue queue(session);
  Actor sender(serve, {}, queue.text()), receiver(serve, {}, queue.text());
  for (const char* text : {"one", "two", "three"})
    EXPECT_EQ(answer(sender, std::string("put 1 ") + text), "0");
  EXPECT_EQ(answer(receiver, "take 0"), "one@1");
  sender.kill();
  receiver.kill();
  Actor heir(
      [](Stage& stage) {
        const int own = check(::msgget(std::stoi(stage.text()), 0), "msgget");
        for (int k = 0; k < 3; ++k) stage.say(take_at_once(own));
      },
      {}, queue.key().text());
  for (const char* expected : {"two@1", "three@1", "ENOMSG"}) EXPECT_EQ(heir.hear(), expected);
  EXPECT_TRUE(heir.wait().clean());
  EXPECT_EQ(found(queue.key().number()), "found");
  queue.remove();
  EXPECT_EQ(found(queue.key().number()), "ENOENT");
}

namespace {

void create_when_told(Stage& stage) {
  for (;;) {
    const key_t key = std::stoi(await_start(stage));
    const int made = ::msgget(key, IPC_CREAT | IPC_EXCL | 0600);
    stage.say(made == -1 ? error_name(errno) : std::to_string(made));
  }
}

}  // namespace

void only_one_creator_wins() {
  Session session;
  std::deque<Actor> racers;
  for (int k = 0; k < 4; ++k) racers.emplace_back(create_when_told);
  for (int round = 0; round < (case_settings().quick ? 5 : 40); ++round) {
    const Key owner(session);
    const key_t key = owner.number();
    EXPECT_EQ(found(key), "ENOENT");
    const std::string start = starting_line(owner.text());
    for (Actor& racer : racers) racer.say(start);
    std::vector<int> made;
    for (Actor& racer : racers) {
      if (const std::string result = racer.hear(); result != "EEXIST") made.push_back(std::stoi(result));
    }
    EXPECT_EQ(made.size(), 1U);
    EXPECT_EQ(::msgget(key, 0), made.at(0)) << "every process finds the winner's";
    EXPECT_EQ(found(key, IPC_CREAT | IPC_EXCL | 0600), "EEXIST");
  }
}

// In a namespace of its own, where nobody else's queues count and none is left behind.
void number_of_queues_is_limited() {
  Actor actor([](Stage& stage) {
    enter_own_ipc_namespace();
    const std::size_t most = limit("msgmni");
    std::vector<int> made;
    const auto create = [&] {
      const int queue = ::msgget(IPC_PRIVATE, 0600);
      if (queue == -1) return error_name(errno);
      made.push_back(queue);
      return std::string("ok");
    };
    std::string last;
    while (made.size() <= most && (last = create()) == "ok") {
    }
    stage.say(last);
    stage.say(made.size() == most ? "all" : std::to_string(made.size()) + " of " + std::to_string(most));
    check(::msgctl(made.at(0), IPC_RMID, nullptr), "msgctl IPC_RMID");
    stage.say(create());
    stage.say(create());
  });
  for (const char* expected : {"ENOSPC", "all", "ok", "ENOSPC"}) EXPECT_EQ(actor.hear(), expected);
}

// A message may be handed to a receiver that has been killed and has not noticed it: how often is told.
void dead_receiver_takes_at_most_the_message_of_its_death() {
  Session session;
  const Queue queue(session);
  const int rounds = case_settings().quick ? 20 : 100;
  int taken = 0;
  for (int round = 0; round < rounds; ++round) {
    Actor receiver([](Stage& stage) { take(std::stoi(stage.text())); }, {}, queue.text());
    receiver.await_blocked_in(SYS_msgrcv);
    receiver.kill_unreaped();
    ASSERT_EQ(put(queue.id(), 1, "early"), "0");
    receiver.wait();
    ASSERT_EQ(put(queue.id(), 1, "late"), "0");
    std::string first = take_at_once(queue.id());
    if (first == "early@1") {
      first = take_at_once(queue.id());
    } else {
      ++taken;
    }
    ASSERT_EQ(first, "late@1");
    ASSERT_EQ(take_at_once(queue.id()), "ENOMSG");
  }
  observe(std::to_string(taken) + " of " + std::to_string(rounds) +
          " messages sent while a killed receiver was dying went with it");
}

namespace {

// What each call says to this process: as the owner may have allowed it, and as only an owner may.
void try_everything(Stage& stage) {
  const key_t key = std::stoi(stage.text());
  const int queue = std::stoi(stage.hear());
  stage.say(found(key, 0400));
  stage.say(found(key, 0200));
  msqid_ds facts{};
  stage.say(result_of(::msgctl(queue, IPC_STAT, &facts)));
  stage.say(take_at_once(queue));
  stage.say(put(queue, 1, "mine", IPC_NOWAIT));
}
void try_as_an_ordinary_owner(Stage& stage) {
  drop_capabilities();
  try_everything(stage);
}
void try_as_another(Stage& stage) {
  become_another_user();
  try_everything(stage);
  msqid_ds facts{};
  facts.msg_perm.mode = 0666;
  facts.msg_qbytes = 16;
  stage.say(result_of(::msgctl(std::stoi(stage.hear()), IPC_SET, &facts)));
  stage.say(result_of(::msgctl(std::stoi(stage.hear()), IPC_RMID, nullptr)));
}

struct Expected {
  unsigned short mode;
  std::array<const char*, 5> results;  // of try_everything, on a queue with one message
};
constexpr Expected for_the_owner[]{
    {.mode = 0600, .results = {"found", "found", "0", "there@1", "0"}},
    {.mode = 0400, .results = {"found", "EACCES", "0", "there@1", "EACCES"}},
    {.mode = 0200, .results = {"EACCES", "found", "EACCES", "EACCES", "0"}},
};

}  // namespace

void modes_and_owners_bind_users() {
  Session session;
  for (const auto& [mode, results] : for_the_owner) {
    const Queue queue(session);
    ASSERT_EQ(put(queue.id(), 1, "there"), "0");
    msqid_ds facts = facts_of(queue.id());
    facts.msg_perm.mode = mode;
    check(::msgctl(queue.id(), IPC_SET, &facts), "msgctl IPC_SET");
    Actor owner(try_as_an_ordinary_owner, {}, queue.key().text());
    owner.say(queue.text());
    for (const char* result : results) EXPECT_EQ(owner.hear(), result) << "mode " << std::oct << mode;
  }
  const Queue queue(session);
  ASSERT_EQ(put(queue.id(), 1, "there"), "0");
  Actor another(try_as_another, {}, queue.key().text());
  for (int k = 0; k < 3; ++k) another.say(queue.text());
  for (int k = 0; k < 5; ++k) EXPECT_EQ(another.hear(), "EACCES");
  EXPECT_EQ(another.hear(), "EPERM") << "IPC_SET";
  EXPECT_EQ(another.hear(), "EPERM") << "IPC_RMID";
  EXPECT_EQ(take_at_once(queue.id()), "there@1");
}

}  // namespace ipcmark::svm
