#include "suites/conformance/contention/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "harness/errors.hpp"
#include "harness/os/handle.hpp"

namespace ipcmark::contention {
namespace {

os::Handle open_file(const std::string& path, int flags) {
  os::Handle file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!file) throw_errno("open " + path);
  return file;
}

}  // namespace

void allocate_file(const std::string& path, std::size_t size) {
  const os::Handle file = open_file(path, O_RDWR | O_CREAT | O_TRUNC);
  if (const int error = ::posix_fallocate(file.fd(), 0, static_cast<off_t>(size)); error != 0) {
    errno = error;
    throw_errno("posix_fallocate of " + path);
  }
}

os::Mapping map_file(const std::string& path, Access access) {
  const bool writes = access == Access::write;
  const os::Handle file = open_file(path, writes ? O_RDWR : O_RDONLY);
  struct stat facts {};
  check(::fstat(file.fd(), &facts), "fstat of a history");
  const auto size = static_cast<std::size_t>(facts.st_size);
  if (size == 0) return {};
  void* const data =
      ::mmap(nullptr, size, writes ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, file.fd(), 0);
  if (data == MAP_FAILED) throw_errno("mmap of " + path);
  return {static_cast<std::byte*>(data), size};
}

}  // namespace ipcmark::contention
