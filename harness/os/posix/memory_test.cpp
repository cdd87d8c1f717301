#include "harness/os/memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>

#include "harness/errors.hpp"
#include "harness/os/host.hpp"

namespace ipcmark::os {
namespace {

class SegmentTest : public testing::Test {
 protected:
  ~SegmentTest() override { remove_segment(name_); }
  std::string path() const { return "/dev/shm/" + name_; }

  std::string name_ = object_name(new_run_id(), 0);
};

TEST_F(SegmentTest, ItIsOfZeroesOfTheWantedSizeAndForThisUserOnly) {
  const Mapping memory = create_segment(name_, 12'345);
  EXPECT_EQ(memory.size(), 12'345U);
  EXPECT_TRUE(std::all_of(memory.data(), memory.data() + memory.size(),
                          [](std::byte byte) { return byte == std::byte{0}; }));
  struct stat facts {};
  ASSERT_EQ(::stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(SegmentTest, EveryPageIsAllocatedAtOnce) {
  const Mapping memory = create_segment(name_, 1 << 20);
  struct stat facts {};
  ASSERT_EQ(::stat(path().c_str(), &facts), 0);
  EXPECT_GE(facts.st_blocks * 512, 1 << 20);
}

TEST_F(SegmentTest, WhoeverOpensItSeesWhatIsWritten) {
  const Mapping mine = create_segment(name_, 4096);
  const Mapping theirs = open_segment(name_, 4096);
  EXPECT_NE(mine.data(), theirs.data());
  mine.data()[4095] = std::byte{42};
  EXPECT_EQ(theirs.data()[4095], std::byte{42});
}

TEST_F(SegmentTest, ItsNameCanBeTakenOnce) {
  const Mapping first = create_segment(name_, 4096);
  EXPECT_THROW(create_segment(name_, 4096), std::system_error);
}

TEST_F(SegmentTest, RemovedItCannotBeOpenedAndStaysMapped) {
  const Mapping memory = create_segment(name_, 4096);
  remove_segment(name_);
  EXPECT_THROW(open_segment(name_, 4096), std::system_error);
  memory.data()[0] = std::byte{1};
  EXPECT_EQ(memory.data()[0], std::byte{1});
}

TEST_F(SegmentTest, OneThatDoesNotFitIsUnsupportedWithAnAdviceAndLeavesNoName) {
  struct statvfs space {};
  ASSERT_EQ(::statvfs("/dev/shm", &space), 0);
  if (space.f_blocks == 0) GTEST_SKIP() << "/dev/shm has no limit here";
  const std::size_t more = (space.f_blocks + 1) * space.f_frsize;
  try {
    create_segment(name_, more);
    FAIL() << "a segment that is larger than /dev/shm";
  } catch (const Unsupported& refused) {
    EXPECT_THAT(refused.what(), testing::HasSubstr(std::to_string(more / 1024) + " KiB does not fit"));
    EXPECT_THAT(refused.what(), testing::HasSubstr("make it larger"));
  }
  struct stat facts {};
  EXPECT_EQ(::stat(path().c_str(), &facts), -1);
}

TEST_F(SegmentTest, AMappingThatIsMovedFromIsEmpty) {
  Mapping first = create_segment(name_, 4096);
  const Mapping second(std::move(first));
  EXPECT_EQ(first.data(), nullptr);
  EXPECT_EQ(first.size(), 0U);
  EXPECT_EQ(second.size(), 4096U);
}

}  // namespace
}  // namespace ipcmark::os
