#include "suites/conformance/contracts/linux/objects.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <algorithm>
#include <sstream>

#include "suites/conformance/contracts/linux/props.hpp"

namespace ipcmark {
namespace {

// On a file system of the test's own, of this many pages, so that nobody else's /dev/shm is full.
constexpr std::size_t small_pages = 64;
void mount_small_shm() {
  enter_namespace(CLONE_NEWNS);
  check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "mount --make-rprivate /");
  const std::string size = "size=" + std::to_string(small_pages * page_size());
  check(::mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, size.c_str()), "mount of a tmpfs");
}

}  // namespace

void touch_as_told(Stage& stage) {
  const os::Handle file = open_object(stage.text());
  const os::Mapping memory = map_shared(file.fd(), 2 * page_size());
  for (;;) {
    std::istringstream words(stage.hear());
    std::string call;
    std::size_t page = 0;
    words >> call >> page;
    std::byte* const place = memory.data() + page * page_size();
    const std::string result = call == "load" ? load_from(place) : store_to(place);
    stage.say(result != "ok" ? result : std::to_string(static_cast<int>(*place)));
  }
}

// The opener is faster than the creator, who has not yet given the object its size.
void new_object_is_empty_and_then_zero() {
  Session session;
  const SharedObject object(session, 0);
  EXPECT_EQ(status_of(object.file()).st_size, 0);
  Actor early(touch_as_told, {}, object.name());
  EXPECT_EQ(told(early, "load 0"), "SIGBUS BUS_ADRERR");
  EXPECT_EQ(told(early, "store 1"), "SIGBUS BUS_ADRERR");
  resize(object.file(), 2 * page_size());
  EXPECT_EQ(told(early, "load 0"), "0");
  EXPECT_EQ(told(early, "load 1"), "0");
  const os::Mapping memory = map_shared(object.file().fd(), 2 * page_size());
  EXPECT_EQ(std::count(memory.data(), memory.data() + memory.size(), std::byte{}),
            static_cast<std::ptrdiff_t>(memory.size()));
}

void object_may_be_larger_than_its_memory() {
  Session session;
  mount_small_shm();
  constexpr std::size_t pages = 2 * small_pages;
  const SharedObject object(session, 0);
  EXPECT_EQ(::ftruncate(object.file().fd(), static_cast<off_t>(pages * page_size())), 0);
  EXPECT_EQ(status_of(object.file()).st_size, static_cast<off_t>(pages * page_size()));
  Actor filler(
      [](Stage& stage) {
        const os::Handle file = open_object(stage.text());
        const os::Mapping memory = map_shared(file.fd(), pages * page_size());
        std::size_t stored = 0;
        std::string result;
        while ((result = store_to(memory.data() + stored * page_size())) == "ok" && stored < pages - 1)
          ++stored;
        stage.say(std::to_string(stored));
        stage.say(result);
        Stage::wait_to_be_killed();
      },
      {}, object.name());
  EXPECT_EQ(number_from(filler), static_cast<long>(small_pages));
  EXPECT_EQ(filler.hear(), "SIGBUS BUS_ADRERR");
  const os::Mapping memory = map_shared(object.file().fd(), pages * page_size());
  EXPECT_EQ(load_from(memory.data() + (small_pages - 1) * page_size()), "ok");
  EXPECT_EQ(load_from(memory.data() + small_pages * page_size()), "SIGBUS BUS_ADRERR");

  const SharedObject other(session, 0);
  EXPECT_EQ(error_name(::posix_fallocate(other.file().fd(), 0, static_cast<off_t>(page_size()))), "ENOSPC");
  filler.kill();
  resize(object.file(), page_size());
  EXPECT_EQ(::posix_fallocate(other.file().fd(), 0, static_cast<off_t>(page_size())), 0);
}

void shrinking_faults_the_readers() {
  Session session;
  const SharedObject object(session, 2 * page_size());
  Actor reader(touch_as_told, {}, object.name());
  EXPECT_EQ(told(reader, "store 1"), "1");
  Actor shrinker(
      [](Stage& stage) {
        const os::Handle file = open_object(stage.text());
        resize(file, page_size());
        stage.say("shrunk");
        stage.hear();
        resize(file, 2 * page_size());
        stage.say("grown");
        stage.hear();
      },
      {}, object.name());
  EXPECT_EQ(shrinker.hear(), "shrunk");
  EXPECT_EQ(told(reader, "load 1"), "SIGBUS BUS_ADRERR");
  EXPECT_EQ(told(reader, "load 0"), "0");
  shrinker.say("grow");
  EXPECT_EQ(shrinker.hear(), "grown");
  EXPECT_EQ(told(reader, "load 1"), "0");
}

}  // namespace ipcmark
