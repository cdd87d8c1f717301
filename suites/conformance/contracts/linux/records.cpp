#include "suites/conformance/contracts/linux/records.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/message.hpp"
#include "harness/os/cpu.hpp"
#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/props.hpp"

namespace ipcmark {
namespace {

using Word = std::atomic<std::uint64_t>;
static_assert(Word::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free &&
              std::atomic<std::uint16_t>::is_always_lock_free &&
              std::atomic<std::uint8_t>::is_always_lock_free);

// A record is a message with a stamp, so that what is under test is the check of every message that this
// program receives: harness/message.hpp. Its words are stored and loaded one by one, as copying does, and
// each of them is whole: SHM-07.
constexpr std::size_t record_words = 64, record_bytes = record_words * 8;
struct Board {
  std::array<Word, record_words> record;
  std::atomic<bool> enough;
  std::atomic<std::uint64_t> written;
};
using Copy = std::array<std::uint64_t, record_words>;

StampLayout layout() { return {record_bytes, 7, 1}; }

Copy record_number(std::uint64_t number) {
  Copy copy;
  copy.fill(number);
  stamp(layout(), reinterpret_cast<std::byte*>(copy.data()), number, number);
  return copy;
}

void write_to(Board& board, std::uint64_t number) {
  const Copy copy = record_number(number);
  for (std::size_t k = 0; k < record_words; ++k) board.record[k].store(copy[k], std::memory_order_relaxed);
}

Copy read_from(const Board& board) {
  Copy copy;
  for (std::size_t k = 0; k < record_words; ++k) copy[k] = board.record[k].load(std::memory_order_relaxed);
  return copy;
}

// Neither waits for the reader nor tells it when a record is whole.
void write_without_protocol(Stage& stage) {
  os::pin_to(static_cast<unsigned>(std::stoul(stage.text())));
  const SharedBlock<Board> board(stage.fd(0));
  write_to(*board.operator->(), 0);
  stage.say("first");
  stage.hear();
  for (std::uint64_t number = 1; !board->enough.load(std::memory_order_relaxed); ++number) {
    write_to(*board.operator->(), number);
    board->written.store(number, std::memory_order_relaxed);
  }
  stage.say("stopped");
  Stage::wait_to_be_killed();
}

// What a reader makes of records: how many its two checks call torn, and whether a word ever went back. What
// it finds again, since the writer did not run meanwhile, is not another record.
struct Verdict {
  long looks = 0, read = 0, torn_by_stamp = 0, torn_by_words = 0, gone_back = 0;
  Copy last{};

