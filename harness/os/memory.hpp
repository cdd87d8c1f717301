// Memory that several processes map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

// The next three are not on Windows, where the name of shared memory goes with the last handle to it, so that
// somebody would have to hold one.
//
// Creates a named segment of zeroes for this user only (shm_open(3), mode 0600) and maps it. Every page is
// allocated now: a full /dev/shm is an Unsupported here and not a SIGBUS later.
Mapping create_segment(const std::string& name, std::size_t size);

// Maps a segment that another process has created; its pages are touched before this returns.
Mapping open_segment(const std::string& name, std::size_t size);

void remove_segment(const std::string& name) noexcept;

// What shared memory is made of: the axis `memory` of harness/tuning.hpp. The first is the usual one. With
// each, what it costs at creation and what surprised (Linux 6.18).
enum class Memory : std::uint8_t {
  // A name in the tmpfs on /dev/shm, whose size bounds it.
  posix_shm,
  // The same kind of pages, of a tmpfs that nobody sees and that has no size. Marked for removal as soon as
  // it is mapped, so that no death leaves it behind; that others may still attach it is a promise of Linux
  // alone.
  sysv_shm,
  // The same pages again without a name, and one message for each process that is to have them.
  memfd,
  // Blocks on a disk as well, and every page is written there. That costs nothing at first: a page can be
  // written to in peace until write-back has cleaned it, and the next write to it is a fault. A process that
  // wrote to 256 pages every second had no fault for 33 s and 256 in the 34th (vm.dirty_expire_centisecs is
  // 30 s). A shorter launch sees none of it, and to unlink the file spares none.
  file,
  // Pages of a pool that the host has set aside, never swapped. The smallest ring takes one of 2 MiB.
  huge_pages,
  // 2 MiB at least as well, of a memfd: small pages first, which MADV_COLLAPSE (Linux 6.1) copies together.
  // It does so even where shmem_enabled says never, which is the usual; the address then has to be aligned
  // by hand. Whoever else maps them aligned has them as huge pages without asking.
  transparent_huge
};
inline constexpr std::string_view memory_names[]{"posix_shm", "sysv_shm",   "memfd",
                                                 "file",      "huge_pages", "transparent_huge"};

// Memory of zeroes for this user only, as its creator has it: created, allocated page by page and mapped.
// When it goes, so does every trace of it, but for what others have mapped.
class SharedMemory {
 public:
  SharedMemory() = default;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  virtual ~SharedMemory() = default;

  std::byte* data() const noexcept { return mapping_.data(); }
  // What one more process needs to open it. The handles stay this object's own, until handed_over().
  virtual std::string address() const { return {}; }
  virtual std::vector<RawHandle> handles() { return {}; }
  // Everybody has opened it.
  virtual void handed_over() noexcept = 0;

 protected:
  Mapping mapping_;
};

// The run and the link become a part of every name: os/host.hpp. On Windows the usual memory is a section of
// the paging file without a name (CreateFileMapping), and there is no other. Throws Unsupported with what
// this host lacks and what to type.
std::unique_ptr<SharedMemory> create_shared_memory(Memory, const std::string& run, unsigned link,
                                                   std::size_t size);
// Maps what another process has created; takes the handles. Every page is there when this returns, and of the
// kind that was asked for.
Mapping open_shared_memory(Memory, const std::string& address, std::span<const RawHandle> handles,
                           std::size_t size);

// Asks the system to keep this process's present and future pages in memory; false when a limit forbids it,
// or where it cannot be asked that (Windows).
bool lock_memory() noexcept;

}  // namespace ipcmark::os
