// MQ, queues as objects: names, limits, descriptors and rights.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

#include "harness/os/host.hpp"
#include "suites/conformance/contracts/linux/posix_mq.hpp"

namespace ipcmark::mq {
namespace {

std::int64_t limit(const char* name) {
  const auto value = os::number_in(std::string("/proc/sys/fs/mqueue/") + name);
  if (!value) throw Unsupported(std::string("/proc/sys/fs/mqueue/") + name + " cannot be read");
  return *value;
}

void create_when_told(Stage& stage) {
  for (;;) {
    const int made = try_to_create(await_start(stage), 2, usual_size);
    stage.say(made == -1 ? error_name(errno) : "won");
    if (made != -1) ::mq_close(made);
  }
}

// "ok", or why not.
std::string opened(const std::string& name, int flags) {
  const int queue = try_to_open(name, flags);
  if (queue == -1) return error_name(errno);
  ::mq_close(queue);
  return "ok";
}

}  // namespace

void only_one_creator_wins() {
  Session session;
  std::deque<Actor> racers;
  for (int k = 0; k < 4; ++k) racers.emplace_back(create_when_told);
  for (int round = 0; round < (case_settings().quick ? 5 : 40); ++round) {
    const Name name(session);
    const std::string start = starting_line(name);
    for (Actor& racer : racers) racer.say(start);
    int winners = 0;
    for (Actor& racer : racers) {
      const std::string result = racer.hear();
      EXPECT_TRUE(result == "won" || result == "EEXIST") << result;
      if (result == "won") ++winners;
    }
    EXPECT_EQ(winners, 1);

    if (round > 0) continue;
    Actor sender(serve, {}, name), receiver(serve, {}, name);
    EXPECT_EQ(answer(sender, "put 7 hello"), "0");
    EXPECT_EQ(answer(receiver, "take"), "hello@7");
  }
}

void unlinking_takes_the_name_alone() {
  Session session;
  const Queue queue(session);
  Actor sender(serve, {}, queue.name()), receiver(serve, {}, queue.name());
  EXPECT_EQ(answer(sender, "put 0 before"), "0");
  EXPECT_EQ(answer(receiver, "put 0 open"), "0");  // so that it has opened this queue and none that follows
  EXPECT_EQ(::mq_unlink(queue.name().c_str()), 0);
  EXPECT_EQ(opened(queue.name(), O_RDWR), "ENOENT");
  EXPECT_EQ(result_of(::mq_unlink(queue.name().c_str())), "ENOENT");
  EXPECT_EQ(answer(sender, "put 0 after"), "0");

  // The name now means another queue.
  const os::Handle other(check(try_to_create(queue.name(), 2, usual_size), "mq_open"));
  EXPECT_EQ(attributes_of(other.fd()).mq_curmsgs, 0);
  EXPECT_EQ(answer(receiver, "take"), "before@0");
  EXPECT_EQ(answer(receiver, "take"), "open@0");
  EXPECT_EQ(answer(receiver, "take"), "after@0");
  receiver.say("take");
  receiver.await_blocked_in(SYS_mq_timedreceive);
  EXPECT_EQ(put(other.fd(), "elsewhere"), "0");
  EXPECT_EQ(answer(sender, "put 0 still"), "0");
  EXPECT_EQ(receiver.hear(), "still@0");
}

void messages_outlive_their_users() {
  Session session;
  const Name name(session);
  Actor creator(
      [](Stage& stage) {
        const int queue = check(try_to_create(stage.text(), 4, usual_size), "mq_open");
        for (const char* text : {"one", "two", "three"}) stage.say(put(queue, text, 5));
        Stage::wait_to_be_killed();
      },
      {}, name);
  for (int k = 0; k < 3; ++k) EXPECT_EQ(creator.hear(), "0");
  Actor user(serve, {}, name);
  EXPECT_EQ(answer(user, "take"), "one@5");
  creator.kill();
  user.kill();

  Actor heir(serve_without_waiting, {}, name);
  EXPECT_EQ(answer(heir, "take"), "two@5");
  EXPECT_EQ(answer(heir, "take"), "three@5");
  EXPECT_EQ(answer(heir, "take"), "EAGAIN");
}

void shapes_beyond_the_limits_are_refused() {
  Session session;
  const Name name(session);
  Actor ordinary(
      [](Stage& stage) {
        drop_capabilities();
        const auto most = static_cast<long>(limit("msg_max")),
                   largest = static_cast<long>(limit("msgsize_max"));
        for (const auto& [messages, size] :
             {std::pair{most, 1L}, {most + 1, 1L}, {1L, largest}, {1L, largest + 1}, {0L, 1L}, {1L, 0L}}) {
          const int queue = try_to_create(stage.text(), messages, size);
          stage.say(queue == -1 ? error_name(errno) : "ok");
          if (queue != -1) ::mq_unlink(stage.text().c_str());
        }
      },
      {}, name);
  for (const char* expected : {"ok", "EINVAL", "ok", "EINVAL", "EINVAL", "EINVAL"})
    EXPECT_EQ(ordinary.hear(), expected);
}

// What bounds the queues of this process together, in bytes; 819200 is the usual.
std::size_t limit_of_bytes() {
  rlimit now{};
  check(::getrlimit(RLIMIT_MSGQUEUE, &now), "getrlimit");
  now.rlim_cur = std::min<rlim_t>(now.rlim_max, 819200);
  check(::setrlimit(RLIMIT_MSGQUEUE, &now), "setrlimit");
  return now.rlim_cur;
}

// The bytes of the messages count, and something for each message: getrlimit(2).
void bytes_of_a_user_are_limited() {
  const std::size_t allowed = limit_of_bytes();
  const long messages = std::min(10L, static_cast<long>(limit("msg_max")));
  const long size = std::min(8192L, static_cast<long>(limit("msgsize_max")));
  const std::size_t payload = static_cast<std::size_t>(messages * size);
  Session session;
  std::vector<Name> names;
  const auto create = [&] {
    if (names.size() * payload > allowed) return std::string("no limit");
    names.emplace_back(session);
    const os::Handle queue(try_to_create(names.back(), messages, size));
    if (queue) return std::string("ok");
    const std::string error = error_name(errno);
    names.pop_back();
    return error;
  };
  std::string last;
  while ((last = create()) == "ok") {
  }
  EXPECT_EQ(last, "EMFILE");
  EXPECT_TRUE(os::Handle(::dup(2))) << "descriptors were what ran out";
  EXPECT_LT(names.size() * payload, allowed);
  EXPECT_GE(names.size(), 1U);
  observe(std::to_string(names.size()) + " queues of " + std::to_string(payload) + " bytes in " +
          std::to_string(allowed));
  names.pop_back();
  EXPECT_EQ(create(), "ok");
  EXPECT_EQ(create(), "EMFILE");
}

// In a namespace of their own, where nobody else's queues count and none is left behind.
void number_of_queues_is_limited() {
  Session session;
  Actor ordinary(
      [](Stage& stage) {
        enter_own_ipc_namespace();
        drop_capabilities();
        const std::int64_t most = limit("queues_max");
        std::int64_t made = 0;
        const auto create = [&] {
          const os::Handle queue(try_to_create(stage.text() + "-" + std::to_string(made), 1, 1));
          if (!queue) return error_name(errno);
          ++made;
          return std::string("ok");
        };
        std::string last;
        while (made <= most && (last = create()) == "ok") {
        }
        stage.say(last);
        stage.say(std::to_string(made - most));
        --made;
        check(::mq_unlink((stage.text() + "-" + std::to_string(made)).c_str()), "mq_unlink");
        stage.say(create());
        stage.say(create());
        while (made-- > 0) ::mq_unlink((stage.text() + "-" + std::to_string(made)).c_str());
      },
      {}, Name(session));
  for (const char* expected : {"ENOSPC", "0", "ok", "ENOSPC"}) EXPECT_EQ(ordinary.hear(), expected);
}

void copies_of_a_fork_share_their_flags() {
  Session session;
  const Queue queue(session);
  set_nonblocking(queue.fd(), true);
  Actor parent(
      [](Stage& stage) {
        const int own = open_queue(stage.text(), O_RDWR | O_NONBLOCK);
        stage.say(take(own));
        if (const pid_t child = check(::fork(), "fork"); child == 0) {
          const mq_attr waiting{};
          ::_exit(::mq_setattr(own, &waiting, nullptr) == 0 ? 0 : 1);
        }
        int status = -1;
        check(::wait(&status), "wait");
        stage.say(std::to_string(status));
        stage.say(take(own));
      },
      {}, queue.name());
  EXPECT_EQ(parent.hear(), "EAGAIN");
  EXPECT_EQ(parent.hear(), "0");
  parent.await_blocked_in(SYS_mq_timedreceive);
  EXPECT_EQ(attributes_of(queue.fd()).mq_flags, O_NONBLOCK) << "opened apart, and so not shared";
  EXPECT_EQ(put(queue.fd(), "m"), "0");
  EXPECT_EQ(parent.hear(), "m@0");
}

// The shell knows which descriptors it was left with.
void descriptors_close_on_exec() {
  Session session;
  const Queue queue(session);
  Actor actor(
      [](Stage& stage) {
        const int own = open_queue(stage.text(), O_RDWR);
        const int stays = check(::dup(own), "dup");  // without the flag, whatever the original has
        stage.say(std::to_string(check(::fcntl(own, F_GETFD), "fcntl")));
        for (const int descriptor : {own, stays}) {
          if (check(::fork(), "fork") == 0) {
            const std::string command = "test -e /proc/self/fd/" + std::to_string(descriptor);
            ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
            ::_exit(127);
          }
          int status = -1;
          check(::wait(&status), "wait");
          stage.say(WIFEXITED(status) ? std::to_string(WEXITSTATUS(status)) : "died");
        }
      },
      {}, queue.name());
  EXPECT_EQ(actor.hear(), std::to_string(FD_CLOEXEC));
  EXPECT_EQ(actor.hear(), "1") << "the queue's own descriptor is open after exec";
  EXPECT_EQ(actor.hear(), "0") << "a copy without the flag is not";
}

namespace {

constexpr std::array<int, 3> every_access{O_RDONLY, O_WRONLY, O_RDWR};

void open_in_every_way(Stage& stage) {
  for (const int access : every_access) stage.say(opened(stage.text(), access));
}
void open_as_an_ordinary_owner(Stage& stage) {
  drop_capabilities();
  open_in_every_way(stage);
}
void open_and_unlink_as_another(Stage& stage) {
  become_another_user();
  open_in_every_way(stage);
  stage.say(result_of(::mq_unlink(stage.text().c_str())));
}

struct Expected {
  mode_t mode;
  std::array<const char*, 3> results;  // of every_access
};
constexpr Expected for_the_owner[]{
    {.mode = 0600, .results = {"ok", "ok", "ok"}},
    {.mode = 0400, .results = {"ok", "EACCES", "EACCES"}},
    {.mode = 0200, .results = {"EACCES", "ok", "EACCES"}},
    {.mode = 0000, .results = {"EACCES", "EACCES", "EACCES"}},
};

}  // namespace

void modes_bind_users() {
  Session session;
  for (const auto& [mode, results] : for_the_owner) {
    const Queue queue(session, 2, usual_size, mode);
    Actor owner(open_as_an_ordinary_owner, {}, queue.name());
    for (const char* result : results) EXPECT_EQ(owner.hear(), result) << "mode " << std::oct << mode;
  }
  const Queue queue(session);
  Actor another(open_and_unlink_as_another, {}, queue.name());
  for (std::size_t k = 0; k < every_access.size(); ++k) EXPECT_EQ(another.hear(), "EACCES");
  // The kernel says EPERM, as in any sticky directory, of which the library makes what POSIX wants.
  EXPECT_EQ(another.hear(), "EACCES") << "mq_unlink";
  EXPECT_EQ(opened(queue.name(), O_RDONLY), "ok");
}

}  // namespace ipcmark::mq