  void see(const Copy& copy) {
    if (looks++ != 0 && copy == last) return;
    ++read;
    Checker checker(layout());
    checker.see(std::as_bytes(std::span(copy)));
    torn_by_stamp += checker.tally().torn != 0 ? 1 : 0;
    // Word 1 is the time of sending, which is the number here, and so is all that lies between it and the
    // tail.
    const bool whole = copy == record_number(copy[1]);
    torn_by_words += whole ? 0 : 1;
    for (std::size_t k = 1; k + 1 < record_words; ++k) gone_back += copy[k] < last[k] ? 1 : 0;
    last = copy;
  }
};

// Looks so many times, or until enough was seen torn; says the counts.
void read_without_protocol(Stage& stage) {
  os::pin_to(static_cast<unsigned>(std::stoul(stage.text())));
  const SharedBlock<Board> board(stage.fd(0));
  for (;;) {
    std::istringstream words(stage.hear());
    long most = 0, enough_torn = 0;
    words >> most >> enough_torn;
    Verdict verdict;
    while (verdict.looks < most && std::min(verdict.torn_by_stamp, verdict.torn_by_words) < enough_torn)
      verdict.see(read_from(*board.operator->()));
    for (const long count :
         {verdict.looks, verdict.read, verdict.torn_by_stamp, verdict.torn_by_words, verdict.gone_back})
      stage.say(std::to_string(count));
  }
}

Verdict verdict_of(Actor& reader, const char* looks_and_torn) {
  reader.say(looks_and_torn);
  Verdict verdict;
  for (long* count :
       {&verdict.looks, &verdict.read, &verdict.torn_by_stamp, &verdict.torn_by_words, &verdict.gone_back})
    *count = number_from(reader);
  return verdict;
}

void expect_all_whole(const Verdict& verdict) {
  EXPECT_EQ(verdict.looks, 1000);
  EXPECT_EQ(verdict.read, 1);
  EXPECT_EQ(verdict.torn_by_stamp, 0);
  EXPECT_EQ(verdict.torn_by_words, 0);
}

// Every width at several places of a cache line, the last of which ends it; patterns of which no half fits
// another.
struct alignas(64) Atomics {
  Word wide_first;
  std::atomic<std::uint8_t> byte;
  std::atomic<std::uint16_t> half;
  std::atomic<std::uint32_t> word;
  std::array<std::byte, 40> between;
  Word wide_last;
};
struct Patterns {
  Atomics atomics;
  std::atomic<bool> enough;
};
constexpr std::array<std::uint64_t, 4> patterns{0, ~0ULL, 0x5555'5555'5555'5555, 0xAAAA'AAAA'AAAA'AAAA};

template <class T>
bool is_pattern(T value) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [value](std::uint64_t pattern) { return value == static_cast<T>(pattern); });
}

void store_patterns(Stage& stage) {
  os::pin_to(static_cast<unsigned>(std::stoul(stage.text())));
  const SharedBlock<Patterns> shared(stage.fd(0));
  stage.say(std::to_string(reinterpret_cast<std::uintptr_t>(shared.operator->())));
  Atomics& atomics = shared->atomics;
  for (std::size_t k = 0; !shared->enough.load(std::memory_order_relaxed); k = (k + 1) % patterns.size()) {
    const std::uint64_t pattern = patterns[k];
    atomics.wide_first.store(pattern, std::memory_order_relaxed);
    atomics.byte.store(static_cast<std::uint8_t>(pattern), std::memory_order_relaxed);
    atomics.half.store(static_cast<std::uint16_t>(pattern), std::memory_order_relaxed);
    atomics.word.store(static_cast<std::uint32_t>(pattern), std::memory_order_relaxed);
    atomics.wide_last.store(pattern, std::memory_order_relaxed);
  }
  stage.say("stopped");
}

struct Loaded {
  long looks = 0, torn = 0, changes = 0;
};
Loaded load_patterns(const Atomics& atomics, long most_looks, long most_changes) {
  Loaded loaded;
  std::uint64_t last = 0;
  for (; loaded.looks < most_looks && loaded.changes < most_changes; ++loaded.looks) {
    const std::uint64_t first = atomics.wide_first.load(std::memory_order_relaxed);
    const bool whole = is_pattern(first) && is_pattern(atomics.byte.load(std::memory_order_relaxed)) &&
                       is_pattern(atomics.half.load(std::memory_order_relaxed)) &&
                       is_pattern(atomics.word.load(std::memory_order_relaxed)) &&
                       is_pattern(atomics.wide_last.load(std::memory_order_relaxed));
    loaded.torn += whole ? 0 : 1;
    loaded.changes += first != last ? 1 : 0;
    last = first;
  }
  return loaded;
}

// A record large enough that a kill hits the middle of it: the writer takes about a millisecond for each.
constexpr std::size_t large = std::size_t{4} << 20;
struct Guarded {
  Word sequence;  // odd while the record is written
  std::array<std::uint8_t, large> record;
};

void write_large_records(Stage& stage) {
  const SharedBlock<Guarded> shared(stage.fd(0));
  for (std::uint64_t number = shared->sequence.load() / 2 + 1;; ++number) {
    shared->sequence.store(2 * number - 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    std::memset(shared->record.data(), static_cast<int>(number % 256), large);
    shared->sequence.store(2 * number, std::memory_order_release);
  }
}

}  // namespace

