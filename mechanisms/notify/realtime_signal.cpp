// Queued real-time signals: sent with sigqueue(3) to the consumer's process, taken from a signalfd(2):
// signal(7). They carry no payload here.
//
// Wake-ups are counted by the kernel's queue: each sigqueue of a real-time signal is one entry, each read of
// a signalfd_siginfo takes one, none merges; ordinary signals would, a second one that is pending is dropped.
// The count of queued signals is one for all processes of a user, and its bound is RLIMIT_SIGPENDING of the
// receiver (measured: a limit of 500 holds there and not in the sender; getrlimit(2) speaks of "the calling
// process"). Beyond it sigqueue says EAGAIN, while kill(2) of the same signal reports success and the wake-up
// is lost (measured: 1000 of 1000). No call waits until the queue has room, so that a full send yields the
// processor and tries again, with every kind of wait. A consumer's death is noticed by the sender alone, as
// ESRCH once somebody has reaped it.
//
// The signal is SIGRTMIN and up, by the link's number, and is blocked in the consumer, which a signalfd
// needs; the signal that stops a child stays as it is. The consumer's number goes to the producers through a
// little memory without a name (memfd_create(2)) when they open, so that nothing is left of a killed run.
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <atomic>
#include <new>

#include "harness/fd_stream.hpp"
#include "harness/os/memory.hpp"

namespace ipcmark {
namespace {

using Word = std::atomic<std::uint32_t>;

struct Meeting {
  int number = 0;   // of the signal; written before any child starts
  Word consumer{};  // its process, 0 before it has opened
};

class RealtimeSignalLink final : public Link {
 public:
  explicit RealtimeSignalLink(const Options& options) {
    rlimit pending{};
    check(::getrlimit(RLIMIT_SIGPENDING, &pending), "getrlimit RLIMIT_SIGPENDING");
    if (pending.rlim_cur == 0)
      throw Unsupported(
          "RLIMIT_SIGPENDING is 0, so that no signal can be queued; raise it with ulimit -i 1024");
    memory_ = os::create_shared_memory(os::Memory::memfd, options.run, options.link, sizeof(Meeting));
    const auto numbers = static_cast<unsigned>(SIGRTMAX - SIGRTMIN + 1);
    ::new (memory_->data()) Meeting{.number = SIGRTMIN + static_cast<int>(options.link % numbers)};
  }
  Ticket ticket(Role) override { return {.address = memory_->address(), .handles = memory_->handles()}; }
  void handed_over() override { memory_->handed_over(); }

 private:
  std::unique_ptr<os::SharedMemory> memory_;
};

os::Handle queue_of(int number) {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, number);
  check(::sigprocmask(SIG_BLOCK, &signals, nullptr), "sigprocmask");
  return os::Handle(check(::signalfd(-1, &signals, SFD_CLOEXEC), "signalfd"));
}

class RealtimeSignalEndpoint final : public Endpoint {
 public:
  RealtimeSignalEndpoint(const Ticket& ticket, Role role, Wait wait) {
    const os::Mapping memory =
        os::open_shared_memory(os::Memory::memfd, ticket.address, ticket.handles, sizeof(Meeting));
    Meeting& meeting = *std::launder(reinterpret_cast<Meeting*>(memory.data()));
    number_ = meeting.number;
    if (role == Role::consumer) {
      queue_ = polling(queue_of(number_), wait);
      meeting.consumer.store(static_cast<std::uint32_t>(::getpid()), std::memory_order_release);
      os::wake_all(meeting.consumer);
      return;
    }
    std::uint32_t consumer = 0;
    while ((consumer = meeting.consumer.load(std::memory_order_acquire)) == 0)
      os::wait_on(meeting.consumer, 0);
    consumer_ = static_cast<pid_t>(consumer);
  }

  Io send(std::span<const std::byte>) noexcept override {
    const Io io = retry_interrupted([&] {
      const int queued = ::sigqueue(consumer_, number_, sigval{});
      if (queued == -1 && errno == EAGAIN) {
        ::sched_yield();
        errno = EAGAIN;
      }
      return queued;
    });
    return io.status == Status::error && io.os_error == ESRCH ? Io{.status = Status::closed} : io;
  }
  Io recv(std::span<std::byte>) noexcept override {
    signalfd_siginfo taken;
    const Io io = retry_interrupted([&] { return ::read(queue_.fd(), &taken, sizeof taken); });
    return {.size = 0, .status = io.status, .os_error = io.os_error};
  }

 private:
  int number_ = 0;
  pid_t consumer_ = 0;  // a producer's
  os::Handle queue_;    // the consumer's
};

}  // namespace

extern constinit const Mechanism realtime_signal{
    .traits = {.name = "realtime_signal",
               .family = "notify",
               .summary = "queued real-time signals through a signalfd",
               .manual = "signal(7)",
               .framing = Framing::signal,
               .waits = blocks_or_polls,
               .many_producers = true,
               .survives_peer_kill = true},
    .create = create_as<RealtimeSignalLink>,
    .open = open_as<RealtimeSignalEndpoint>,
    .loops = loops_of<RealtimeSignalEndpoint>,
};

}  // namespace ipcmark
