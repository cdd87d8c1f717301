// SVH: shared memory of System V, shmop(2).
#include <gtest/gtest.h>
#include <sys/shm.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <sstream>

#include "harness/os/cpu.hpp"
#include "harness/os/host.hpp"
#include "harness/os/process.hpp"
#include "harness/run/session.hpp"
#include "suites/conformance/contracts/linux/props.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

class Segment {
 public:
  explicit Segment(Session& session, std::size_t size = page_size())
      : key_(os::system_v_key(os::own_id(), session.next_link())),
        id_(check(::shmget(key_, size, IPC_CREAT | IPC_EXCL | 0600), "shmget")) {}
  ~Segment() { remove(); }
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  int remove() const noexcept { return ::shmctl(id_, IPC_RMID, nullptr); }
  std::string text() const { return std::to_string(id_); }  // for an actor
  int key() const noexcept { return key_; }
  int id() const noexcept { return id_; }
  shmid_ds status() const {
    shmid_ds status{};
    check(::shmctl(id_, IPC_STAT, &status), "shmctl IPC_STAT");
    return status;
  }

 private:
  int key_, id_;
};

std::byte* attach(const std::string& id, int flags = 0) {
  void* const memory = ::shmat(std::stoi(id), nullptr, flags);
  if (memory == reinterpret_cast<void*>(-1)) throw_errno("shmat");
  return static_cast<std::byte*>(memory);
}

// Attaches, and then does as it is told: "store 7", "load", "detach".
void use_segment(Stage& stage) {
  std::byte* const memory = attach(stage.text());
  stage.say("attached");
  for (;;) {
    std::istringstream words(stage.hear());
    std::string call;
    int value = 0;
    words >> call >> value;
    if (call == "store") *memory = static_cast<std::byte>(value);
    stage.say(call == "detach" ? result_of(::shmdt(memory)) : std::to_string(static_cast<int>(*memory)));
  }
}

// Four words, each in a cache line of its own, are stored before the mark, over and over.
struct Litmus {
  struct alignas(64) Word {
    std::atomic<std::uint64_t> value;
  };
  Word words[4], mark;
  Word enough;
};

void store_and_release(Stage& stage) {
  std::istringstream text(stage.text());
  std::string id;
  unsigned processor = 0;
  text >> id >> processor;
  os::pin_to(processor);
  auto* const litmus = reinterpret_cast<Litmus*>(attach(id));
  for (std::uint64_t k = 1; litmus->enough.value.load(std::memory_order_relaxed) == 0; ++k) {
    for (Litmus::Word& word : litmus->words) word.value.store(k, std::memory_order_relaxed);
    litmus->mark.value.store(k, std::memory_order_release);
  }
  stage.say("done");
}

// How often the mark had moved since the last look, and how often a word before it had not.
struct Seen {
  std::uint64_t moved = 0, stale = 0;
};
Seen look_at(const Litmus& litmus, std::uint64_t moves, std::uint64_t most_looks) {
  Seen seen;
  std::uint64_t last = 0;
  for (std::uint64_t look = 0; look < most_looks && seen.moved < moves; ++look) {
    const std::uint64_t mark = litmus.mark.value.load(std::memory_order_acquire);
    // The word that was stored first is looked at last, and the other way round at every second look.
    bool stale = false;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t which = look % 2 == 0 ? k : 3 - k;
      stale |= litmus.words[which].value.load(std::memory_order_relaxed) < mark;
    }
    seen.stale += stale ? 1 : 0;
    seen.moved += mark != last ? 1 : 0;
    last = mark;
  }
  return seen;
}

