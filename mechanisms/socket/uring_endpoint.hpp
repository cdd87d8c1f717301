// What the sockets over io_uring(7) share: a connected byte-stream socket whose every call is one entry of a
// ring.
//
// There is one ring per endpoint, made in the child, with the socket as its registered file 0 and one
// operation under way at a time: a message of a closed loop leaves nothing to batch, so this is what the ring
// costs, and not what it may save. An operation that is told to stop is cancelled and waited for, since until
// then the kernel owns its buffer.
//
// A send carries MSG_WAITALL, which makes it what write(2) on a blocking socket is: complete once everything
// has been taken. Without it a send of 1 MiB completes with what fits at once, and took five operations
// through AF_UNIX (measured). A kernel before 5.19 ignores it there, and the framing goes on with the rest.
#pragma once

#include <liburing.h>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "harness/fd_stream.hpp"
#include "harness/framing.hpp"
#include "harness/mechanism.hpp"
#include "harness/os/host.hpp"

namespace ipcmark {

enum class Submission : std::uint8_t {
  by_call,   // io_uring_enter(2) for every operation
  by_thread  // IORING_SETUP_SQPOLL: a thread of the kernel looks for them
};

struct RingExit {
  void operator()(io_uring* ring) const noexcept {
    ::io_uring_queue_exit(ring);
    delete ring;
  }
};
using Ring = std::unique_ptr<io_uring, RingExit>;

// A ring, or null with the negative errno of io_uring_setup(2).
inline Ring try_ring(unsigned flags, int& result) {
  constexpr unsigned entries = 4;  // an operation, its cancellation, and room
  auto ring = std::make_unique<io_uring>();
  result = ::io_uring_queue_init(entries, ring.get(), flags);
  return result < 0 ? nullptr : Ring(ring.release());
}

// With DEFER_TASKRUN what completes an operation runs when its owner enters the kernel to wait, and
// interrupts nobody. A ring whose owner spins never enters, and one with SQPOLL has no such work. Linux
// before 6.1 does not know the flag.
inline Ring make_ring(Submission submission, Wait wait, int& result) {
  if (submission == Submission::by_thread) return try_ring(IORING_SETUP_SQPOLL, result);
  if (wait != Wait::spin) {
    if (Ring ring = try_ring(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, result)) return ring;
    if (result != -EINVAL) return nullptr;
  }
  return try_ring(0, result);
}

// Why io_uring_setup(2) said EPERM or EACCES.
inline std::string why_forbidden(Submission submission) {
  const auto disabled = os::number_in("/proc/sys/kernel/io_uring_disabled").value_or(0);
  if (disabled != 0) {
    return "kernel.io_uring_disabled is " + std::to_string(disabled) +
           "; lift it with sysctl -w kernel.io_uring_disabled=0";
  }
  std::string filter =
      "a seccomp filter forbids it; a container runs without one by --security-opt seccomp=unconfined";
  if (submission == Submission::by_call) return filter;
  return filter + "; before Linux 5.13 a thread that polls also takes CAP_SYS_NICE, as root has it";
}

[[noreturn]] inline void throw_no_ring(int error, Submission submission) {
  const std::string refused = "io_uring_setup says " + std::generic_category().message(error) + ": ";
  switch (error) {
    case ENOSYS:
      throw Unsupported(refused +
                        "this kernel is older than Linux 5.1 or built without CONFIG_IO_URING, or a seccomp "
                        "filter hides it; a container runs without one by --security-opt seccomp=unconfined");
    case EPERM:
    case EACCES: throw Unsupported(refused + why_forbidden(submission));
    case ENOMEM:
      throw Unsupported(refused +
                        "before Linux 5.12 a ring counts as locked memory; raise the limit with ulimit -l");
    default: errno = error; throw_errno("io_uring_setup");
  }
}

inline Ring ring_or_throw(Submission submission, Wait wait) {
  int result = 0;
  Ring ring = make_ring(submission, wait, result);
  if (!ring) throw_no_ring(-result, submission);
  return ring;
}

// For a Link: throws Unsupported when this host refuses such a ring.
inline void require_ring(Submission submission) { ring_or_throw(submission, Wait::block); }

// See harness/framing.hpp.
class UringStream {
 public:
  UringStream(os::Handle socket, Submission submission, Wait wait)
      : ring_(ring_or_throw(submission, wait)), spins_(wait == Wait::spin) {
    // A ring whose kernel thread polls is taken down by a queue of the kernel after its process was killed,
    // and what it has registered with it: seconds later, as measured (Linux 6.18), and the other side noticed
    // nothing until then.
    if (submission == Submission::by_thread) {
      socket_ = std::move(socket);
      fd_ = socket_.fd();
      file_flag_ = 0;
      return;
    }
    const int fd = socket.fd();
    errno = -::io_uring_register_files(ring_.get(), &fd, 1);  // the ring has its own reference from here on
    if (errno > 0) throw_errno("io_uring_register_files");
    ::io_uring_register_ring_fd(ring_.get());  // only makes entering cheaper; Linux before 5.18 refuses
  }

