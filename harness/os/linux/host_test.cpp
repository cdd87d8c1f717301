#include "harness/os/host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "harness/os/posix/process_testing.hpp"

namespace ipcmark::os {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string run_of(std::int64_t process) { return "20260102T030405Z-" + std::to_string(process) + "-0a1b"; }

// Names stand in a folder of this test's own instead of /tmp; /dev/shm has no other place. Other runs on this
// host remove what belongs to dead processes at any time, so that what is asked there is only ever whether
// it is gone.
class Leftovers : public testing::Test {
 protected:
  Leftovers() {
    if (const char* folder = std::getenv("TMPDIR")) before_ = folder;
    fs::create_directory(folder_);
    ::setenv("TMPDIR", folder_.c_str(), 1);
  }
  ~Leftovers() override {
    remove_leftovers(living_);
    fs::remove_all(folder_);
    if (before_) {
      ::setenv("TMPDIR", before_->c_str(), 1);
    } else {
      ::unsetenv("TMPDIR");
    }
  }
  static void touch(const fs::path& path) {
    std::ofstream file(path);
    EXPECT_TRUE(file.good()) << path;
  }

  fs::path folder_ = fs::temp_directory_path() / ("tests-of-" + new_run_id());
  std::optional<std::string> before_;
  const std::string living_ = run_of(own_id()), dead_ = run_of(id_of_a_dead_process());
};

TEST_F(Leftovers, AFolderAndAFileOfADeadRunAreFoundAndRemoved) {
  const std::string folder = private_directory(dead_), file = (folder_ / object_name(dead_, 3)).string();
  touch(fs::path(folder) / "fifo-1");
  touch(file);
  EXPECT_THAT(leftovers({}), Contains(folder));
  EXPECT_THAT(leftovers({}), Contains(file));
  EXPECT_THAT(remove_leftovers({}), Contains(folder));
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_FALSE(fs::exists(file));
  EXPECT_THAT(leftovers({}), Not(Contains(folder)));
}

TEST_F(Leftovers, WhatALivingRunHasIsNotTouchedUnlessTheRunIsNamed) {
  const std::string folder = private_directory(living_), segment = "/dev/shm/" + object_name(living_, 1);
  touch(segment);
  EXPECT_THAT(leftovers({}), Not(Contains(segment)));
  remove_leftovers({});
  EXPECT_TRUE(fs::exists(folder));
  EXPECT_TRUE(fs::exists(segment));
  EXPECT_THAT(leftovers(living_), testing::UnorderedElementsAre(folder, segment));
  EXPECT_THAT(remove_leftovers(living_), testing::UnorderedElementsAre(folder, segment));
  EXPECT_FALSE(fs::exists(segment));
  EXPECT_THAT(leftovers(living_), IsEmpty());
}

TEST_F(Leftovers, ASegmentAndASemaphoreOfADeadRunAreRemoved) {
  const std::string segment = "/dev/shm/" + object_name(dead_, 1);
  const std::string semaphore = "/dev/shm/sem." + object_name(dead_, 2);
  touch(segment);
  touch(semaphore);
  remove_leftovers({});
  EXPECT_FALSE(fs::exists(segment));
  EXPECT_FALSE(fs::exists(semaphore));
}

TEST_F(Leftovers, ANameThatOnlyResemblesOursIsNeverTouched) {
  const std::string number = std::to_string(creator_of(dead_));
  const std::vector<std::string> names{
      "ipcmark-results-" + number, "ipcmark-quick-2-" + number,
      "ipcmark-20260102T030405Z",  "ipcmark-20260102T030405Z-" + number + "-report",
      "ipcmark-" + dead_ + "x",    "other-" + dead_};
  for (const std::string& name : names) {
    touch(folder_ / name);
    remove_leftovers({});
    EXPECT_TRUE(fs::exists(folder_ / name)) << name;
  }
}

TEST_F(Leftovers, SystemVObjectsOfADeadRunAreRemovedAndThoseOfALivingOneAreNot) {
  if (!fs::exists("/proc/sysvipc/msg")) GTEST_SKIP() << "this kernel has no System V objects";
  const std::int64_t dead = creator_of(dead_);
  const int queue = ::msgget(system_v_key(dead, 1), IPC_CREAT | IPC_EXCL | 0600);
  const int memory = ::shmget(system_v_key(dead, 2), 4096, IPC_CREAT | IPC_EXCL | 0600);
  const int semaphore = ::semget(system_v_key(dead, 3), 1, IPC_CREAT | IPC_EXCL | 0600);
  const int alive = ::msgget(system_v_key(own_id(), 60), IPC_CREAT | IPC_EXCL | 0600);
  ASSERT_NE(queue, -1);
  ASSERT_NE(memory, -1);
  ASSERT_NE(semaphore, -1);
  ASSERT_NE(alive, -1);
  remove_leftovers({});
  msqid_ds facts{};
  shmid_ds memory_facts{};
  EXPECT_EQ(::msgctl(queue, IPC_STAT, &facts), -1);
  EXPECT_EQ(::shmctl(memory, IPC_STAT, &memory_facts), -1);
  EXPECT_EQ(::semctl(semaphore, 0, GETVAL), -1);
  EXPECT_EQ(::msgctl(alive, IPC_STAT, &facts), 0);
  EXPECT_THAT(remove_leftovers(living_), Contains("System V msg " + std::to_string(alive)));
  EXPECT_EQ(::msgctl(alive, IPC_STAT, &facts), -1);
}

TEST_F(Leftovers, SystemVObjectsOfOthersAreNeverTouched) {
  if (!fs::exists("/proc/sysvipc/msg")) GTEST_SKIP() << "this kernel has no System V objects";
  // As ftok(3) makes them of a letter, with a middle that would be a dead process.
  const auto process = static_cast<std::uint32_t>(creator_of(dead_)) << 6;
  const int others = ::msgget(static_cast<key_t>(0x6000'0000U | process), IPC_CREAT | IPC_EXCL | 0600);
  const int wider = ::msgget(system_v_key(creator_of(dead_), 4), IPC_CREAT | IPC_EXCL | 0660);
  ASSERT_NE(others, -1);
  ASSERT_NE(wider, -1);
  remove_leftovers({});
  EXPECT_EQ(::msgctl(others, IPC_RMID, nullptr), 0);
  EXPECT_EQ(::msgctl(wider, IPC_RMID, nullptr), 0);
}

TEST_F(Leftovers, APrivateDirectoryIsForThisUserOnlyAndMayBeAskedForAgain) {
  const std::string path = private_directory(living_);
  EXPECT_EQ(private_directory(living_), path);
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
}

TEST(RunId, HoldsItsProcessAndDiffersEveryTime) {
  const std::string id = new_run_id();
  EXPECT_EQ(creator_of(id), own_id());
  EXPECT_EQ(creator_of(id + "-12"), own_id());
  EXPECT_THAT(id, testing::MatchesRegex("[0-9]+T[0-9]+Z-[0-9]+-[0-9a-f]+"));
  std::set<std::string> ids;
  for (int k = 0; k < 4; ++k) ids.insert(new_run_id());
  EXPECT_GT(ids.size(), 1U);
}

TEST(RunId, WhatIsNoneHasNoCreator) {
  for (const char* text :
       {"", "run", "-1", "results-17", "20260102T030405Z--0a1b", "20260102T030405Z-17-zzzz",
        "20260102T030405Z-17-0a1bc", "20260102 030405Z-17-0a1b"}) {
    EXPECT_EQ(creator_of(text), 0) << text;
  }
}

TEST(SystemVKey, DiffersByProcessAndByLinkUpToTheLargestProcessNumber) {
  constexpr std::int64_t largest = 4'194'303;  // PID_MAX_LIMIT - 1: proc(5)
  EXPECT_NE(system_v_key(1, 0), system_v_key(1, 1));
  EXPECT_NE(system_v_key(1, 0), system_v_key(2, 0));
  EXPECT_NE(system_v_key(largest, 0), system_v_key(largest - 1, 0));
  EXPECT_NE(system_v_key(largest, 63), system_v_key(0, 63));
}

TEST(HostLockTest, TheSecondHolderIsToldWhoHasIt) {
  Pipe pipe;
  const Process holder = start_role({"--hold-the-host-lock"}, pipe);
  ASSERT_EQ(pipe.line(), "ready");
  const auto [lock, who] = HostLock::acquire();
  EXPECT_FALSE(lock.has_value());
  EXPECT_EQ(who, holder.id());
  EXPECT_THAT(command_of(who), HasSubstr("--hold-the-host-lock"));
}

TEST(HostLockTest, AKilledHolderHasReleasedItAndWaitingForItEnds) {
  Pipe pipe;
  Process holder = start_role({"--hold-the-host-lock"}, pipe);
  ASSERT_EQ(pipe.line(), "ready");
  std::thread waiting(HostLock::wait_for_holder);
  holder.kill();
  holder.wait();
  waiting.join();
  const auto [lock, who] = HostLock::acquire();
  EXPECT_TRUE(lock.has_value());
  EXPECT_EQ(who, own_id());
}

TEST(HostLockTest, ItIsReleasedWhenItGoes) {
  {
    const auto [lock, who] = HostLock::acquire();
    EXPECT_TRUE(lock.has_value());
    EXPECT_FALSE(HostLock::acquire().first.has_value());
  }
  EXPECT_TRUE(HostLock::acquire().first.has_value());
}

TEST(HostLockTest, WaitingForNobodyEndsAtOnce) { HostLock::wait_for_holder(); }

TEST(CommandOf, IsUnknownForAProcessThatIsGone) {
  EXPECT_EQ(command_of(id_of_a_dead_process()), "unknown");
  EXPECT_THAT(command_of(own_id()), HasSubstr("ipcmark_tests"));
}

}  // namespace
}  // namespace ipcmark::os
