// Bodies of PIPE clauses about several writers or readers at a time.
#include <gtest/gtest.h>
#include <limits.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <sstream>

#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/pipes.hpp"

namespace ipcmark {
namespace {

constexpr std::size_t writers = 4;
using Sizes = std::array<std::size_t, writers>;  // of the writes of each

// Bytes that each writer sends in a race, if its writes are not so small that they take too long.
std::size_t writes_of(std::size_t size) {
  const std::size_t bytes = case_settings().quick ? 250'000 : 1'000'000;
  return std::clamp<std::size_t>(bytes / size, 20, 20'000);
}

// Its text is its letter. Told "SIZE COUNT", it writes that many times that many of its letter.
void write_letters(Stage& stage) {
  for (;;) {
    std::istringstream order(stage.hear());
    std::size_t size = 0, count = 0;
    order >> size >> count;
    const std::string piece(size, stage.text().front());
    bool whole = true;
    for (; count > 0; --count)
      whole &= ::write(stage.fd(0), piece.data(), size) == static_cast<ssize_t>(size);
    stage.say(whole ? "whole" : "a write returned less");
  }
}

// Told the size of each writer's writes and their count, it reads until it has them all, and says how often
// the letter changed, how often it did so in the midst of a write, and how many of each letter came.
void watch_letters(Stage& stage) {
  for (;;) {
    std::istringstream order(stage.hear());
    Sizes sizes{}, seen{};
    std::size_t left = 0;
    for (std::size_t& size : sizes) {
      std::size_t count = 0;
      order >> size >> count;
      left += size * count;
    }
    std::size_t changes = 0, torn = 0, last = writers;
    char piece[10'000];
    while (left > 0) {
      const ssize_t got = check(::read(stage.fd(0), piece, std::min(sizeof piece, left)), "read");
      if (got == 0) throw std::runtime_error("the end came before all the bytes");
      left -= static_cast<std::size_t>(got);
      for (ssize_t k = 0; k < got; ++k) {
        const auto letter = static_cast<std::size_t>(piece[k] - 'a');
        if (last != letter && last != writers) {
          ++changes;
          torn += seen[last] % sizes[last] != 0 ? 1U : 0U;
        }
        last = letter;
        ++seen.at(letter);
      }
    }
    std::string totals;
    for (const std::size_t total : seen) totals += " " + std::to_string(total);
    stage.say(std::to_string(changes) + " " + std::to_string(torn) + totals);
  }
}

struct Race {
  std::size_t changes = 0, torn = 0;
  std::string told() const {
    return std::to_string(torn) + " of " + std::to_string(changes) + " changes of writer";
  }
};

// Four processes that write into a pipe at once, and one that reads it.
class Arena {
 public:
  explicit Arena(Form form) : pipe_(form), reader_(watch_letters, {pipe_.read.raw()}) {
    for (std::size_t k = 0; k < writers; ++k)
      writers_.emplace_back(write_letters, std::vector{pipe_.write.raw()},
                            std::string(1, static_cast<char>('a' + k)));
  }
  Race race(const Sizes& sizes) {
    std::string all;
    for (const std::size_t size : sizes)
      all += std::to_string(size) + " " + std::to_string(writes_of(size)) + " ";
    reader_.say(all);
    for (std::size_t k = 0; k < writers; ++k)
      writers_[k].say(std::to_string(sizes[k]) + " " + std::to_string(writes_of(sizes[k])));
    for (Actor& writer : writers_) EXPECT_EQ(writer.hear(), "whole");
    std::istringstream answer(reader_.hear());
    Race result;
    answer >> result.changes >> result.torn;
    for (const std::size_t size : sizes) {
      std::size_t total = 0;
      answer >> total;
      EXPECT_EQ(total, size * writes_of(size)) << answer.str();
    }
    return result;
  }

 private:
  Pipe pipe_;
  Actor reader_;
  std::deque<Actor> writers_;
};

Sizes all_of(std::size_t size) { return {size, size, size, size}; }

std::uint64_t mixed(std::uint64_t number) {  // the finaliser of splitmix64
  number = (number ^ number >> 30U) * 0xBF58'476D'1CE4'E5B9U;
  number = (number ^ number >> 27U) * 0x94D0'49BB'1331'11EBU;
  return number ^ number >> 31U;
}

constexpr std::uint64_t records = 40'000;  // of one writer
std::uint64_t record_of(std::uint64_t writer, std::uint64_t number) { return writer << 32U | number; }

// Its text is its number. Writes its records, eight bytes each, some at a time.
void write_records(Stage& stage) {
  const std::uint64_t writer = std::stoul(stage.text());
  stage.hear();
  for (std::uint64_t next = 0; next < records;) {
    std::array<std::uint64_t, 16> piece{};
    const std::uint64_t many = std::min<std::uint64_t>(1 + next % piece.size(), records - next);
    for (std::uint64_t k = 0; k < many; ++k) piece[k] = record_of(writer, next++);
    check(::write(stage.fd(0), piece.data(), many * sizeof(std::uint64_t)), "write");
  }
  stage.say("wrote");
}

// Reads up to eight records at a time until the end; says how many they were, a sum that hardly another set
// of as many records has, and in how many places one came after a later one of the same writer.
void take_records(Stage& stage) {
  std::uint64_t count = 0, sum = 0, backwards = 0, latest[2]{};
  for (;;) {
    std::array<std::uint64_t, 8> piece{};
    const ssize_t got = check(::read(stage.fd(0), piece.data(), sizeof piece), "read");
    if (got == 0) break;
    ::sched_yield();  // so that the others get a turn on one processor, too
    if (got % 8 != 0) throw std::runtime_error("a part of a record came");
    for (std::size_t k = 0; k < static_cast<std::size_t>(got) / 8; ++k) {
      ++count;
      sum += mixed(piece[k]);
      std::uint64_t& before = latest[piece[k] >> 32U & 1U];
      backwards += piece[k] < before ? 1U : 0U;
      before = piece[k];
    }
  }
  stage.say(std::to_string(count) + " " + std::to_string(sum) + " " + std::to_string(backwards));
}

void several_readers_share(Form form) {
  Pipe pipe(form);
  std::deque<Actor> readers, senders;
  for (int k = 0; k < 4; ++k) readers.emplace_back(take_records, std::vector{pipe.read.raw()});
  for (int k = 0; k < 2; ++k)
    senders.emplace_back(write_records, std::vector{pipe.write.raw()}, std::to_string(k));
  pipe.write.reset();
  for (Actor& reader : readers) reader.await_blocked_in(SYS_read);
  for (Actor& sender : senders) sender.say("go");
  for (Actor& sender : senders) EXPECT_EQ(sender.hear(), "wrote");
  std::uint64_t wanted = 0, count = 0, sum = 0, busy = 0;
  for (std::uint64_t writer = 0; writer < 2; ++writer)
    for (std::uint64_t k = 0; k < records; ++k) wanted += mixed(record_of(writer, k));
  for (Actor& reader : readers) {
    const std::string line = reader.hear();
    std::istringstream answer(line);
    std::uint64_t its_count = 0, its_sum = 0, backwards = 1;
    answer >> its_count >> its_sum >> backwards;
    EXPECT_EQ(backwards, 0U) << line;
    count += its_count;
    sum += its_sum;
    busy += its_count > 0 ? 1U : 0U;
  }
  EXPECT_EQ(count, 2 * records);
  EXPECT_EQ(sum, wanted);
  if (busy < 2) throw Inconclusive("one of four readers got everything, so nothing was shared");
}

}  // namespace

void small_writes_are_never_torn() {
  for (const Form form : both_forms) {
    SCOPED_TRACE(name_of(form));
    Arena arena(form);
    std::size_t changes = 0;
    for (const Sizes& sizes : {all_of(1), all_of(512), all_of(PIPE_BUF - 1), all_of(PIPE_BUF),
                               Sizes{1, 512, PIPE_BUF - 1, PIPE_BUF}}) {
      const Race race = arena.race(sizes);
      EXPECT_EQ(race.torn, 0U) << race.told() << " with writes of " << sizes.back();
      if (sizes.back() > 1) changes += race.changes;  // a single byte cannot be torn
    }
    const Race control = arena.race(all_of(PIPE_BUF + 904));
    if (control.torn == 0) throw Inconclusive("no write of more than PIPE_BUF bytes was torn either");
    observe(std::string(name_of(form)) + ": " + std::to_string(changes) +
            " changes of writer, and of writes of 5000 bytes " + control.told() + " tore one");
  }
}

void large_writes_may_be_torn() {
  for (const Form form : both_forms) {
    SCOPED_TRACE(name_of(form));
    Arena arena(form);
    for (const std::size_t size : {4097U, 5000U, 12289U, 65537U}) {
      const Race race = arena.race(all_of(size));
      observe(std::to_string(size) + " bytes, " + name_of(form) + ": torn at " + race.told());
    }
  }
}

void every_byte_goes_to_one_reader() {
  for (const Form form : both_forms) {
    SCOPED_TRACE(name_of(form));
    several_readers_share(form);
  }
}

}  // namespace ipcmark
