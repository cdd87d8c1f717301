// SHM: shm_overview(7), and shared mappings of files.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <filesystem>

#include "suites/conformance/contracts/linux/objects.hpp"
#include "suites/conformance/contracts/linux/props.hpp"
#include "suites/conformance/contracts/linux/records.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

struct Race {
  static constexpr unsigned racers = 4, rounds = 50;
  Gate gate;
  std::array<std::atomic<unsigned>, rounds> won, lost;
};

void race_for_names(Stage& stage) {
  const SharedBlock<Race> race(stage.fd(0));
  for (unsigned round = 0; round < Race::rounds; ++round) {
    const std::string name = stage.text() + "-" + std::to_string(round);
    race->gate.pass(Race::racers);
    const int file = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (file != -1) race->won[round].fetch_add(1);
    if (file == -1 && errno == EEXIST) race->lost[round].fetch_add(1);
  }
  stage.say("done");
}

void one_name_is_one_object() {
  Session session;
  const SharedObject object(session, 2 * page_size());
  const os::Mapping mine = map_shared(object.file().fd(), 2 * page_size());
  Actor other(touch_as_told, {}, object.name());
  EXPECT_EQ(told(other, "load 1"), "0");
  EXPECT_EQ(store_to(mine.data() + page_size(), std::byte{42}), "ok");
  EXPECT_EQ(told(other, "load 1"), "42");
  EXPECT_EQ(told(other, "store 0"), "1");
  EXPECT_EQ(*mine.data(), std::byte{1});

  const std::string names = object_name_in(session);
  const SharedBlock<Race> race;
  std::deque<Actor> racers;
  for (unsigned k = 0; k < Race::racers; ++k)
    racers.emplace_back(race_for_names, std::vector{race.raw()}, names);
  for (Actor& racer : racers) EXPECT_EQ(racer.hear(), "done");
  unsigned one_winner = 0, removed = 0;
  for (unsigned round = 0; round < Race::rounds; ++round) {
    one_winner += race->won[round].load() == 1 && race->lost[round].load() == Race::racers - 1 ? 1 : 0;
    removed += ::shm_unlink((names + "-" + std::to_string(round)).c_str()) == 0 ? 1 : 0;
  }
  EXPECT_EQ(one_winner, unsigned{Race::rounds});
  EXPECT_EQ(removed, unsigned{Race::rounds});
}

void unlinked_object_lives_on_in_its_mappings() {
  Session session;
  const SharedObject old(session, 2 * page_size());
  Actor first(touch_as_told, {}, old.name()), second(touch_as_told, {}, old.name());
  EXPECT_EQ(told(first, "load 0"), "0");
  EXPECT_EQ(told(second, "load 0"), "0");
  ASSERT_EQ(old.unlink(), 0);
  EXPECT_EQ(::shm_open(old.name().c_str(), O_RDWR, 0), -1);
  EXPECT_EQ(error_name(errno), "ENOENT");
  const SharedObject fresh(old.name(), 2 * page_size());
  EXPECT_NE(status_of(fresh.file()).st_ino, status_of(old.file()).st_ino);
  EXPECT_EQ(told(first, "store 0"), "1");
  EXPECT_EQ(told(second, "load 0"), "1");
  Actor late(touch_as_told, {}, fresh.name());
  EXPECT_EQ(told(late, "load 0"), "0");
}

void contents_outlive_every_user() {
  Session session;
  const std::string name = object_name_in(session);
  {
    Actor creator(
        [](Stage& stage) {
          const os::Handle file = open_object(stage.text(), O_RDWR | O_CREAT | O_EXCL);
          resize(file, 2 * page_size());
          const os::Mapping memory = map_shared(file.fd(), 2 * page_size());
          memory.data()[0] = std::byte{77};
          stage.say("made");
          Stage::wait_to_be_killed();
        },
        {}, name);
    EXPECT_EQ(creator.hear(), "made");
    Actor other(touch_as_told, {}, name);
    EXPECT_EQ(told(other, "store 1"), "1");
    creator.kill();
    other.kill();
  }
  EXPECT_EQ(::access(("/dev/shm" + name).c_str(), F_OK), 0);
  Actor heir(touch_as_told, {}, name);
  EXPECT_EQ(told(heir, "load 0"), "77");
  EXPECT_EQ(told(heir, "load 1"), "1");
  EXPECT_EQ(::shm_unlink(name.c_str()), 0);
}

