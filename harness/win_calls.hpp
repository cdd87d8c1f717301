// Win32 on the timed path: what an error means, calls that a stop request has ended, and a handle as a stream
// of bytes.
#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "harness/mechanism.hpp"
#include "harness/os/wait.hpp"
#include "harness/os/win32/win32.hpp"

namespace ipcmark {

// A pipe whose other end is closed says any of three, by what was called and when: Microsoft, "System error
// codes".
inline Io io_of_error(DWORD error) noexcept {
  switch (error) {
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA:
    case ERROR_PIPE_NOT_CONNECTED: return {.status = Status::closed};
    default: return {.status = Status::error, .os_error = static_cast<int>(error)};
  }
}

// What follows a call that failed: again if something has ended it, unless this process is to stop.
template <class Call>
[[gnu::noinline, gnu::cold]] Io call_again(Call& call) noexcept {
  DWORD moved = 0;
  for (DWORD error = ::GetLastError(); error == ERROR_OPERATION_ABORTED; error = ::GetLastError()) {
    if (os::stop_requested()) return {.status = Status::stopped};
    if (call(moved) != FALSE) return {.size = moved};
  }
  return io_of_error(::GetLastError());
}

// Makes a call that says TRUE or FALSE, and how many bytes it moved. In line for the reason that
// harness/loops.hpp gives.
template <class Call>
[[gnu::always_inline]] inline Io retry_aborted(Call call) noexcept {
  DWORD moved = 0;
  if (call(moved) != FALSE) [[likely]]
    return {.size = moved};
  return call_again(call);
}

// Whether an object could be had at once.
inline bool taken_at_once(HANDLE object) noexcept {
  return ::WaitForSingleObject(object, 0) == WAIT_OBJECT_0;
}

// Waits for an object and takes it. The wait is alertable, so that a stop request ends it; what is there is
// taken all the same, since the request comes first in an alertable wait.
inline Io wait_for(HANDLE object) noexcept {
  for (;;) {
    const DWORD woken = ::WaitForSingleObjectEx(object, INFINITE, TRUE);
    if (woken == WAIT_OBJECT_0) [[likely]]
      return {};
    if (woken != WAIT_IO_COMPLETION) return io_of_error(::GetLastError());
    if (os::stop_requested()) return {.status = taken_at_once(object) ? Status::ok : Status::stopped};
  }
}

// The same, polling with Wait::spin.
inline Io take(HANDLE object, Wait wait) noexcept {
  if (wait != Wait::spin) return wait_for(object);
  return {.status = os::spin_until([&] { return taken_at_once(object); }) ? Status::ok : Status::stopped};
}

// Of a call that moves nothing.
inline Io io_of(BOOL done) noexcept { return done != FALSE ? Io{} : io_of_error(::GetLastError()); }

constexpr DWORD size_of_call(std::size_t bytes) noexcept {
  return static_cast<DWORD>(std::min<std::size_t>(bytes, std::numeric_limits<DWORD>::max()));
}

// Overlapped calls, one at a time: each is begun, and then waited for by its event, or by looking at its
// state, which is memory of this process and no call. Microsoft, "Synchronous and asynchronous I/O".
class OverlappedCalls {
 public:
  explicit OverlappedCalls(Wait wait)
      : wait_(wait), done_(os::require(::CreateEventW(nullptr, TRUE, FALSE, nullptr), "CreateEvent")) {}

  // `begin(state)` says TRUE, or FALSE with ERROR_IO_PENDING when it goes on. What a stop request ends may
  // have been done all the same, and then counts as done.
  template <class Begin>
  Io operator()(HANDLE file, Begin begin) noexcept {
    state_ = {};
    state_.hEvent = os::native(done_);
    if (begin(&state_) == FALSE) {
      if (const DWORD error = ::GetLastError(); error != ERROR_IO_PENDING) return io_of_error(error);
      if (!over()) return ended(file);
    }
    return result(file, FALSE);
  }

 private:
  bool pending() const noexcept {
    return static_cast<DWORD>(*static_cast<const volatile ULONG_PTR*>(&state_.Internal)) == STATUS_PENDING;
  }
  bool over() noexcept {
    if (wait_ == Wait::spin) return os::spin_until([&] { return !pending(); });
    return wait_for(os::native(done_)).status == Status::ok;
  }
  Io result(HANDLE file, BOOL wait) noexcept {
    DWORD moved = 0;
    if (::GetOverlappedResult(file, &state_, &moved, wait) != FALSE) return {.size = moved};
    return io_of_error(::GetLastError());
  }
  [[gnu::noinline]] Io ended(HANDLE file) noexcept {
    ::CancelIoEx(file, &state_);
    const Io io = result(file, TRUE);
    return io.os_error == ERROR_OPERATION_ABORTED ? Io{.status = Status::stopped} : io;
  }

  Wait wait_;
  os::Handle done_;
  OVERLAPPED state_{};
};

// See harness/framing.hpp. Pipes have no calls that gather or scatter, so what has two parts moves in two
// calls.
class HandleStream {
 public:
  explicit HandleStream(os::Handle handle) : handle_(std::move(handle)) {}

  Io write(std::span<const std::byte> first, std::span<const std::byte>) noexcept {
    return retry_aborted([&](DWORD& moved) {
      return ::WriteFile(os::native(handle_), first.data(), size_of_call(first.size()), &moved, nullptr);
    });
  }

  // No bytes are not the end, but a write of none: ReadFile, "Remarks".
  Io read(std::span<std::byte> first, std::span<std::byte>) noexcept {
    for (;;) {
      const Io io = retry_aborted([&](DWORD& moved) {
        return ::ReadFile(os::native(handle_), first.data(), size_of_call(first.size()), &moved, nullptr);
      });
      if (io.status != Status::ok || io.size != 0) [[likely]]
        return io;
    }
  }

 private:
  os::Handle handle_;
};

}  // namespace ipcmark
