// A channel is a named pipe in byte mode, of which both ends are open for overlapped calls, so that one
// thread can wait for several of them with a time limit. Anonymous pipes go one way and have no overlapped
// calls.
#include "harness/os/channel.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <vector>

#include "harness/os/process.hpp"
#include "harness/os/win32/win32.hpp"

namespace ipcmark::os {
namespace {

constexpr DWORD pipe_buffer = 65536;  // bytes, for each direction

Handle create_event() { return require(::CreateEventW(nullptr, TRUE, FALSE, nullptr), "CreateEvent"); }

// A read that is begun before anything has come. Its memory must stay where it is until it has ended.
class Reading {
 public:
  explicit Reading(HANDLE pipe) : pipe_(pipe), done_(create_event()) {}
  ~Reading() {
    if (!under_way_) return;
    ::CancelIoEx(pipe_, &overlapped_);
    ::WaitForSingleObject(done(), INFINITE);
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  HANDLE done() const noexcept { return native(done_); }  // set once it has ended

  void begin() noexcept {
    if (under_way_) return;
    overlapped_ = {};
    overlapped_.hEvent = done();
    const BOOL at_once = ::ReadFile(pipe_, bytes_.data(), DWORD{sizeof bytes_}, nullptr, &overlapped_);
    failed_ = at_once == FALSE && ::GetLastError() != ERROR_IO_PENDING;
    if (failed_) ::SetEvent(done());
    under_way_ = true;
  }
  bool ended() const noexcept { return ::WaitForSingleObject(done(), 0) == WAIT_OBJECT_0; }

  // Of a read that has ended: what it brought, and nothing at the other side's end.
  std::string_view take() noexcept {
    DWORD size = 0;
    under_way_ = false;
    if (failed_ || ::GetOverlappedResult(pipe_, &overlapped_, &size, TRUE) == FALSE) return {};
    return {bytes_.data(), size};
  }

 private:
  HANDLE pipe_;
  Handle done_;
  OVERLAPPED overlapped_{};
  std::array<char, 16384> bytes_;
  bool under_way_ = false, failed_ = false;
};

Reading& reading_of(const Handle& pipe, std::shared_ptr<void>& kept) {
  if (kept == nullptr) kept = std::make_shared<Reading>(native(pipe));
  return *static_cast<Reading*>(kept.get());
}

}  // namespace

std::pair<Channel, Channel> Channel::make() {
  static std::atomic<unsigned> made = 0;
  const std::wstring name =
      L"\\\\.\\pipe\\ipcmark-" + std::to_wstring(own_id()) + L"-control-" + std::to_wstring(made++);
  Handle one =
      require(::CreateNamedPipeW(
                  name.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                  PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1, pipe_buffer, pipe_buffer, 0, nullptr),
              "CreateNamedPipe of a control channel");
  Handle other = require(::CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                       FILE_FLAG_OVERLAPPED, nullptr),
                         "CreateFile of a control channel");
  return {Channel(std::move(one)), Channel(std::move(other))};
}

bool Channel::write_line(std::string_view line) noexcept {
  std::string whole(line);
  whole += '\n';
  const Handle done = owned(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  OVERLAPPED overlapped{};
  overlapped.hEvent = native(done);
  const BOOL at_once =
      ::WriteFile(native(handle_), whole.data(), static_cast<DWORD>(whole.size()), nullptr, &overlapped);
  if (at_once == FALSE && ::GetLastError() != ERROR_IO_PENDING) return false;
  DWORD written = 0;
  return ::GetOverlappedResult(native(handle_), &overlapped, &written, TRUE) != FALSE &&
         written == whole.size();
}

bool Channel::fill(bool block) {
  Reading& reading = reading_of(handle_, reading_);
  reading.begin();
  if (block) ::WaitForSingleObject(reading.done(), INFINITE);
  if (!reading.ended()) return true;
  const std::string_view came = reading.take();
  pending_.append(came);
  return !came.empty();
}

bool wait_readable(std::span<const Channel* const> channels, std::chrono::steady_clock::time_point deadline) {
  std::vector<HANDLE> any;
  for (const Channel* channel : channels) {
    Reading& reading = reading_of(channel->handle_, channel->reading_);
    reading.begin();
    any.push_back(reading.done());
  }
  if (const HANDLE termination = termination_event()) any.push_back(termination);
  if (any.size() > MAXIMUM_WAIT_OBJECTS) throw std::length_error("one wait takes at most 64 objects");
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  const auto wait =
      static_cast<DWORD>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 1'000'000));
  if (any.empty()) {
    ::Sleep(wait);
    return false;
  }
  const DWORD woken = ::WaitForMultipleObjects(static_cast<DWORD>(any.size()), any.data(), FALSE, wait);
  if (woken == WAIT_FAILED) throw_last_error("WaitForMultipleObjects of the control channels");
  return woken != WAIT_TIMEOUT;
}

}  // namespace ipcmark::os
