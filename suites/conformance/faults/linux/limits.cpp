// Limits that are reached while a link is made: a clean error, or none; never half a link, and never a SIGBUS
// later.
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/os/host.hpp"
#include "suites/conformance/faults/faults.hpp"

namespace ipcmark::faults {
namespace {

constexpr std::size_t message_size = 4096;

void set_limit(__rlimit_resource which, rlim_t soft) {
  rlimit limit{};
  check(::getrlimit(which, &limit), "getrlimit");
  limit.rlim_cur = std::min(soft, limit.rlim_max);
  check(::setrlimit(which, &limit), "setrlimit");
}

std::set<int> open_descriptors() {
  std::set<int> open;
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) throw_errno("opendir /proc/self/fd");
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] != '.') open.insert(std::atoi(entry->d_name));
  }
  open.erase(::dirfd(folder));
  ::closedir(folder);
  return open;
}

std::string text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return error.what();
  }
}

// Makes a link with one more descriptor each time until there are enough, and says what came of each.
void make_with_few_descriptors(Stage& stage) {
  const Mechanism& mechanism = *mechanism_named(stage.text());
  Session session;
  const auto create = [&] {
    return mechanism.create(
        {.max_message = message_size, .depth = 4, .run = session.id(), .link = session.next_link()});
  };
  static_cast<void>(create());  // what a first one leaves open for good is none of the later ones' fault
  const std::set<int> before = open_descriptors();
  // A program that is started under the limit complains of it there, beside what counts, the error.
  if (std::freopen("/dev/null", "w", stderr) == nullptr) throw_errno("freopen /dev/null");
  rlimit usual{};
  check(::getrlimit(RLIMIT_NOFILE, &usual), "getrlimit RLIMIT_NOFILE");
  for (rlim_t few = static_cast<rlim_t>(*before.rbegin()) + 1;; ++few) {
    std::exception_ptr thrown;
    set_limit(RLIMIT_NOFILE, few);
    try {
      static_cast<void>(create());  // and gone again, under the same limit
    } catch (...) {
      thrown = std::current_exception();
    }
    set_limit(RLIMIT_NOFILE, usual.rlim_cur);
    // Said only here: a sanitizer needs descriptors for it.
    const std::string error = thrown ? text_of(thrown) : std::string();
    if (open_descriptors() != before) stage.say("left a descriptor open, after: " + error);
    os::remove_private_directories(session.id());  // the run's own, which it removes at its end
    for (const std::string& name : os::leftovers(session.id()))
      stage.say("left " + name + ", after: " + error);
    stage.say(error.empty() ? "made" : "refused: " + error);
    if (error.empty()) return;
  }
}

// Makes a link and has a message go each way that it goes, under whatever limit is in force. What it says
// instead.
std::string use_a_link(Session& session, const Mechanism& mechanism) {
  try {
    Scene scene(session, mechanism, Role::producer, message_size);
    scene.warm_up();
    // Every page of it is used.
    scene.victim().say("fill a 4");
    scene.peer().say("drain a 4");
    const auto sent = scene.victim().hear_unless_stuck(Look::thorough);
    if (sent != "4 ok") return "a send says " + sent.value_or("nothing");
    if (mechanism.traits.may_miss()) return {};
    EXPECT_EQ(scene.peer().hear_unless_stuck(Look::thorough), "4 ok");
  } catch (const std::exception& refused) {
    EXPECT_EQ(std::string(refused.what()).find("killed by signal"), std::string::npos) << refused.what();
    return refused.what();
  }
  return {};
}

void expect_clean(const Mechanism& mechanism, Session& session, const std::string& limit) {
  const std::string refused = use_a_link(session, mechanism);
  if (!refused.empty()) observe(limit + ": " + refused);
  EXPECT_EQ(session.sweep(), std::vector<std::string>()) << limit;
}

