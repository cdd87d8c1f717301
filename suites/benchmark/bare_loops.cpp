#include "suites/benchmark/bare_loops.hpp"

#include <fcntl.h>
#include <mqueue.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <vector>

#include "harness/errors.hpp"
#include "harness/os/clock.hpp"
#include "harness/os/cpu.hpp"
#include "suites/benchmark/bare_trips.hpp"

namespace ipcmark {
namespace {

// Runs `echo` in a forked process and `ask` here, each on its processor, and returns what `ask` returns.
template <class Ask, class Echo>
auto in_two_processes(BarePlace place, Ask ask, Echo echo) {
  const pid_t child = check(::fork(), "fork");
  if (child == 0) {
    os::pin_to(place.consumer);
    echo();
    ::_exit(0);
  }
  os::pin_to(place.producer);
  const auto result = ask();
  ::waitpid(child, nullptr, 0);
  return result;
}

// A file-descriptor pair for each way. A message is at most what one call moves whole.
BareTrips over_descriptors(BarePlace place, std::size_t size, std::uint64_t trips, const int (&there)[2],
                           const int (&back)[2]) {
  const auto bytes = static_cast<ssize_t>(size);
  return in_two_processes(
      place,
      [&] {
        std::vector<char> message(size, 'm');
        return time_trips(trips, [&](std::uint64_t) {
          must(::write(there[1], message.data(), size) == bytes);
          must(::read(back[0], message.data(), size) == bytes);
        });
      },
      [&] {
        std::vector<char> message(size);
        for (std::uint64_t k = all_of(trips); k > 0; --k) {
          must(::read(there[0], message.data(), size) == bytes);
          must(::write(back[1], message.data(), size) == bytes);
        }
      });
}

struct SharedMemory {
  explicit SharedMemory(std::size_t bytes) : size(bytes) {
    data = static_cast<std::byte*>(
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0));
    if (data == MAP_FAILED) throw_errno("mmap");
  }
  ~SharedMemory() { ::munmap(data, size); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  std::byte* data;
  std::size_t size;
};

using Index = std::atomic<std::uint64_t>;

// The published algorithm of a single-producer ring with cached indices (rigtorp/SPSCQueue describes it).
// Both sides tell of their index once for a batch; a last batch that is not full would never arrive.
template <std::uint64_t batch>
class IndexedRing {
 public:
  IndexedRing(std::byte* memory, std::size_t size, std::size_t depth)
      : head_(*reinterpret_cast<Index*>(memory)),
        tail_(*reinterpret_cast<Index*>(memory + 128)),
        slots_(memory + 256),
        size_(size),
        mask_(depth - 1) {}
  static std::size_t bytes(std::size_t size, std::size_t depth) { return 256 + size * depth; }

  void send(const std::byte* message) {
    while (next_ - seen_ > mask_) {
      if (seen_ = tail_.load(std::memory_order_acquire); next_ - seen_ > mask_) os::cpu_relax();
    }
    std::memcpy(slots_ + (next_ & mask_) * size_, message, size_);
    if (++next_ % batch == 0) head_.store(next_, std::memory_order_release);
  }
  void recv(std::byte* message) {
    while (seen_ == next_) {
      if (seen_ = head_.load(std::memory_order_acquire); seen_ == next_) os::cpu_relax();
    }
    std::memcpy(message, slots_ + (next_ & mask_) * size_, size_);
    if (++next_ % batch == 0) tail_.store(next_, std::memory_order_release);
  }

 private:
  Index &head_, &tail_;
  std::byte* slots_;
  std::size_t size_;
  std::uint64_t mask_, next_ = 0, seen_ = 0;
};

// A ring with a mark behind each slot's payload (FastForward, PPoPP 2008).
class MarkedRing {
 public:
  MarkedRing(std::byte* memory, std::size_t size, std::size_t depth)
      : tail_(*reinterpret_cast<Index*>(memory)), slots_(memory + 128), size_(size), mask_(depth - 1) {}
  static std::size_t bytes(std::size_t size, std::size_t depth) { return 128 + (size + 8) * depth; }

  void send(const std::byte* message) {
    while (next_ - seen_ > mask_) {
      if (seen_ = tail_.load(std::memory_order_acquire); next_ - seen_ > mask_) os::cpu_relax();
    }
    std::byte* slot = slots_ + (next_ & mask_) * (size_ + 8);
    std::memcpy(slot, message, size_);
    reinterpret_cast<Index*>(slot + size_)->store(++next_, std::memory_order_release);
  }
  void recv(std::byte* message) {
    std::byte* slot = slots_ + (next_ & mask_) * (size_ + 8);
    while (reinterpret_cast<Index*>(slot + size_)->load(std::memory_order_acquire) != next_ + 1)
      os::cpu_relax();
    std::memcpy(message, slot, size_);
    tail_.store(++next_, std::memory_order_release);
  }

