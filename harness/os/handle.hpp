// An owned handle of the operating system: a file descriptor, or a Win32 HANDLE.
#pragma once

#include <cstdint>
#include <utility>

namespace ipcmark::os {

// Wide enough for both systems, and -1 is invalid on both (INVALID_HANDLE_VALUE is -1).
using RawHandle = std::intptr_t;
inline constexpr RawHandle no_handle = -1;

void close_handle(RawHandle) noexcept;

class Handle {
 public:
  Handle() = default;
  explicit Handle(RawHandle raw) noexcept : raw_(raw) {}
  Handle(Handle&& other) noexcept : raw_(std::exchange(other.raw_, no_handle)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      raw_ = std::exchange(other.raw_, no_handle);
    }
    return *this;
  }
  ~Handle() { reset(); }

  void reset() noexcept {
    if (raw_ != no_handle) close_handle(std::exchange(raw_, no_handle));
  }
  RawHandle raw() const noexcept { return raw_; }
  int fd() const noexcept { return static_cast<int>(raw_); }
  explicit operator bool() const noexcept { return raw_ != no_handle; }

 private:
  RawHandle raw_ = no_handle;
};

}  // namespace ipcmark::os
