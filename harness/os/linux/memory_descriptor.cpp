// Shared memory without a name: a memfd_create(2), of ordinary or of huge pages, whose descriptor reaches
// each process in a letter (SCM_RIGHTS, unix(7)), as between two programs that are no relatives.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>

#include "harness/errors.hpp"
#include "harness/os/host.hpp"
#include "harness/os/linux/memory_parts.hpp"
#include "harness/os/posix/letter.hpp"

namespace ipcmark::os {
namespace {

constexpr int collapse = 25;  // MADV_COLLAPSE, Linux 6.1, which the C library of Debian 12 does not name

std::size_t round_up(std::size_t value, std::size_t unit) { return (value + unit - 1) / unit * unit; }

void send_descriptor(const Handle& socket, const Handle& enclosed) {
  Letter letter;
  letter.enclose(enclosed);
  check(::sendmsg(socket.fd(), &letter.header, MSG_NOSIGNAL), "sendmsg of a descriptor");
}

Handle receive_descriptor(const Handle& socket) {
  Letter letter;
  check(::recvmsg(socket.fd(), &letter.header, MSG_CMSG_CLOEXEC), "recvmsg of a descriptor");
  Handle enclosed = letter.enclosed();
  if (!enclosed) throw std::runtime_error("a letter without a descriptor: is RLIMIT_NOFILE reached?");
  return enclosed;
}

// Bytes of a page of the kind: a memfd of hugetlb names it as its block size.
std::size_t unit_of(Memory memory, const Handle& memfd) {
  if (memory == Memory::memfd) return 1;
  if (memory == Memory::transparent_huge) {
    return static_cast<std::size_t>(
        number_in("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size").value_or(0));
  }
  struct statfs facts {};
  check(::fstatfs(memfd.fd(), &facts), "fstatfs of a memfd");
  return static_cast<std::size_t>(facts.f_bsize);
}

// Bytes of a mapping that are mapped by huge pages: proc_pid_smaps(5).
std::size_t huge_bytes(const Mapping& mapping) {
  std::ifstream file("/proc/self/smaps");
  char begins[32];
  std::snprintf(begins, sizeof begins, "%lx-", reinterpret_cast<unsigned long>(mapping.data()));
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.find('-') < line.find(':')) inside = line.starts_with(begins);
    if (inside && line.starts_with("ShmemPmdMapped:")) return std::stoul(line.substr(15)) * 1024;
  }
  return 0;
}

// Asks for huge pages in every way there is, and looks whether they came. MADV_COLLAPSE gives them whatever
// shmem_enabled says, unless it says deny, and where they are there already maps them as such.
void make_huge(const Mapping& mapping) {
  ::madvise(mapping.data(), mapping.size(), MADV_HUGEPAGE);  // where shmem_enabled is advise
  touch(mapping);
  const int refused = ::madvise(mapping.data(), mapping.size(), collapse) == 0 ? 0 : errno;
  const std::size_t huge = huge_bytes(mapping);
  if (huge == mapping.size()) return;
  const std::string setting = "/sys/kernel/mm/transparent_hugepage/shmem_enabled";
  throw Unsupported("only " + std::to_string(huge / 1024) + " of " + std::to_string(mapping.size() / 1024) +
                    " KiB came as huge pages (ShmemPmdMapped), and MADV_COLLAPSE says " +
                    (refused == 0 ? "nothing" : std::generic_category().message(refused)) +
                    "; before Linux 6.1, or where it is deny, type echo advise > " + setting +
                    ", and where memory is in pieces, sysctl -w vm.compact_memory=1");
}

