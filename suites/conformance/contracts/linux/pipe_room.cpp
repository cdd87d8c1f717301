// Bodies of PIPE clauses about how much fits, and what a writer sees of it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <sys/syscall.h>

#include <algorithm>
#include <random>

#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/pipes.hpp"

namespace ipcmark {
namespace {

// Writes of `least` to `most` bytes without waiting, between reads of any size. `allowed` judges what one of
// so many bytes returned, if it was not EAGAIN. What was written is what comes.
void write_without_waiting(Form form, int least, int most, bool (*allowed)(long size, long written)) {
  Pair pair(form);
  check(::fcntl(pair.pipe.write.fd(), F_SETFL, O_NONBLOCK), "fcntl");  // of the writer, too
  std::mt19937_64 random(case_settings().seed);
  std::uniform_int_distribution<int> sizes(least, most), reads(1, 70'000);
  const long capacity = slots_of(pair.pipe.read) * page_bytes();
  long in = 0, refused = 0, partial = 0;
  for (int k = 0; k < 400; ++k) {
    const int size = sizes(random);
    const std::string answer = ask(pair.writer, "bytes " + std::to_string(size));
    if (answer != "EAGAIN") {
      const long written = std::stol(answer);
      EXPECT_TRUE(allowed(size, written)) << size << " bytes: " << written;
      in += written;
      partial += written < size ? 1 : 0;
      continue;
    }
    ++refused;
    const long many = std::min<long>(reads(random), in);
    EXPECT_EQ(ask(pair.reader, "drain " + std::to_string(many)), std::to_string(many));
    in -= many;
    EXPECT_LE(in, capacity);
  }
  pair.hand_over();
  ask(pair.writer, "close");
  EXPECT_EQ(ask(pair.reader, "drain"), std::to_string(in));
  EXPECT_GT(refused, 0) << "the pipe was never full";
  observe(std::string(name_of(form)) + ": of 400 writes, " + std::to_string(refused) + " gave EAGAIN and " +
          std::to_string(partial) + " were partial");
}

}  // namespace

void small_write_is_whole_or_refused(Form form) {
  write_without_waiting(form, 1, PIPE_BUF, [](long size, long written) { return written == size; });
}

void large_write_may_be_partial(Form form) {
  write_without_waiting(form, PIPE_BUF + 1, 70'000,
                        [](long size, long written) { return 1 <= written && written <= size; });
  Pair pair(form);
  const long capacity = slots_of(pair.pipe.read) * page_bytes();
  check(::fcntl(pair.pipe.write.fd(), F_SETFL, O_NONBLOCK), "fcntl");
  const std::string more = "bytes " + std::to_string(capacity + 4464);
  EXPECT_EQ(ask(pair.writer, more), std::to_string(capacity));
  EXPECT_EQ(ask(pair.writer, more), "EAGAIN");
}

// The writer may have finished only when all but what the pipe holds was read.
void blocking_write_takes_all(Form form) {
  Pair pair(form);
  const long capacity = slots_of(pair.pipe.read) * page_bytes(), all = 3 * capacity + 17;
  pair.writer.say("bytes " + std::to_string(all));
  long left = all;
  while (left > capacity) {
    pair.writer.await_blocked_in(SYS_write);
    const long many = std::min(capacity / 2, left - capacity);
    EXPECT_EQ(ask(pair.reader, "drain " + std::to_string(many)), std::to_string(many));
    left -= many;
  }
  // A page of which a byte was read still takes its room.
  const long rest = std::min(left, page_bytes());
  EXPECT_EQ(ask(pair.reader, "drain " + std::to_string(rest)), std::to_string(rest));
  EXPECT_EQ(pair.writer.hear(), std::to_string(all));
  EXPECT_EQ(ask(pair.reader, "drain " + std::to_string(left - rest)), std::to_string(left - rest));
}

void capacity_is_what_fcntl_says(Form form) {
  for (const long pages : {0L, 1L, 4L}) {  // 0: as it was made
    for (const char* size : {"1", "4096"}) {
      Pair pair(form);
      if (pages > 0)
        check(::fcntl(pair.pipe.read.fd(), F_SETPIPE_SZ, pages * page_bytes()), "fcntl F_SETPIPE_SZ");
      const long capacity = check(::fcntl(pair.pipe.read.fd(), F_GETPIPE_SZ), "fcntl F_GETPIPE_SZ");
      EXPECT_EQ(ask(pair.writer, std::string("fill ") + size), std::to_string(capacity) + " EAGAIN");
      EXPECT_EQ(ask(pair.reader, "count 2000000"), std::to_string(capacity));
      // A user who has very many pipes gets smaller ones: PIPE-19.
      if (pages == 0 && capacity != 16 * page_bytes())
        observe("a new pipe has " + std::to_string(capacity) + " bytes instead of 16 pages");
    }
  }
}

void messages_take_whole_pages(Form form) {
  for (const long size : {1365L, 1366L, 2048L, 2049L, 3000L, 4095L}) {
    SCOPED_TRACE(std::to_string(size) + " bytes");
    Pair pair(form);
    const long fit = slots_of(pair.pipe.read) * (page_bytes() / size) * size;
    EXPECT_EQ(ask(pair.writer, "fill " + std::to_string(size)), std::to_string(fit) + " EAGAIN");
    EXPECT_EQ(ask(pair.reader, "count 2000000"), std::to_string(fit));
  }
}

void only_whole_pages_become_free(Form form) {
  Pair pair(form);
  const std::string page = std::to_string(page_bytes());
  check(::fcntl(pair.pipe.write.fd(), F_SETFL, O_NONBLOCK), "fcntl");
  ask(pair.writer, "fill " + page);
  EXPECT_EQ(ask(pair.writer, "poll"), "nothing");
  for (const long read : {100L, page_bytes() - 101}) {
    EXPECT_EQ(ask(pair.reader, "count " + std::to_string(read)), std::to_string(read));
    EXPECT_EQ(ask(pair.writer, "write x"), "EAGAIN");
    EXPECT_EQ(ask(pair.writer, "poll"), "nothing");
  }
  EXPECT_EQ(ask(pair.reader, "count 1"), "1");
  EXPECT_EQ(ask(pair.writer, "poll"), "OUT");
  EXPECT_EQ(ask(pair.writer, "write x"), "1");
}

}  // namespace ipcmark