void release_is_seen_by_acquire() {
  Session session;
  const Segment segment(session, sizeof(Litmus));
  const Places places = two_places();
  auto* const litmus = reinterpret_cast<Litmus*>(attach(segment.text()));
  os::pin_to(places.first);
  Actor writer(store_and_release, {}, segment.text() + " " + std::to_string(places.second));
  while (litmus->mark.value.load() == 0) ::sched_yield();
  const Seen seen = look_at(*litmus, case_settings().quick ? 100'000 : 1'000'000, 20'000'000);
  litmus->enough.value.store(1);
  EXPECT_EQ(writer.hear(), "done");
  EXPECT_EQ(seen.stale, 0U);
  observe(std::to_string(seen.moved) + " marks seen in motion");
  if (seen.moved < 1000) throw Inconclusive("reader and writer hardly ran at the same time");
}

void segment_outlives_its_removal_while_attached() {
  Session session;
  Segment segment(session);
  {
    Actor first(use_segment, {}, segment.text());
    EXPECT_EQ(first.hear(), "attached");
    first.say("store 7");
    EXPECT_EQ(first.hear(), "7");
    first.kill();
  }
  EXPECT_EQ(segment.status().shm_nattch, 0U);  // nobody is there, and it stays

  Actor holder(use_segment, {}, segment.text());
  EXPECT_EQ(holder.hear(), "attached");
  ASSERT_EQ(segment.remove(), 0);
  EXPECT_NE(segment.status().shm_perm.mode & SHM_DEST, 0);
  EXPECT_EQ(result_of(::shmget(segment.key(), 0, 0600)), "ENOENT");
  holder.say("load");
  EXPECT_EQ(holder.hear(), "7");
  Actor late(use_segment, {}, segment.text());
  EXPECT_EQ(late.hear(), "attached");
  holder.say("store 9");
  EXPECT_EQ(holder.hear(), "9");
  late.say("load");
  EXPECT_EQ(late.hear(), "9");

  holder.say("detach");
  EXPECT_EQ(holder.hear(), "0");
  EXPECT_EQ(segment.status().shm_nattch, 1U);
  late.kill();
  shmid_ds status{};
  EXPECT_EQ(result_of(::shmctl(segment.id(), IPC_STAT, &status)), "EINVAL");
}

void killed_process_is_detached() {
  Session session;
  const Segment segment(session);
  std::deque<Actor> users;
  for (int k = 0; k < 3; ++k) users.emplace_back(use_segment, std::vector<os::RawHandle>{}, segment.text());
  for (Actor& user : users) EXPECT_EQ(user.hear(), "attached");
  for (std::size_t left = users.size(); left > 0; --left) {
    EXPECT_EQ(segment.status().shm_nattch, left);
    users.at(left - 1).kill();
  }
  EXPECT_EQ(segment.status().shm_nattch, 0U);
}

void store_to_a_read_only_attachment_faults() {
  Session session;
  const Segment segment(session);
  Actor writer(use_segment, {}, segment.text());
  EXPECT_EQ(writer.hear(), "attached");
  Actor reader(
      [](Stage& stage) {
        std::byte* const memory = attach(stage.text(), SHM_RDONLY);
        stage.say(load_from(memory));
        stage.say(store_to(memory));
        stage.hear();
        stage.say(std::to_string(static_cast<int>(*memory)));
      },
      {}, segment.text());
  EXPECT_EQ(reader.hear(), "ok");
  EXPECT_EQ(reader.hear(), "SIGSEGV SEGV_ACCERR");
  writer.say("load");
  EXPECT_EQ(writer.hear(), "0");
  writer.say("store 5");
  EXPECT_EQ(writer.hear(), "5");
  reader.say("load");
  EXPECT_EQ(reader.hear(), "5");
}

// In a namespace of its own, whose limits are the usual ones and whose segments go with it.
void limits_are_shared_by_all() {
  enter_namespace(CLONE_NEWIPC);
  shminfo limits{};
  check(::shmctl(0, IPC_INFO, reinterpret_cast<shmid_ds*>(&limits)), "shmctl IPC_INFO");
  EXPECT_EQ(result_of(::shmget(IPC_PRIVATE, 0, IPC_CREAT | 0600)), "EINVAL");
  if (limits.shmmax < SIZE_MAX) {
    EXPECT_EQ(result_of(::shmget(IPC_PRIVATE, limits.shmmax + 1, IPC_CREAT | 0600)), "EINVAL");
  }

  Actor filler([](Stage& stage) {
    long made = 0;
    int last = 0, id = 0;
    for (; (id = ::shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600)) != -1; ++made) last = id;
    stage.say(result_of(id));
    stage.say(std::to_string(made));
    stage.say(std::to_string(last));
    Stage::wait_to_be_killed();
  });
  EXPECT_EQ(filler.hear(), "ENOSPC");
  EXPECT_EQ(static_cast<unsigned long>(number_from(filler)), limits.shmmni);
  const auto last = static_cast<int>(number_from(filler));
  EXPECT_EQ(result_of(::shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600)), "ENOSPC");
  check(::shmctl(last, IPC_RMID, nullptr), "shmctl IPC_RMID");
  EXPECT_NE(::shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600), -1);
}

