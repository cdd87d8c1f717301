#include "harness/os/memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/errors.hpp"

namespace ipcmark::os {
namespace {

Mapping map(int fd, std::size_t size) {
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (data == MAP_FAILED) throw_errno("mmap of a shared segment");
  return {static_cast<std::byte*>(data), size};
}

}  // namespace

Mapping::~Mapping() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

Mapping create_segment(const std::string& name, std::size_t size) {
  const std::string path = "/" + name;
  const int fd = ::shm_open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd == -1) {
    if (errno == ENOENT || errno == ENOSYS || errno == EACCES) {
      throw Unsupported(std::string("no POSIX shared memory: shm_open says ") +
                        std::generic_category().message(errno) +
                        "; mount a tmpfs on /dev/shm that you may write to");
    }
    throw_errno("shm_open " + path);
  }
  const Handle owner(fd);
  if (const int refused = ::posix_fallocate(fd, 0, static_cast<off_t>(size)); refused != 0) {
    ::shm_unlink(path.c_str());
    if (refused == EFBIG) {
      throw Unsupported(
          "a segment of " + std::to_string(size / 1024) +
          " KiB is larger than a file may be (getrlimit(2), RLIMIT_FSIZE); raise ulimit -f or use "
          "smaller messages");
    }
    if (refused == ENOSPC || refused == ENOMEM) {
      throw Unsupported(
          "a segment of " + std::to_string(size / 1024) +
          " KiB does not fit into /dev/shm; make it larger (mount -o remount,size=...) or use smaller "
          "messages");
    }
    errno = refused;
    throw_errno("posix_fallocate " + path);
  }
  try {
    return map(fd, size);
  } catch (...) {
    ::shm_unlink(path.c_str());
    throw;
  }
}

Mapping open_segment(const std::string& name, std::size_t size) {
  const std::string path = "/" + name;
  const int fd = ::shm_open(path.c_str(), O_RDWR | O_CLOEXEC, 0);
  if (fd == -1) throw_errno("shm_open " + path);
  const Handle owner(fd);
  return map(fd, size);
}

void remove_segment(const std::string& name) noexcept { ::shm_unlink(("/" + name).c_str()); }

bool lock_memory() noexcept { return ::mlockall(MCL_CURRENT | MCL_FUTURE) == 0; }

}  // namespace ipcmark::os
