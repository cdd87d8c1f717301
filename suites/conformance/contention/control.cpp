// The positive control of contention: a mechanism in shared memory that nothing synchronises, played and
// judged as all others are. It is in no list.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>

#include "harness/os/memory.hpp"
#include "harness/os/wait.hpp"
#include "suites/conformance/contention/folder.hpp"
#include "suites/conformance/contention/round.hpp"

namespace ipcmark {
namespace {

using namespace contention;

constexpr std::size_t room = 8192;

struct Slot {
  std::atomic<std::uint64_t> size = 0, count = 0;
  std::byte payload[room];
};

// One message lies there, and is written over whether it was read or not, and while it is read.
class Unsynchronised final : public Endpoint {
 public:
  explicit Unsynchronised(os::Mapping memory)
      : memory_(std::move(memory)), slot_(std::launder(reinterpret_cast<Slot*>(memory_.data()))) {}

  Io send(std::span<const std::byte> message) noexcept override {
    slot_->size.store(message.size(), std::memory_order_relaxed);
    copy(slot_->payload, message.data(), message.size());
    slot_->count.fetch_add(1, std::memory_order_relaxed);
    return {.size = message.size()};
  }
  Io recv(std::span<std::byte> buffer) noexcept override {
    if (!os::spin_until([&] { return slot_->count.load(std::memory_order_relaxed) != seen_; }))
      return {.status = Status::stopped};
    seen_ = slot_->count.load(std::memory_order_relaxed);
    const std::size_t size = slot_->size.load(std::memory_order_relaxed);
    copy(buffer.data(), slot_->payload, size);
    return {.size = size};
  }

 private:
  // Byte by byte, which takes longer than memcpy, and as atomics, since a data race is undefined.
  static void copy(std::byte* to, const std::byte* from, std::size_t size) noexcept {
    for (std::size_t k = 0; k < size; ++k) {
      const std::byte one = std::atomic_ref(const_cast<std::byte&>(from[k])).load(std::memory_order_relaxed);
      std::atomic_ref(to[k]).store(one, std::memory_order_relaxed);
    }
  }
  os::Mapping memory_;
  Slot* slot_;
  std::uint64_t seen_ = 0;
};

// The memory's address is the actor's first line.
class UnsynchronisedMedium final : public Medium {
 public:
  UnsynchronisedMedium()
      : memory_(os::create_shared_memory(os::Memory::posix_shm, session_.id(), session_.next_link(),
                                         sizeof(Slot))) {
    ::new (memory_->data()) Slot;
  }
  Actor& start(Side, const std::string& order) override {
    Actor& actor = actors_.emplace_back(Play([](Stage& stage) {
                                          os::listen_for_stop();
                                          const std::string address = stage.hear();
                                          Unsynchronised end(os::open_shared_memory(
                                              os::Memory::posix_shm, address, stage.handles(), sizeof(Slot)));
                                          take_part(stage, end);
                                        }),
                                        memory_->handles(), order);
    actor.say(memory_->address());
    return actor;
  }
  void hand_over() override {}

 private:
  Session session_;
  std::unique_ptr<os::SharedMemory> memory_;
  std::deque<Actor> actors_;
};

}  // namespace

// It may take more than one round until the writer is pushed off its processor, or met, within a message.
void an_unsynchronised_copy_is_caught() {
  constexpr int most_rounds = 20;
  const CaseFolder folder(true);
  Round round{.clause = "CON-00", .mechanism = "none", .seed = case_settings().seed, .messages = 1000};
  round.perturbations = every_perturbation();
  round.largest = room;
  round.rules = {.delivery = Delivery::lossy, .fifo = false};
  for (int k = 1; k <= most_rounds; ++k) {
    UnsynchronisedMedium medium;
    const RoundOutcome outcome = play(round, medium, folder.path());
    ASSERT_EQ(outcome.failure, "");
    const std::uint64_t torn = outcome.judgement.counts[static_cast<std::size_t>(Defect::torn)];
    if (torn == 0) continue;
    EXPECT_FALSE(outcome.judgement.clean());
    observe(fmt::format("{} of {} were torn, in round {}", torn, outcome.judgement.received, k));
    return;
  }
  throw Inconclusive(fmt::format("nothing was torn in {} rounds of {} messages without any synchronisation",
                                 most_rounds, round.messages));
}

}  // namespace ipcmark