void read_only_object_cannot_be_written() {
  Session session;
  const SharedObject object(session, 2 * page_size());
  Actor reader(
      [](Stage& stage) {
        const os::Handle file = open_object(stage.text(), O_RDONLY);
        void* const writable = ::mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, file.fd(), 0);
        stage.say(writable == MAP_FAILED ? error_name(errno) : "mapped");
        const os::Mapping memory = map_shared(file.fd(), page_size(), PROT_READ);
        stage.say(result_of(::mprotect(memory.data(), page_size(), PROT_READ | PROT_WRITE)));
        stage.say(load_from(memory.data()));
        stage.say(store_to(memory.data()));
        void* const copy = ::mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE, file.fd(), 0);
        stage.say(copy == MAP_FAILED ? error_name(errno) : store_to(static_cast<std::byte*>(copy)));
      },
      {}, object.name());
  EXPECT_EQ(reader.hear(), "EACCES");
  EXPECT_EQ(reader.hear(), "EACCES");
  EXPECT_EQ(reader.hear(), "ok");
  EXPECT_EQ(reader.hear(), "SIGSEGV SEGV_ACCERR");
  EXPECT_EQ(reader.hear(), "ok");
  Actor other(touch_as_told, {}, object.name());
  EXPECT_EQ(told(other, "load 0"), "0");
}

// A list of three nodes, each of which has its follower's place in the segment and its address in the process
// that made it.
struct Node {
  std::size_t offset;
  const Node* address;
  long value;
};

void make_list(Stage& stage) {
  const os::Handle file = open_object(stage.text());
  const os::Mapping memory = map_shared(file.fd(), page_size());
  const auto at = [&](std::size_t offset) { return reinterpret_cast<Node*>(memory.data() + offset); };
  constexpr std::array<std::size_t, 4> places{0, 512, 128, 0};
  for (std::size_t k = 0; k < 3; ++k)
    *at(places[k]) = {places[k + 1], at(places[k + 1]), static_cast<long>(k) + 1};
  stage.say(std::to_string(reinterpret_cast<std::intptr_t>(memory.data())));
  Stage::wait_to_be_killed();
}

void offsets_hold_where_addresses_do_not() {
  Session session;
  const SharedObject object(session, page_size());
  Actor maker(make_list, {}, object.name());
  const long theirs = number_from(maker);
  Actor walker(
      [](Stage& stage) {
        const std::intptr_t maker_address = std::stol(stage.hear());
        const os::Handle file = open_object(stage.text());
        os::Mapping memory = map_shared(file.fd(), page_size());
        const os::Mapping other = map_shared(file.fd(), page_size());  // not at the same address for sure
        const bool same = reinterpret_cast<std::intptr_t>(memory.data()) == maker_address;
        std::byte* const base = same ? other.data() : memory.data();
        stage.say(reinterpret_cast<std::intptr_t>(base) != maker_address ? "elsewhere" : "there");
        std::string values;
        bool inside = false;
        for (std::size_t offset = 0; values.size() < 3;) {
          const Node* const node = reinterpret_cast<const Node*>(base + offset);
          values += std::to_string(node->value);
          const auto* const address = reinterpret_cast<const std::byte*>(node->address);
          inside |= address == base + node->offset;
          offset = node->offset;
        }
        stage.say(values);
        stage.say(inside ? "an address fits" : "no address fits");
      },
      {}, object.name());
  walker.say(std::to_string(theirs));
  EXPECT_EQ(walker.hear(), "elsewhere");
  EXPECT_EQ(walker.hear(), "123");
  EXPECT_EQ(walker.hear(), "no address fits");
}