void atomics_are_never_torn() {
  const SharedBlock<Patterns> shared;
  const Places places = two_places();
  os::pin_to(places.first);
  Actor writer(store_patterns, {shared.raw()}, std::to_string(places.second));
  const auto theirs = static_cast<std::uintptr_t>(number_from(writer));
  // While the first is mapped, a second mapping lies elsewhere.
  const SharedBlock<Patterns> other(static_cast<int>(shared.raw()));
  const SharedBlock<Patterns>& mine =
      reinterpret_cast<std::uintptr_t>(shared.operator->()) == theirs ? other : shared;
  EXPECT_NE(reinterpret_cast<std::uintptr_t>(mine.operator->()), theirs);
  const long changes = case_settings().quick ? 100'000 : 1'000'000;
  const Loaded loaded = load_patterns(mine->atomics, 20'000'000, changes);
  shared->enough.store(true);
  EXPECT_EQ(writer.hear(), "stopped");
  EXPECT_EQ(loaded.torn, 0);
  observe(std::to_string(loaded.changes) + " changes seen");
  if (loaded.changes < 1000) throw Inconclusive("reader and writer hardly ran at the same time");
}

void records_tear() {
  const SharedBlock<Board> board;
  const Places places = two_places();
  Actor writer(write_without_protocol, {board.raw()}, std::to_string(places.second));
  Actor reader(read_without_protocol, {board.raw()}, std::to_string(places.first));
  EXPECT_EQ(writer.hear(), "first");
  expect_all_whole(verdict_of(reader, "1000 1000"));
  writer.say("go");
  while (board->written.load() == 0) ::sched_yield();
  const Verdict verdict = verdict_of(reader, "4000000 100");
  board->enough.store(true);
  EXPECT_EQ(writer.hear(), "stopped");
  expect_all_whole(verdict_of(reader, "1000 1000"));

  EXPECT_EQ(verdict.gone_back, 0);
  // A torn stamp is a torn record; the stamp does not see what is torn between its words.
  EXPECT_LE(verdict.torn_by_stamp, verdict.torn_by_words);
  record("records_read", verdict.read);
  record("torn", verdict.torn_by_words);
  observe(std::to_string(verdict.torn_by_words) + " of " + std::to_string(verdict.read) +
          " records were torn, and the stamps of " + std::to_string(verdict.torn_by_stamp) + " told; on " +
          (places.apart() ? "two processors" : "one processor"));
  if (verdict.torn_by_stamp == 0)
    throw Inconclusive("no record was ever seen torn, so that a check which sees none proves nothing here");
}

void killed_writer_leaves_half() {
  const int kills = case_settings().quick ? 10 : 30;
  const SharedBlock<Guarded> shared;
  int torn = 0, whole = 0;
  for (int kill = 0; kill < kills; ++kill) {
    const std::uint64_t before = shared->sequence.load();
    Actor writer(write_large_records, {shared.raw()});
    // Two records later it runs at full speed, and is at the begin of one.
    while (shared->sequence.load() < before + 4 || shared->sequence.load() % 2 == 0) ::sched_yield();
    writer.kill();
    const auto& record = shared->record;
    const bool half = std::any_of(record.begin(), record.end(), [&](auto byte) { return byte != record[0]; });
    torn += half ? 1 : 0;
    if (shared->sequence.load() % 2 == 0) {
      ++whole;
      EXPECT_FALSE(half) << "a record is torn and its sequence says that it is whole";
      EXPECT_EQ(record[0], shared->sequence.load() / 2 % 256);
    }
  }
  observe(std::to_string(torn) + " of " + std::to_string(kills) + " kills left a record half written, " +
          std::to_string(whole) + " came between two records");
  if (torn == 0) throw Inconclusive("no kill came in the middle of a record");
}

}  // namespace ipcmark