// A huge page needs an address that is a multiple of it, and where shmem_enabled says never the kernel does
// not choose one: maps within a stretch of addresses that is sure to hold one, and gives the rest back.
Mapping map_aligned(const Handle& memfd, std::size_t size, std::size_t unit) {
  void* const reserved = ::mmap(nullptr, size + unit, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (reserved == MAP_FAILED) throw_errno("mmap of a stretch of addresses");
  auto* const stretch = static_cast<std::byte*>(reserved);
  const std::size_t before = (unit - reinterpret_cast<std::uintptr_t>(stretch) % unit) % unit;
  const Mapping first(before == 0 ? nullptr : stretch, before), last(stretch + before + size, unit - before);
  return map_shared(memfd, size, stretch + before);
}

Mapping map_as(Memory memory, const Handle& memfd, std::size_t size) {
  const std::size_t unit = unit_of(memory, memfd);
  const std::size_t whole = round_up(size, unit);
  if (memory == Memory::transparent_huge) {
    Mapping mapping = map_aligned(memfd, whole, unit);
    make_huge(mapping);
    return mapping;
  }
  Mapping mapping = map_shared(memfd, whole);
  touch(mapping);
  return mapping;
}

Handle create_memfd(Memory memory) {
  const bool huge = memory == Memory::huge_pages;
  Handle memfd(::memfd_create("ipcmark", MFD_CLOEXEC | MFD_ALLOW_SEALING | (huge ? MFD_HUGETLB : 0U)));
  if (!memfd) {
    throw Unsupported(std::string("memfd_create says ") + std::generic_category().message(errno) +
                      ": it needs CONFIG_MEMFD_CREATE" + (huge ? ", CONFIG_HUGETLBFS" : "") +
                      " and sysctl -w vm.memfd_noexec=0 or 1");
  }
  return memfd;
}

[[noreturn]] void refuse(Memory memory, std::size_t size, std::size_t unit, int refused) {
  if (refused != ENOSPC && refused != ENOMEM) {
    errno = refused;
    throw_errno("posix_fallocate of a memfd");
  }
  if (memory != Memory::huge_pages) {
    throw Unsupported("there is not enough memory for a memfd of " + std::to_string(size / 1024) +
                      " KiB; use smaller messages");
  }
  const std::size_t needed = round_up(size, unit) / unit;
  const std::string kind = "/sys/kernel/mm/hugepages/hugepages-" + std::to_string(unit / 1024) + "kB/";
  const auto free = number_in(kind + "free_hugepages").value_or(0);
  const auto total = static_cast<std::size_t>(number_in(kind + "nr_hugepages").value_or(0));
  throw Unsupported(
      "a segment takes " + std::to_string(needed) + " of the huge pages of " + std::to_string(unit / 1024) +
      " KiB, of which " + std::to_string(free) +
      " are free; a round trip has two segments: reserve pages with sysctl -w vm.nr_hugepages=" +
      std::to_string(total + 2 * needed));
}

class MemoryByDescriptor final : public SharedMemory {
 public:
  MemoryByDescriptor(Memory memory, std::size_t size) : memfd_(create_memfd(memory)) {
    const std::size_t unit = unit_of(memory, memfd_);
    if (unit == 0)
      throw Unsupported("this kernel has no transparent huge pages (CONFIG_TRANSPARENT_HUGEPAGE)");
    const auto bytes = static_cast<off_t>(round_up(size, unit));
    if (memory == Memory::transparent_huge) {
      // Allocating now would give small pages, which then had to be copied together.
      check(::ftruncate(memfd_.fd(), bytes), "ftruncate of a memfd");
    } else if (const int refused = ::posix_fallocate(memfd_.fd(), 0, bytes); refused != 0) {
      refuse(memory, size, unit, refused);
    }
    mapping_ = map_as(memory, memfd_, size);
    // Nobody who maps it has to fear SIGBUS from another that makes it smaller.
    check(::fcntl(memfd_.fd(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), "fcntl F_ADD_SEALS");
  }

  std::vector<RawHandle> handles() override {
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
    const Handle mine(ends[0]);
    letters_.emplace_back(ends[1]);
    send_descriptor(mine, memfd_);
    return {letters_.back().raw()};
  }
  void handed_over() noexcept override {
    letters_.clear();
    memfd_.reset();
  }

 private:
  Handle memfd_;
  std::vector<Handle> letters_;  // sockets in which a descriptor lies
};

}  // namespace

std::unique_ptr<SharedMemory> create_by_descriptor(Memory memory, std::size_t size) {
  return std::make_unique<MemoryByDescriptor>(memory, size);
}

Mapping open_by_descriptor(Memory memory, Handle socket, std::size_t size) {
  return map_as(memory, receive_descriptor(socket), size);
}

}  // namespace ipcmark::os