 private:
  Index& tail_;
  std::byte* slots_;
  std::size_t size_;
  std::uint64_t mask_, next_ = 0, seen_ = 0;
};

template <class Ring>
double stream_through(BarePlace place, std::size_t size, std::size_t depth, std::uint64_t messages) {
  const SharedMemory memory(Ring::bytes(size, depth));
  std::vector<std::byte> mine(size, std::byte{0x5A});
  const double ns = in_two_processes(
      place,
      [&] {
        Ring ring(memory.data, size, depth);
        for (std::uint64_t k = messages / 10; k > 0; --k) ring.recv(mine.data());
        const std::uint64_t start = os::ticks();
        for (std::uint64_t k = messages; k > 0; --k) {
          ring.recv(mine.data());
          asm volatile("" : : "r"(mine.data()) : "memory");
        }
        return os::to_ns(static_cast<double>(os::ticks() - start));
      },
      [&] {
        Ring ring(memory.data, size, depth);
        for (std::uint64_t k = all_of(messages); k > 0; --k) {
          std::memcpy(mine.data(), &k, sizeof k);
          ring.send(mine.data());
        }
      });
  return static_cast<double>(messages) / ns * 1e9;
}

}  // namespace

BareTrips bare_pipe(BarePlace place, std::size_t size, std::uint64_t trips) {
  int there[2], back[2];
  check(::pipe(there), "pipe");
  check(::pipe(back), "pipe");
  const BareTrips result = over_descriptors(place, size, trips, there, back);
  for (const int end : {there[0], there[1], back[0], back[1]}) ::close(end);
  return result;
}

BareTrips bare_unix_stream(BarePlace place, std::size_t size, std::uint64_t trips) {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
  const BareTrips result = over_descriptors(place, size, trips, {ends[1], ends[0]}, {ends[0], ends[1]});
  ::close(ends[0]);
  ::close(ends[1]);
  return result;
}

BareTrips bare_posix_mq(BarePlace place, std::size_t size, std::uint64_t trips, const std::string& name) {
  mq_attr shape{};
  shape.mq_maxmsg = 10;
  shape.mq_msgsize = static_cast<long>(size);
  const auto open = [&](const char* way) {
    const std::string path = "/" + name + way;
    const mqd_t queue = check(::mq_open(path.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600, &shape), "mq_open");
    ::mq_unlink(path.c_str());
    return queue;
  };
  const mqd_t there = open("-there"), back = open("-back");
  const auto bytes = static_cast<ssize_t>(size);
  const BareTrips result = in_two_processes(
      place,
      [&] {
        std::vector<char> message(size, 'm');
        return time_trips(trips, [&](std::uint64_t) {
          must(::mq_send(there, message.data(), size, 0) == 0);
          must(::mq_receive(back, message.data(), size, nullptr) == bytes);
        });
      },
      [&] {
        std::vector<char> message(size);
        for (std::uint64_t k = all_of(trips); k > 0; --k) {
          must(::mq_receive(there, message.data(), size, nullptr) == bytes);
          must(::mq_send(back, message.data(), size, 0) == 0);
        }
      });
  ::mq_close(there);
  ::mq_close(back);
  return result;
}

BareTrips bare_cache_lines(BarePlace place, std::uint64_t trips) {
  const SharedMemory memory(4096);
  auto& there = *reinterpret_cast<Index*>(memory.data);
  auto& back = *reinterpret_cast<Index*>(memory.data + 512);
  const auto wait = [](const Index& line, std::uint64_t value) {
    while (line.load(std::memory_order_acquire) != value) os::cpu_relax();
  };
  return in_two_processes(
      place,
      [&] {
        return time_trips(trips, [&](std::uint64_t k) {
          there.store(k + 1, std::memory_order_release);
          wait(back, k + 1);
        });
      },
      [&] {
        for (std::uint64_t k = 1; k <= all_of(trips); ++k) {
          wait(there, k);
          back.store(k, std::memory_order_release);
        }
      });
}

BareTrips bare_ring_trips(BarePlace place, std::size_t size, std::size_t depth, std::uint64_t trips) {
  const SharedMemory there(MarkedRing::bytes(size, depth)), back(MarkedRing::bytes(size, depth));
  MarkedRing to(there.data, size, depth), from(back.data, size, depth);
  std::vector<std::byte> mine(size, std::byte{0x5A});
  return in_two_processes(
      place,
      [&] {
        return time_trips(trips, [&](std::uint64_t k) {
          std::memcpy(mine.data(), &k, sizeof k);
          to.send(mine.data());
          from.recv(mine.data());
          asm volatile("" : : "r"(mine.data()) : "memory");
        });
      },
      [&] {
        for (std::uint64_t k = all_of(trips); k > 0; --k) {
          to.recv(mine.data());
          from.send(mine.data());
        }
      });
}

double bare_ring(BarePlace place, std::size_t size, std::size_t depth, std::uint64_t messages,
                 BareRing kind) {
  switch (kind) {
    case BareRing::indexed: return stream_through<IndexedRing<1>>(place, size, depth, messages);
    case BareRing::batched: return stream_through<IndexedRing<16>>(place, size, depth, messages);
    case BareRing::marked: return stream_through<MarkedRing>(place, size, depth, messages);
  }
  return 0;
}

}  // namespace ipcmark
