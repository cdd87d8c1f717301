// A duplex channel of text lines between a parent and one child; the control channel is made of it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "harness/os/handle.hpp"

namespace ipcmark::os {

class Channel {
 public:
  Channel() = default;
  explicit Channel(Handle handle) : handle_(std::move(handle)) {}
  // Two connected ends; neither is inherited unless it is handed to Process::start.
  static std::pair<Channel, Channel> make();

  // False when the other side is gone.
  bool write_line(std::string_view line) noexcept;
  // Blocks; nothing when the other side is gone.
  std::optional<std::string> read_line();
  // A line that has arrived whole, without blocking on one that has not. Sets `closed` at the other side's
  // end.
  std::optional<std::string> take_line(bool& closed);

  RawHandle raw() const noexcept { return handle_.raw(); }
  void close() noexcept {
    reading_.reset();
    handle_.reset();
  }

 private:
  std::optional<std::string> cut_line();
  bool fill(bool block);  // false at the end
  friend bool wait_readable(std::span<const Channel* const>, std::chrono::steady_clock::time_point);

  Handle handle_;
  std::string pending_;
  // Windows only: the read that is under way, and where it puts what comes. There is no waiting for a pipe to
  // be readable, only for a read of it to end.
  mutable std::shared_ptr<void> reading_;
};

// Waits until one of the channels can be read, or until the deadline; false at the deadline. Returns true
// early when a termination signal arrives.
bool wait_readable(std::span<const Channel* const> channels, std::chrono::steady_clock::time_point deadline);

}  // namespace ipcmark::os
