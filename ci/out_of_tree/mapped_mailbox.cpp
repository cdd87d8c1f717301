// A mailbox for one message in a file that both sides map, and an example of a mechanism outside ipcmark's
// own tree. mmap(2), MAP_SHARED.
//
// One word says whether there is a message, and a blocked side sleeps on it with futex(2), which works on any
// shared mapping. With room for one message the two sides take turns, so that each message of a stream pays
// for two wake-ups. On a disk, the kernel also writes the file's pages back now and then.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "harness/mechanism.hpp"
#include "harness/os/host.hpp"
#include "harness/os/memory.hpp"
#include "harness/os/wait.hpp"

namespace ipcmark {
namespace {

// What the file begins with; the payload follows. A new file is full of zeroes: there is no message.
struct Mailbox {
  alignas(64) std::atomic<std::uint32_t> full;
  std::uint32_t size;
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

os::Mapping map(const std::string& path, std::size_t max_message) {
  const os::Handle file(check(::open(path.c_str(), O_RDWR | O_CLOEXEC), "open of a mailbox"));
  const std::size_t size = sizeof(Mailbox) + max_message;
  void* address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file.fd(), 0);
  if (address == MAP_FAILED) throw_errno("mmap of a mailbox");
  return {static_cast<std::byte*>(address), size};
}

class MappedMailboxLink final : public Link {
 public:
  explicit MappedMailboxLink(const Options& options)
      : path_(os::private_directory(options.run) + "/mailbox-" + std::to_string(options.link)) {
    const os::Handle file(
        check(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "open of a new mailbox"));
    // Without its blocks, a file on a full disk is a SIGBUS later.
    const auto size = static_cast<off_t>(sizeof(Mailbox) + options.max_message);
    if (::posix_fallocate(file.fd(), 0, size) != 0) {
      ::unlink(path_.c_str());
      throw Unsupported("no room for " + std::to_string(size) + " bytes at " + path_ + ": free some");
    }
  }
  ~MappedMailboxLink() override { ::unlink(path_.c_str()); }
  Ticket ticket(Role) override { return {.address = path_, .handles = {}}; }
  void handed_over() override { ::unlink(path_.c_str()); }

 private:
  std::string path_;
};

class MappedMailboxEndpoint final : public Endpoint {
 public:
  MappedMailboxEndpoint(const Ticket& ticket, Role, Wait wait)
      : memory_(map(ticket.address, ticket.max_message)),
        box_(*reinterpret_cast<Mailbox*>(memory_.data())),
        payload_(memory_.data() + sizeof(Mailbox), ticket.max_message),
        wait_(wait) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > payload_.size()) return {.status = Status::too_big};
    if (!becomes(0)) return {.status = Status::stopped};
    std::memcpy(payload_.data(), message.data(), message.size());
    box_.size = static_cast<std::uint32_t>(message.size());
    turn(1);
    return {.size = message.size()};
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    if (!becomes(1)) return {.status = Status::stopped};
    const std::size_t size = box_.size, kept = std::min(size, buffer.size());
    std::memcpy(buffer.data(), payload_.data(), kept);
    turn(0);
    return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
  }

 private:
  bool becomes(std::uint32_t wanted) noexcept {
    const auto ready = [&] { return box_.full.load(std::memory_order_acquire) == wanted; };
    if (wait_ == Wait::spin) return os::spin_until(ready);
    if (wait_ == Wait::adaptive && spin_.until(ready)) return true;
    while (!ready()) {
      if (os::stop_requested()) return false;
      os::wait_on(box_.full, 1 - wanted);
    }
    return true;
  }

  void turn(std::uint32_t full) noexcept {
    box_.full.store(full, std::memory_order_release);
    if (wait_ != Wait::spin) os::wake_one(box_.full);
  }

  os::Mapping memory_;
  Mailbox& box_;
  std::span<std::byte> payload_;
  Wait wait_;
  os::AdaptiveSpin spin_;
};

}  // namespace

extern constinit const Mechanism mapped_mailbox{
    .traits = {.name = "mapped_mailbox",
               .family = "file",
               .summary = "a mailbox for one message in a mapped file",
               .manual = "mmap(2)",
               .lifetime = Lifetime::file,
               .waits = every_wait},
    .create = create_as<MappedMailboxLink>,
    .open = open_as<MappedMailboxEndpoint>,
    .loops = loops_of<MappedMailboxEndpoint>,
};

}  // namespace ipcmark