  Io write(std::span<const std::byte> first, std::span<const std::byte> second) noexcept {
    if (second.empty()) {
      return complete([&](io_uring_sqe* entry) {
        ::io_uring_prep_send(entry, fd_, first.data(), first.size(), send_flags);
      });
    }
    std::array<iovec, 2> pieces{{{const_cast<std::byte*>(first.data()), first.size()},
                                 {const_cast<std::byte*>(second.data()), second.size()}}};
    const msghdr message = gathering(pieces);
    return complete([&](io_uring_sqe* entry) { ::io_uring_prep_sendmsg(entry, fd_, &message, send_flags); });
  }

  Io read(std::span<std::byte> first, std::span<std::byte> second) noexcept {
    Io io;
    if (second.empty()) {
      io = complete(
          [&](io_uring_sqe* entry) { ::io_uring_prep_recv(entry, fd_, first.data(), first.size(), 0); });
    } else {
      std::array<iovec, 2> pieces{{{first.data(), first.size()}, {second.data(), second.size()}}};
      msghdr message = gathering(pieces);
      io = complete([&](io_uring_sqe* entry) { ::io_uring_prep_recvmsg(entry, fd_, &message, 0); });
    }
    if (io.status == Status::ok && io.size == 0) io.status = Status::closed;  // end of file
    return io;
  }

 private:
  static constexpr int send_flags = MSG_NOSIGNAL | MSG_WAITALL;
  static constexpr std::uint64_t operation = 1, cancellation = 2;  // user_data

  static msghdr gathering(std::array<iovec, 2>& pieces) noexcept {
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    return message;
  }

  // Prepares an operation, submits it, and waits for its result.
  template <class Prepare>
  Io complete(Prepare prepare) noexcept {
    for (;;) {
      io_uring_sqe* entry = ::io_uring_get_sqe(ring_.get());
      prepare(entry);
      entry->flags |= file_flag_;
      entry->user_data = operation;
      const int submitted =
          spins_ ? ::io_uring_submit(ring_.get()) : ::io_uring_submit_and_wait(ring_.get(), 1);
      if (submitted < 0 && submitted != -EINTR) [[unlikely]]
        return {.status = Status::error, .os_error = -submitted};
      const int result = ready() || await() ? take() : cancel();
      if (result >= 0) [[likely]]
        return {.size = static_cast<std::size_t>(result)};
      if (result != -EINTR && result != -EAGAIN && result != -ECANCELED) return io_of_errno(-result);
      if (os::stop_requested()) return {.status = Status::stopped};
    }
  }

  bool ready() const noexcept { return ::io_uring_cq_ready(ring_.get()) != 0; }

  // True when the operation has completed, false when told to stop before.
  bool await() noexcept {
    if (spins_) return os::spin_until([this] { return ready(); });
    while (!ready()) {
      if (os::stop_requested()) return false;
      ::io_uring_submit_and_wait(ring_.get(), 1);  // returns early when a signal comes
    }
    return true;
  }

  int take() noexcept { return take_any().second; }

  // What has completed and its result.
  std::pair<std::uint64_t, int> take_any() noexcept {
    io_uring_cqe* entry = nullptr;
    ::io_uring_peek_cqe(ring_.get(), &entry);
    const std::pair taken(std::uint64_t{entry->user_data}, int{entry->res});
    ::io_uring_cqe_seen(ring_.get(), entry);
    return taken;
  }

  // The result of the operation, which may have succeeded meanwhile.
  [[gnu::noinline, gnu::cold]] int cancel() noexcept {
    io_uring_sqe* entry = ::io_uring_get_sqe(ring_.get());
    ::io_uring_prep_cancel64(entry, operation, 0);
    entry->user_data = cancellation;
    ::io_uring_submit(ring_.get());
    int result = 0;
    for (int left = 2; left > 0; --left) {
      while (!ready()) ::io_uring_submit_and_wait(ring_.get(), 1);
      const auto [which, its_result] = take_any();
      if (which == operation) result = its_result;
    }
    return result;
  }

  Ring ring_;
  bool spins_;
  os::Handle socket_;
  int fd_ = 0;
  std::uint8_t file_flag_ = IOSQE_FIXED_FILE;
};

// A Link of the plain mechanism, where this kernel has such rings.
template <class Plain, Submission submission>
class UringLink final : public Plain {
 public:
  explicit UringLink(const Options& options) : Plain(options) { require_ring(submission); }
};

// An endpoint of it; `connect` makes the socket of a ticket.
template <os::Handle (*connect)(const Ticket&, Role), Submission submission>
class UringEndpoint final : public Endpoint {
 public:
  UringEndpoint(const Ticket& ticket, Role role, Wait wait)
      : frames_(UringStream(connect(ticket, role), submission, wait), ticket.max_message) {}

  Io send(std::span<const std::byte> message) noexcept final { return frames_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept final { return frames_.recv(buffer); }

 private:
  Framed<UringStream> frames_;
};

}  // namespace ipcmark
