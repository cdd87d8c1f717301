// FLK: locks of files, fcntl(2) and flock(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>

#include "harness/os/host.hpp"
#include "harness/run/session.hpp"
#include "suites/conformance/contracts/linux/props.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

// flock(2), the locks of POSIX, and those of an open file description; the words that actors are told.
constexpr const char* kinds[]{"flock", "posix", "ofd"};

// A file of the test for nothing but locks.
class File {
 public:
  File()
      : path_(os::private_directory(session_.id()) + "/" +
              os::object_name(session_.id(), session_.next_link())) {
    os::Handle(check(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "open"));
  }
  ~File() { ::unlink(path_.c_str()); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  Session session_;
  std::string path_;
};

os::Handle opened(const std::string& path) {
  return os::Handle(check(::open(path.c_str(), O_RDWR | O_CLOEXEC), "open"));
}

// Of one byte, and for writing.
struct flock lock_of(short type, off_t byte) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

enum class How { wait, at_once, give_back };

std::string lock(const std::string& kind, int file, How how, off_t byte = 0) {
  if (kind == "flock")
    return result_of(::flock(file, how == How::wait      ? LOCK_EX
                                   : how == How::at_once ? LOCK_EX | LOCK_NB
                                                         : LOCK_UN));
  const struct flock wanted = lock_of(how == How::give_back ? F_UNLCK : F_WRLCK, byte);
  const int wait = kind == "ofd" ? F_OFD_SETLKW : F_SETLKW;
  const int at_once = kind == "ofd" ? F_OFD_SETLK : F_SETLK;
  return result_of(::fcntl(file, how == How::wait ? wait : at_once, &wanted));
}

// Opens the file twice, and does as it is told on the first, or a fork of it does: "lock 0" waits for byte 0,
// "try 0" and "unlock 0" do not; "close" closes the second.
void lock_as_told(Stage& stage) {
  std::istringstream text(stage.text());
  std::string kind, path;
  text >> kind >> path;
  const os::Handle file = opened(path);
  os::Handle second = opened(path);
  for (;;) {
    std::istringstream words(stage.hear());
    std::string who, call;
    off_t byte = 0;
    words >> who >> call >> byte;
    const int child = who == "fork" ? fork_of_actor() : 0;
    if (child > 0) {
      ::waitpid(child, nullptr, 0);
      continue;
    }
    if (call == "close") second.reset();
    const How how = call == "lock" ? How::wait : call == "try" ? How::at_once : How::give_back;
    stage.say(call == "close" ? "closed" : lock(kind, file.fd(), how, byte));
    if (who == "fork") ::_exit(0);
  }
}

class Locker : public Actor {
 public:
  Locker(const std::string& kind, const File& file) : Actor(lock_as_told, {}, kind + " " + file.path()) {}
  std::string told(const char* order) {
    say(order);
    return hear();
  }
};

void killed_holder_gives_back() {
  for (const std::string kind : kinds) {
    SCOPED_TRACE(kind);
    const File file;
    Locker holder(kind, file), waiter(kind, file);
    EXPECT_EQ(holder.told("self lock"), "0");
    EXPECT_EQ(waiter.told("self try"), "EAGAIN");
    waiter.say("self lock");
    waiter.await_blocked_in(kind == "flock" ? SYS_flock : SYS_fcntl);
    holder.kill();
    EXPECT_EQ(waiter.hear(), "0");
  }
}

void any_close_loses_a_posix_lock() {
  for (const std::string kind : kinds) {
    SCOPED_TRACE(kind);
    const File file;
    Locker holder(kind, file), other(kind, file);
    EXPECT_EQ(holder.told("self lock"), "0");
    EXPECT_EQ(other.told("self try"), "EAGAIN");
    EXPECT_EQ(holder.told("self close"), "closed");
    EXPECT_EQ(other.told("self try"), kind == "posix" ? "0" : "EAGAIN");
  }
}

void only_locks_of_a_description_are_inherited() {
  for (const std::string kind : kinds) {
    SCOPED_TRACE(kind);
    const bool own = kind == "posix";
    const File file;
    Locker holder(kind, file), other(kind, file);
    EXPECT_EQ(holder.told("self lock"), "0");
    EXPECT_EQ(holder.told("fork try"), own ? "EAGAIN" : "0");
    EXPECT_EQ(other.told("self try"), "EAGAIN");
    // The child gives back what is its parent's as well, or nothing.
    EXPECT_EQ(holder.told("fork unlock"), "0");
    EXPECT_EQ(other.told("self try"), own ? "EAGAIN" : "0");
  }
}

void crossed_waits_are_a_deadlock() {
  const File file;
  Locker first("posix", file), second("posix", file);
  EXPECT_EQ(first.told("self lock 0"), "0");
  EXPECT_EQ(second.told("self lock 1"), "0");
  first.say("self lock 1");
  first.await_blocked_in(SYS_fcntl);
  EXPECT_EQ(second.told("self lock 0"), "EDEADLK");
  first.await_blocked_in(SYS_fcntl);
  EXPECT_EQ(second.told("self unlock 1"), "0");
  EXPECT_EQ(first.hear(), "0");
}

constexpr Clause table[]{
    {.id = "FLK-01",
     .title = "EveryKindOfLockIsReleasedWhenItsHolderIsKilled",
     .source = "flock(2); fcntl(2), Advisory record locking and Open file description locks",
     .body = killed_holder_gives_back},
    {.id = "FLK-02",
     .title = "APosixLockIsLostWhenItsHolderClosesAnyDescriptorOfTheFileAndNoOtherIs",
     .source = "fcntl(2), Advisory record locking",
     .body = any_close_loses_a_posix_lock},
    {.id = "FLK-03",
     .title = "AForkSharesTheLocksOfADescriptionAndNotThoseOfPosix",
     .source = "fork(2); flock(2); fcntl(2)",
     .body = only_locks_of_a_description_are_inherited},
    {.id = "FLK-04",
     .title = "CrossedWaitsForPosixLocksAreADeadlock",
     .source = "fcntl(2), EDEADLK",
     .body = crossed_waits_are_a_deadlock},
};

}  // namespace

const Section file_lock_section{.name = "FLK", .count = 4, .clauses = table};

}  // namespace ipcmark
