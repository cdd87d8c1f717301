// Shared memory with a name: a POSIX segment, a System V segment, a file. What has none:
// memory_descriptor.cpp.
#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "harness/errors.hpp"
#include "harness/os/host.hpp"
#include "harness/os/linux/memory_parts.hpp"
#include "harness/os/process.hpp"

namespace ipcmark::os {
namespace {

class PosixShm final : public SharedMemory {
 public:
  PosixShm(std::string name, std::size_t size) : name_(std::move(name)) {
    mapping_ = create_segment(name_, size);
  }
  ~PosixShm() override { remove_segment(name_); }
  std::string address() const override { return name_; }
  void handed_over() noexcept override { remove_segment(name_); }

 private:
  std::string name_;
};

Mapping attach(int segment, std::size_t size) {
  void* const data = ::shmat(segment, nullptr, 0);
  if (data == reinterpret_cast<void*>(-1)) throw_errno("shmat");
  Mapping mapping(static_cast<std::byte*>(data), size);  // munmap(2) detaches as shmdt(2) does
  touch(mapping);
  return mapping;
}

[[noreturn]] void refuse_system_v(std::size_t size) {
  const int refused = errno;
  const std::string what = "a System V segment of " + std::to_string(size / 1024) + " KiB is refused";
  if (refused == ENOSYS) throw Unsupported("this kernel has no System V shared memory (CONFIG_SYSVIPC)");
  if (refused == EINVAL) {
    throw Unsupported(what +
                      " by kernel.shmmax = " + first_line("/proc/sys/kernel/shmmax").value_or("unknown") +
                      "; raise it with sysctl -w kernel.shmmax=" + std::to_string(size));
  }
  if (refused == ENOSPC) {
    throw Unsupported(what +
                      ": all of kernel.shmmni segments or kernel.shmall pages are taken; remove some "
                      "with ipcrm or raise them with sysctl -w");
  }
  if (refused == ENOMEM) throw Unsupported(what + ": there is not enough memory; use smaller messages");
  errno = refused;
  throw_errno("shmget");
}

// The segment is marked for removal as soon as it is mapped, and goes with its last user. Linux lets others
// attach it all the same, which no other system promises (shmctl(2), "Linux notes"), by its number only: the
// key is then 0. Its key is ours for the moment in which this process might be killed.
class SystemVShm final : public SharedMemory {
 public:
  SystemVShm(std::int32_t key, std::size_t size)
      : segment_(::shmget(key, size, IPC_CREAT | IPC_EXCL | 0600)) {
    if (segment_ == -1) refuse_system_v(size);
    try {
      mapping_ = attach(segment_, size);
    } catch (...) {
      ::shmctl(segment_, IPC_RMID, nullptr);
      throw;
    }
    ::shmctl(segment_, IPC_RMID, nullptr);
  }
  std::string address() const override { return std::to_string(segment_); }
  void handed_over() noexcept override {}

 private:
  int segment_;
};

class MappedFile final : public SharedMemory {
 public:
  MappedFile(std::string path, std::size_t size) : path_(std::move(path)) {
    const Handle file(::open(path_.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
    if (!file) throw_errno("open " + path_);
    try {
      fill(file, size);
    } catch (...) {
      ::unlink(path_.c_str());
      throw;
    }
  }
  ~MappedFile() override { ::unlink(path_.c_str()); }
  std::string address() const override { return path_; }
  void handed_over() noexcept override { ::unlink(path_.c_str()); }

 private:
  void fill(const Handle& file, std::size_t size) {
    if (const int refused = ::posix_fallocate(file.fd(), 0, static_cast<off_t>(size)); refused != 0) {
      if (refused == ENOSPC || refused == EDQUOT || refused == EFBIG) {
        throw Unsupported("a file of " + std::to_string(size / 1024) + " KiB is refused where " + path_ +
                          " would be (" + std::generic_category().message(refused) +
                          "); make room, or name another directory with export TMPDIR=...");
      }
      errno = refused;
      throw_errno("posix_fallocate " + path_);
    }
    mapping_ = map_shared(file, size);
    touch(mapping_);
  }
  std::string path_;
};

Mapping open_file(const std::string& path, std::size_t size) {
  const Handle file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) throw_errno("open " + path);
  Mapping mapping = map_shared(file, size);
  touch(mapping);
  return mapping;
}

}  // namespace

Mapping map_shared(const Handle& memory, std::size_t size, std::byte* place) {
  void* const data = ::mmap(place, size, PROT_READ | PROT_WRITE,
                            MAP_SHARED | (place == nullptr ? 0 : MAP_FIXED), memory.fd(), 0);
  if (data == MAP_FAILED) throw_errno("mmap of shared memory");
  return {static_cast<std::byte*>(data), size};
}

// Linux 5.14 allocates and maps by MADV_POPULATE_WRITE, and says so where touching would raise SIGBUS:
// madvise(2). A read before that is enough for a tmpfs; a file's pages are then still to be made writable.
void touch(const Mapping& mapping) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t whole = (mapping.size() + page - 1) / page * page;
  if (::madvise(mapping.data(), whole, MADV_POPULATE_WRITE) == 0) return;
  if (errno != EINVAL) throw_errno("madvise MADV_POPULATE_WRITE");
  for (std::size_t at = 0; at < mapping.size(); at += page)
    static_cast<void>(*static_cast<const volatile std::byte*>(mapping.data() + at));
}

std::unique_ptr<SharedMemory> create_shared_memory(Memory memory, const std::string& run, unsigned link,
                                                   std::size_t size) {
  switch (memory) {
    case Memory::posix_shm: return std::make_unique<PosixShm>(object_name(run, link), size);
    case Memory::sysv_shm: return std::make_unique<SystemVShm>(system_v_key(own_id(), link), size);
    case Memory::file:
      return std::make_unique<MappedFile>(private_directory_on_disk(run) + "/memory-" + std::to_string(link),
                                          size);
    default: return create_by_descriptor(memory, size);
  }
}

Mapping open_shared_memory(Memory memory, const std::string& address, std::span<const RawHandle> handles,
                           std::size_t size) {
  switch (memory) {
    case Memory::posix_shm: return open_segment(address, size);
    case Memory::sysv_shm: return attach(std::stoi(address), size);
    case Memory::file: return open_file(address, size);
    default: return open_by_descriptor(memory, Handle(handles[0]), size);
  }
}

}  // namespace ipcmark::os