void attachments_survive_fork_and_not_exec() {
  Session session;
  const Segment segment(session);
  AnotherProgram program;
  Actor actor(
      [](Stage& stage) {
        std::byte* const memory = attach(stage.text());
        if (fork_of_actor() == 0) {
          stage.close(1);
          memory[1] = std::byte{11};
          Stage::wait_to_be_killed();
        }
        while (static_cast<const volatile std::byte&>(memory[1]) != std::byte{11}) ::sched_yield();
        stage.say("forked");
        stage.hear();
        AnotherProgram::become(stage);
      },
      program.handles(), segment.text());
  EXPECT_EQ(actor.hear(), "forked");
  EXPECT_EQ(segment.status().shm_nattch, 2U);
  actor.say("exec");
  program.await(actor);
  EXPECT_EQ(segment.status().shm_nattch, 1U);  // of the child of the fork
}

void new_segment_is_zero() {
  constexpr std::size_t size = std::size_t{4} << 20;
  Session session;
  {
    const Segment old(session, size);
    Actor soiler(
        [](Stage& stage) {
          std::byte* const memory = attach(stage.text());
          std::fill(memory, memory + size, std::byte{0xA5});
          stage.say("filled");
        },
        {}, old.text());
    EXPECT_EQ(soiler.hear(), "filled");
    EXPECT_TRUE(soiler.wait().clean());
  }
  const Segment fresh(session, size);
  Actor reader(
      [](Stage& stage) {
        const std::byte* const memory = attach(stage.text());
        stage.say(
            std::to_string(size - static_cast<std::size_t>(std::count(memory, memory + size, std::byte{}))));
      },
      {}, fresh.text());
  EXPECT_EQ(reader.hear(), "0");
}

constexpr Clause table[]{
    {.id = "SVH-01",
     .title = "AnAcquireThatSeesAReleaseSeesEveryStoreBeforeIt",
     .source = "C++20 [intro.races] over shmop(2)",
     .body = release_is_seen_by_acquire},
    {.id = "SVH-02",
     .title = "ARemovedSegmentLivesWhileAttachedAndLinuxLetsOthersAttachStill",
     .source = "shmctl(2), IPC_RMID and NOTES",
     .body = segment_outlives_its_removal_while_attached},
    {.id = "SVH-03",
     .title = "AKilledProcessIsDetached",
     .source = "shmop(2); exit(3)",
     .body = killed_process_is_detached},
    {.id = "SVH-04",
     .title = "AStoreToAReadOnlyAttachmentIsASegmentationFault",
     .source = "shmop(2), SHM_RDONLY",
     .body = store_to_a_read_only_attachment_faults},
    {.id = "SVH-05",
     .title = "SegmentsAreLimitedByShmmniForAllTogetherAndTheirSizesByShmmax",
     .source = "shmget(2), ERRORS and shared memory limits",
     .body = limits_are_shared_by_all},
    {.id = "SVH-06",
     .title = "AttachmentsSurviveForkAndNotExec",
     .source = "shmop(2)",
     .body = attachments_survive_fork_and_not_exec},
    {.id = "SVH-07", .title = "ANewSegmentIsZero", .source = "shmget(2)", .body = new_segment_is_zero},
};

}  // namespace

const Section sysv_shm_section{.name = "SVH", .count = 7, .clauses = table};

}  // namespace ipcmark