// Without the facility there is nothing to be limited.
void need(Session& session, const Mechanism& mechanism) {
  Scene(session, mechanism, Role::producer, message_size).warm_up();
}

void need_namespace(int which, const char* what) {
  if (::unshare(which) == 0) return;
  throw Unsupported(std::string("a namespace of its own is refused (unshare ") + what + ": " +
                    std::generic_category().message(errno) + "); it needs CAP_SYS_ADMIN");
}
void need_small_tmpfs(const char* where) {
  if (::mount("ipcmark", where, "tmpfs", MS_NOSUID | MS_NODEV, "size=8k,mode=1777") == 0) return;
  throw Unsupported(std::string("no tmpfs can be mounted on ") + where + " (" +
                    std::generic_category().message(errno) + "); it needs CAP_SYS_ADMIN");
}
bool write_limit(const std::string& path, const std::string& value) {
  std::ofstream file(path);
  file << value << std::flush;
  return file.good();
}

}  // namespace

void descriptors_used_up(const Mechanism& mechanism) {
  Actor maker(make_with_few_descriptors, {}, std::string(mechanism.traits.name));
  unsigned refusals = 0;
  for (std::string line; (line = maker.hear()) != "made"; ++refusals) {
    ASSERT_TRUE(line.starts_with("refused: ")) << line;
    if (refusals == 0) observe(line);
    EXPECT_TRUE(line.find("Too many open files") != std::string::npos ||
                line.find("descriptor") != std::string::npos ||
                line.find("RLIMIT_NOFILE") != std::string::npos)
        << line;
  }
  EXPECT_EQ(maker.wait().text(), "exit code 0");
  record("refusals", refusals);
}

void file_size_used_up(const Mechanism& mechanism) {
  Session session;
  need(session, mechanism);
  ::signal(SIGXFSZ, SIG_IGN);  // or a write beyond the limit kills: setrlimit(2)
  for (const rlim_t bytes : {rlim_t{0}, rlim_t{4096}}) {
    set_limit(RLIMIT_FSIZE, bytes);
    expect_clean(mechanism, session, "RLIMIT_FSIZE " + std::to_string(bytes));
  }
}

void queues_used_up(const Mechanism& mechanism) {
  Session session;
  need(session, mechanism);
  for (const rlim_t bytes : {rlim_t{0}, rlim_t{5000}}) {
    set_limit(RLIMIT_MSGQUEUE, bytes);
    expect_clean(mechanism, session, "RLIMIT_MSGQUEUE " + std::to_string(bytes));
  }
  set_limit(RLIMIT_SIGPENDING, 0);
  expect_clean(mechanism, session, "RLIMIT_SIGPENDING 0");
}

// In a name space of System V and POSIX objects that admits none.
void system_v_objects_used_up(const Mechanism& mechanism) {
  need_namespace(CLONE_NEWIPC, "CLONE_NEWIPC");
  Session session;
  need(session, mechanism);
  for (const auto& [path, value] : {std::pair{"kernel/msgmni", "0"},
                                    {"kernel/shmmni", "0"},
                                    {"kernel/sem", "0 0 0 0"},
                                    {"fs/mqueue/queues_max", "0"}}) {
    if (write_limit(std::string("/proc/sys/") + path, value)) {
      expect_clean(mechanism, session, std::string(path) + " " + value);
    } else {
      observe(std::string(path) + " cannot be set here");
    }
  }
}

void shared_memory_used_up(const Mechanism& mechanism) {
  need_namespace(CLONE_NEWNS, "CLONE_NEWNS");
  check(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "mount --make-rprivate /");
  {
    Session session;
    need(session, mechanism);
  }
  need_small_tmpfs("/dev/shm");
  need_small_tmpfs("/tmp");
  ::unsetenv("TMPDIR");
  Session session;
  expect_clean(mechanism, session, "8 KiB in /dev/shm and /tmp");
}

}  // namespace ipcmark::faults