bool has_open(const Actor& actor, const std::string& path) {
  std::error_code gone;
  for (const auto& file :
       std::filesystem::directory_iterator("/proc/" + std::to_string(actor.id()) + "/fd")) {
    if (std::filesystem::read_symlink(file, gone) == path) return true;
  }
  return false;
}

void descriptor_closes_at_exec() {
  Session session;
  const SharedObject object(session, page_size());
  AnotherProgram program;
  Actor actor(
      [](Stage& stage) {
        const int file = ::shm_open(stage.text().c_str(), O_RDWR, 0);
        stage.say(std::to_string(::fcntl(file, F_GETFD)));
        stage.hear();
        AnotherProgram::become(stage);
      },
      program.handles(), object.name());
  const std::string path = "/dev/shm" + object.name();
  EXPECT_EQ(number_from(actor), FD_CLOEXEC);
  EXPECT_TRUE(has_open(actor, path));
  actor.say("exec");
  program.await(actor);
  EXPECT_FALSE(has_open(actor, path));
}

constexpr Clause table[]{
    {.id = "SHM-01",
     .title = "OneNameIsOneObjectAndOneProcessWinsItsExclusiveCreation",
     .source = "shm_open(3), O_EXCL",
     .body = one_name_is_one_object},
    {.id = "SHM-02",
     .title = "ANewObjectIsEmptySoThatATouchIsSigbusAndThenZero",
     .source = "shm_overview(7); shm_open(3); mmap(2), SIGBUS",
     .body = new_object_is_empty_and_then_zero},
    {.id = "SHM-03",
     .title = "AnUnlinkedObjectLivesOnInItsMappingsAndItsNameIsFree",
     .source = "shm_unlink(3)",
     .body = unlinked_object_lives_on_in_its_mappings},
    {.id = "SHM-04",
     .title = "ContentsOutliveEveryUserThatIsKilled",
     .source = "shm_overview(7), Persistence",
     .body = contents_outlive_every_user},
    {.id = "SHM-05",
     .title = "AnObjectMayBeLargerThanItsMemoryAndATouchOfAMissingPageIsSigbus",
     .source = "tmpfs(5), size; mmap(2), SIGBUS; posix_fallocate(3), ENOSPC",
     .body = object_may_be_larger_than_its_memory},
    {.id = "SHM-06",
     .title = "AShrunkenObjectGivesItsReadersSigbus",
     .source = "mmap(2), SIGBUS; memfd_create(2), File sealing",
     .body = shrinking_faults_the_readers},
    {.id = "SHM-07",
     .title = "AlignedAtomicsAreNeverTornBetweenProcesses",
     .source = "C++20 [atomics.lockfree]",
     .body = atomics_are_never_torn},
    {.id = "SHM-08",
     .title = "RecordsWithoutAProtocolTearAndTheChecksSeeIt",
     .source = "no promise of any kind; harness/message.hpp, Checker",
     .body = records_tear},
    {.id = "SHM-09",
     .title = "ARecordThatAKilledWriterLeftHalfWrittenIsToldByItsSequence",
     .source = "not documented: memory knows no transactions",
     .body = killed_writer_leaves_half},
    {.id = "SHM-10",
     .title = "AnObjectThatIsOpenedForReadingCannotBeMappedForWriting",
     .source = "shm_open(3), O_RDONLY; mmap(2), EACCES",
     .body = read_only_object_cannot_be_written},
    {.id = "SHM-11",
     .title = "OffsetsHoldInEveryProcessWhereAddressesDoNot",
     .source = "mmap(2)",
     .body = offsets_hold_where_addresses_do_not},
    {.id = "SHM-12",
     .title = "ADescriptorOfShmOpenClosesAtExec",
     .source = "shm_open(3), FD_CLOEXEC",
     .body = descriptor_closes_at_exec},
};

}  // namespace

const Section posix_shm_section{.name = "SHM", .count = 12, .clauses = table};

}  // namespace ipcmark
