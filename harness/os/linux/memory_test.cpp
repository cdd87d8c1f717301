#include "harness/os/memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "harness/errors.hpp"
#include "harness/os/host.hpp"

namespace ipcmark::os {
namespace {

constexpr std::size_t size = 12'345;

std::string name_of(Memory memory) { return std::string(memory_names[static_cast<std::size_t>(memory)]); }

std::vector<Memory> every_memory() {
  std::vector<Memory> all;
  for (std::size_t k = 0; k < std::size(memory_names); ++k) all.push_back(static_cast<Memory>(k));
  return all;
}

std::string why_not(Memory memory) {
  try {
    create_shared_memory(memory, new_run_id(), 0, size);
    return "";
  } catch (const Unsupported& missing) {
    return missing.what();
  }
}

class SharedMemoryTest : public testing::TestWithParam<Memory> {
 protected:
  void SetUp() override {
    if (const std::string missing = why_not(GetParam()); !missing.empty()) GTEST_SKIP() << missing;
    memory_ = create_shared_memory(GetParam(), run_, 0, size);
  }
  ~SharedMemoryTest() override {
    memory_.reset();
    remove_private_directories(run_);
  }
  // As another process does it, whose handles are its own.
  Mapping opened() const {
    std::vector<RawHandle> handles = memory_->handles();
    for (RawHandle& handle : handles) handle = ::dup(static_cast<int>(handle));
    return open_shared_memory(GetParam(), memory_->address(), handles, size);
  }

  const std::string run_ = new_run_id();
  std::unique_ptr<SharedMemory> memory_;
};
INSTANTIATE_TEST_SUITE_P(Made, SharedMemoryTest, testing::ValuesIn(every_memory()),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(SharedMemoryTest, ItIsOfZeroes) {
  EXPECT_TRUE(std::all_of(memory_->data(), memory_->data() + size,
                          [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST_P(SharedMemoryTest, WhoeverOpensItSeesWhatIsWrittenAndMayWrite) {
  const Mapping first = opened(), second = opened();
  EXPECT_NE(first.data(), memory_->data());
  memory_->data()[size - 1] = std::byte{42};
  EXPECT_EQ(first.data()[size - 1], std::byte{42});
  second.data()[0] = std::byte{43};
  EXPECT_EQ(memory_->data()[0], std::byte{43});
}

TEST_P(SharedMemoryTest, EveryPageIsThereForWhoeverOpensIt) {
  const Mapping mapping = opened();
  std::vector<unsigned char> present((size + 4095) / 4096);
  ASSERT_EQ(::mincore(mapping.data(), present.size() * 4096, present.data()), 0);
  EXPECT_THAT(present, testing::Each(testing::Ne(0)));
}

TEST_P(SharedMemoryTest, HandedOverItHasNoNameAndStaysMapped) {
  const Mapping mapping = opened();
  memory_->handed_over();
  remove_private_directories(run_);
  EXPECT_THAT(leftovers(run_), testing::IsEmpty());
  memory_->data()[1] = std::byte{44};
  EXPECT_EQ(mapping.data()[1], std::byte{44});
}

TEST_P(SharedMemoryTest, ItStaysMappedWhereItWasOpenedAfterItIsGone) {
  const Mapping mapping = opened();
  memory_->data()[2] = std::byte{45};
  memory_.reset();
  EXPECT_EQ(mapping.data()[2], std::byte{45});
}

TEST_P(SharedMemoryTest, GoneItLeavesNothing) {
  const Mapping mapping = opened();
  memory_.reset();
  remove_private_directories(run_);
  EXPECT_THAT(leftovers(run_), testing::IsEmpty());
}

TEST(SharedMemory, HugePagesThatAreNotReservedAreRefusedWithWhatToType) {
  const std::string missing = why_not(Memory::huge_pages);
  if (missing.empty()) GTEST_SKIP() << "this host has huge pages";
  EXPECT_THAT(missing, testing::AnyOf(testing::HasSubstr("sysctl -w vm.nr_hugepages="),
                                      testing::HasSubstr("CONFIG_HUGETLBFS")));
}

TEST(SharedMemory, ASystemVSegmentGoesWithTheLastWhoHasItMapped) {
  if (const std::string missing = why_not(Memory::sysv_shm); !missing.empty()) GTEST_SKIP() << missing;
  const auto listed = [](const std::string& number) {
    std::ifstream table("/proc/sysvipc/shm");
    std::string key, id;
    for (std::string rest; table >> key >> id && std::getline(table, rest);) {
      if (id == number) return true;
    }
    return false;
  };
  auto memory = create_shared_memory(Memory::sysv_shm, new_run_id(), 0, size);
  const std::string number = memory->address();
  EXPECT_TRUE(listed(number));
  memory.reset();
  EXPECT_FALSE(listed(number));
}

// A file system of memory in the place of TMPDIR, where there is one to be had.
TEST(PrivateDirectoryOnDisk, IsNotInATmpfs) {
  const std::string run = new_run_id();
  const char* const usual = std::getenv("TMPDIR");
  const std::string before = usual == nullptr ? "" : usual;
  ::setenv("TMPDIR", "/dev/shm", 1);
  const std::string directory = private_directory_on_disk(run);
  const auto found = leftovers(run);
  remove_private_directories(run);
  usual == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", before.c_str(), 1);
  EXPECT_EQ(directory, "/var/tmp/ipcmark-" + run);
  EXPECT_THAT(found, testing::ElementsAre(directory));
  EXPECT_FALSE(std::filesystem::exists(directory));
}

}  // namespace
}  // namespace ipcmark::os
