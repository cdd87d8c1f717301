// Memory that several processes map.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "harness/os/handle.hpp"

namespace ipcmark::os {

// A mapping of shared memory, unmapped when it goes.
class Mapping {
 public:
  Mapping() = default;
  Mapping(std::byte* data, std::size_t size) noexcept : data_(data), size_(size) {}
  Mapping(Mapping&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Mapping();

  std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// Creates a named segment of zeroes for this user only (shm_open(3), mode 0600) and maps it. Every page is
// allocated now: a full /dev/shm is an Unsupported here and not a SIGBUS later.
Mapping create_segment(const std::string& name, std::size_t size);

// Maps a segment that another process has created; its pages are touched before this returns.
Mapping open_segment(const std::string& name, std::size_t size);

void remove_segment(const std::string& name) noexcept;

// Asks the system to keep this process's present and future pages in memory; false when a limit forbids it.
bool lock_memory() noexcept;

}  // namespace ipcmark::os
