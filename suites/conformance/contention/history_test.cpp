#include "suites/conformance/contention/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>

#include "harness/errors.hpp"
#include "harness/results/scratch_testing.hpp"

namespace ipcmark::contention {
namespace {

class HistoryTest : public testing::Test {
 protected:
  std::string path() const { return scratch_.path("one.history"); }
  History made() const {
    History history{.side = Side::consumer, .number = 3, .run = 77, .records = {}};
    for (std::uint32_t k = 0; k < 10; ++k) {
      Record record{.began = k, .ended = k + 1, .sequence = k};
      record.progress = Progress::over;
      history.records.push_back(record);
    }
    return history;
  }
  std::string refusal() const {
    try {
      read_history(path());
    } catch (const UsageError& error) {
      return error.what();
    }
    return "none";
  }
  void put(std::size_t at, char byte) const {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
  }

 private:
  Scratch scratch_;
};

TEST_F(HistoryTest, WhatWasWrittenIsRead) {
  write_history(path(), made());
  const History history = read_history(path());
  EXPECT_EQ(history.side, Side::consumer);
  EXPECT_EQ(history.number, 3U);
  EXPECT_EQ(history.run, 77);
  EXPECT_TRUE(history.ended);
  ASSERT_EQ(history.records.size(), 10U);
  EXPECT_EQ(history.records[9].sequence, 9U);
}

TEST_F(HistoryTest, ASigkillLeavesEverythingThatWasWritten) {
  HistoryFile::create(path(), Side::producer, 0, 1, 1000);
  const pid_t child = ::fork();
  if (child == 0) {
    HistoryFile file(path());
    for (std::uint32_t k = 0; k < 500; ++k) {
      Record* const record = file.begin();
      record->sequence = k;
      if (k < 499) HistoryFile::finish(*record);
    }
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  trim_history(path());
  const History history = read_history(path());
  EXPECT_FALSE(history.ended);
  ASSERT_EQ(history.records.size(), 500U);
  EXPECT_EQ(history.records[498].progress, Progress::over);
  EXPECT_EQ(history.records[499].progress, Progress::begun);
  EXPECT_EQ(history.records[499].sequence, 499U);
}

TEST_F(HistoryTest, ThereIsNoRoomBeyondTheCapacity) {
  HistoryFile::create(path(), Side::producer, 0, 1, 2);
  HistoryFile file(path());
  EXPECT_NE(file.begin(), nullptr);
  EXPECT_NE(file.begin(), nullptr);
  EXPECT_EQ(file.begin(), nullptr);
  EXPECT_EQ(file.count(), 2U);
}

TEST_F(HistoryTest, AFileThatIsShorterThanItSaysIsRefused) {
  write_history(path(), made());
  std::filesystem::resize_file(path(), 64 + 64 * 9 + 63);
  EXPECT_THAT(refusal(), testing::HasSubstr("claims 10 records and has room for 9"));
  std::filesystem::resize_file(path(), 63);
  EXPECT_THAT(refusal(), testing::HasSubstr("too short for a history"));
  std::filesystem::resize_file(path(), 0);
  EXPECT_THAT(refusal(), testing::HasSubstr("too short for a history"));
}

TEST_F(HistoryTest, AnotherVersionAndGarbageAreRefused) {
  write_history(path(), made());
  put(8, 9);
  EXPECT_THAT(refusal(), testing::HasSubstr("is a history of version 9"));
  put(0, 'x');
  EXPECT_THAT(refusal(), testing::HasSubstr("is no history"));
}

TEST_F(HistoryTest, ValuesThatHaveNoNameAreRefused) {
  for (const std::size_t at :
       {offsetof(Record, verdict), offsetof(Record, status), offsetof(Record, progress)}) {
    write_history(path(), made());
    put(64 + 64 * 5 + at, 99);
    EXPECT_THAT(refusal(), testing::HasSubstr("holds what no process has written"));
  }
  write_history(path(), made());
  put(offsetof(HistoryHead, side), 7);
  EXPECT_THAT(refusal(), testing::HasSubstr("neither a producer nor a consumer"));
}

}  // namespace
}  // namespace ipcmark::contention
