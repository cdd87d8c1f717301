// MFD: memfd_create(2) and its seals, fcntl(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "suites/conformance/contracts/linux/props.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

// Since Linux 6.3 a file that is not asked to be executable may be sealed anyway, by sysctl vm.memfd_noexec.
constexpr unsigned may_be_executed = 0x10;  // MFD_EXEC, which older headers lack

os::Handle make(unsigned flags, std::size_t size = 2 * page_size()) {
  int file = ::memfd_create("ipcmark-clause", flags | MFD_CLOEXEC | may_be_executed);
  if (file == -1 && errno == EINVAL) file = ::memfd_create("ipcmark-clause", flags | MFD_CLOEXEC);
  if (file == -1 && errno == EACCES)
    throw Unsupported("memfd_create with MFD_EXEC is forbidden here: sysctl vm.memfd_noexec is 2");
  os::Handle made(check(file, "memfd_create"));
  check(::ftruncate(made.fd(), static_cast<off_t>(size)), "ftruncate");
  return made;
}

std::string seal(const os::Handle& file, int seals) {
  return result_of(::fcntl(file.fd(), F_ADD_SEALS, seals));
}

std::string map_to_write(int file, int kind = MAP_SHARED) {
  void* const data = ::mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, kind, file, 0);
  if (data == MAP_FAILED) return error_name(errno);
  ::munmap(data, page_size());
  return "mapped";
}

// Maps the file, and then does as it is told: "load 1" and "store 0" of a page, "unmap", "write", "map",
// "copy" for a private mapping, "shrink", "seal".
void use_file(Stage& stage) {
  const int file = stage.fd(0);
  os::Mapping memory = map_shared(file, 2 * page_size());
  stage.say("mapped");
  for (;;) {
    std::istringstream words(stage.hear());
    std::string call;
    std::size_t page = 0;
    words >> call >> page;
    if (call == "load") stage.say(load_from(memory.data() + page * page_size()));
    if (call == "store") stage.say(store_to(memory.data() + page * page_size()));
    if (call == "unmap") {
      memory = os::Mapping();
      stage.say("unmapped");
    }
    if (call == "write") stage.say(result_of(::pwrite(file, "x", 1, 0)));
    if (call == "map") stage.say(map_to_write(file));
    if (call == "copy") stage.say(map_to_write(file, MAP_PRIVATE));
    if (call == "shrink") stage.say(result_of(::ftruncate(file, static_cast<off_t>(page_size()))));
    if (call == "seal") stage.say(result_of(::fcntl(file, F_ADD_SEALS, F_SEAL_WRITE)));
  }
}

std::string told(Actor& actor, const char* order) {
  actor.say(order);
  return actor.hear();
}

void write_seal_needs_that_nobody_can_write() {
  const os::Handle file = make(MFD_ALLOW_SEALING);
  Actor user(use_file, {file.raw()});
  EXPECT_EQ(user.hear(), "mapped");
  EXPECT_EQ(seal(file, F_SEAL_WRITE), "EBUSY");
  EXPECT_EQ(::fcntl(file.fd(), F_GET_SEALS), 0);
  EXPECT_EQ(told(user, "write"), "1");
  EXPECT_EQ(told(user, "unmap"), "unmapped");
  EXPECT_EQ(seal(file, F_SEAL_WRITE), "0");
  EXPECT_EQ(told(user, "write"), "EPERM");
  EXPECT_EQ(told(user, "map"), "EPERM");
  EXPECT_EQ(told(user, "copy"), "mapped");
  EXPECT_EQ(result_of(::pwrite(file.fd(), "y", 1, 0)), "EPERM");
  char byte = 0;
  EXPECT_EQ(::pread(file.fd(), &byte, 1, 0), 1);
  EXPECT_EQ(byte, 'x');
}

void future_write_seal_leaves_old_mappings() {
  const os::Handle file = make(MFD_ALLOW_SEALING);
  Actor user(use_file, {file.raw()});
  EXPECT_EQ(user.hear(), "mapped");
  const std::string sealed = seal(file, F_SEAL_FUTURE_WRITE);
  if (sealed == "EINVAL") throw Unsupported("F_SEAL_FUTURE_WRITE, which came with Linux 5.1");
  EXPECT_EQ(sealed, "0");
  EXPECT_EQ(told(user, "store 1"), "ok");
  const os::Mapping memory = map_shared(file.fd(), 2 * page_size(), PROT_READ);
  EXPECT_EQ(memory.data()[page_size()], std::byte{1});
  EXPECT_EQ(told(user, "map"), "EPERM");
  EXPECT_EQ(told(user, "write"), "EPERM");
  EXPECT_EQ(map_to_write(file.fd()), "EPERM");
}

void shrink_seal_keeps_readers_from_sigbus() {
  for (const bool is_sealed : {true, false}) {
    const os::Handle file = make(MFD_ALLOW_SEALING);
    EXPECT_EQ(seal(file, is_sealed ? F_SEAL_SHRINK : 0), "0");
    Actor reader(use_file, {file.raw()}), peer(use_file, {file.raw()});
    EXPECT_EQ(reader.hear(), "mapped");
    EXPECT_EQ(peer.hear(), "mapped");
    EXPECT_EQ(told(reader, "load 1"), "ok");
    EXPECT_EQ(told(peer, "shrink"), is_sealed ? "EPERM" : "0");
    EXPECT_EQ(told(reader, "load 1"), is_sealed ? "ok" : "SIGBUS BUS_ADRERR");
  }
}

void seals_have_to_be_allowed() {
  const os::Handle file = make(0);
  Actor peer(use_file, {file.raw()});
  EXPECT_EQ(peer.hear(), "mapped");
  EXPECT_EQ(told(peer, "unmap"), "unmapped");
  EXPECT_EQ(told(peer, "seal"), "EPERM");
  for (const int one : {F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE, F_SEAL_SEAL})
    EXPECT_EQ(seal(file, one), "EPERM");
  EXPECT_EQ(::fcntl(file.fd(), F_GET_SEALS), F_SEAL_SEAL);
  EXPECT_EQ(told(peer, "write"), "1");
}

// Shared memory of the whole host in KiB: proc_meminfo(5).
long shared_kib() {
  std::ifstream file("/proc/meminfo");
  std::string word;
  long kib = 0;
  while (file >> word) {
    if (word == "Shmem:" && file >> kib) return kib;
  }
  throw Unsupported("/proc/meminfo has no line Shmem, which needs CONFIG_SHMEM");
}

// Whether any process has an open memfd of this name.
bool somebody_has(const std::string& name) {
  namespace fs = std::filesystem;
  // Processes and their files may go while one looks at them.
  std::error_code gone;
  for (fs::directory_iterator process("/proc", gone), end; process != end; process.increment(gone)) {
    std::error_code ended;
    for (fs::directory_iterator file(process->path() / "fd", ended); file != end; file.increment(ended)) {
      std::error_code closed;
      if (fs::read_symlink(*file, closed).string().find("memfd:" + name) != std::string::npos) return true;
    }
  }
  return false;
}

constexpr std::size_t much = std::size_t{64} << 20;

void hold_much(Stage& stage) {
  const os::Mapping memory = map_shared(stage.fd(0), much);
  for (std::size_t place = 0; place < much; place += page_size()) memory.data()[place] = std::byte{1};
  stage.say("held");
  Stage::wait_to_be_killed();
}

// Others may take or give back shared memory at the same time, so that one fall which they hide proves
// nothing.
void nothing_remains_after_a_kill() {
  constexpr int tries = 5;
  constexpr auto most = static_cast<long>(much / 1024);
  int fell = 0;
  for (int k = 0; k < tries && fell == 0; ++k) {
    const std::string name = "ipcmark-clause-" + std::to_string(::getpid());
    os::Handle file(check(::memfd_create(name.c_str(), MFD_CLOEXEC), "memfd_create"));
    check(::ftruncate(file.fd(), static_cast<off_t>(much)), "ftruncate");
    Actor first(hold_much, {file.raw()});
    EXPECT_EQ(first.hear(), "held");
    Actor second(hold_much, {file.raw()});
    EXPECT_EQ(second.hear(), "held");
    file.reset();
    first.kill();
    EXPECT_TRUE(somebody_has(name));
    const long held = shared_kib();
    second.kill();
    const long fall = held - shared_kib();
    EXPECT_FALSE(somebody_has(name));
    fell += fall > most * 3 / 4 && fall < most * 5 / 4 ? 1 : 0;
  }
  EXPECT_EQ(fell, 1) << "no death of the last holder gave its memory back";
}

// Sends a memfd to the test, says its number, and shows what was stored in it.
void pass_file_on(Stage& stage) {
  const os::Handle file = make(0);
  const os::Mapping memory = map_shared(file.fd(), page_size());
  memory.data()[0] = std::byte{1};
  if (const int child = fork_of_actor(); child == 0) {
    ::_exit(::pwrite(file.fd(), "\2", 1, 1) == 1 ? 0 : 1);
  } else {
    int status = 0;
    ::waitpid(child, &status, 0);
    stage.say(std::to_string(status));
  }
  char byte = 0;
  iovec bytes{&byte, 1};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int number = file.fd();
  std::memcpy(CMSG_DATA(header), &number, sizeof number);
  check(::sendmsg(stage.fd(0), &message, 0), "sendmsg");
  stage.say(std::to_string(number));
  stage.hear();
  for (std::size_t k = 0; k < 4; ++k) stage.say(std::to_string(static_cast<int>(memory.data()[k])));
}

os::Handle received_from(int socket) {
  char byte = 0;
  iovec bytes{&byte, 1};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  check(::recvmsg(socket, &message, MSG_CMSG_CLOEXEC), "recvmsg");
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) throw std::runtime_error("no descriptor came");
  int file = -1;
  std::memcpy(&file, CMSG_DATA(header), sizeof file);
  return os::Handle(file);
}

void reached_in_three_ways() {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
  const os::Handle mine(ends[0]), theirs(ends[1]);
  Actor maker(pass_file_on, {theirs.raw()});
  EXPECT_EQ(maker.hear(), "0");
  const os::Handle received = received_from(mine.fd());
  const std::string path = "/proc/" + std::to_string(maker.id()) + "/fd/" + maker.hear();
  const os::Handle reopened(check(::open(path.c_str(), O_RDWR | O_CLOEXEC), "open of /proc/PID/fd/N"));
  struct stat one {
  }, other{};
  check(::fstat(received.fd(), &one), "fstat");
  check(::fstat(reopened.fd(), &other), "fstat");
  EXPECT_EQ(one.st_ino, other.st_ino);
  EXPECT_EQ(one.st_dev, other.st_dev);
  EXPECT_EQ(::pwrite(received.fd(), "\3", 1, 2), 1);
  EXPECT_EQ(::pwrite(reopened.fd(), "\4", 1, 3), 1);
  maker.say("show");
  for (const char* value : {"1", "2", "3", "4"}) EXPECT_EQ(maker.hear(), value);
}

constexpr Clause table[]{
    {.id = "MFD-01",
     .title = "AWriteSealIsRefusedWhileSomebodyMayWriteToAMappingAndHoldsForEveryoneAfter",
     .source = "fcntl(2), F_SEAL_WRITE",
     .body = write_seal_needs_that_nobody_can_write},
    {.id = "MFD-02",
     .title = "AFutureWriteSealLeavesOldMappingsWritable",
     .source = "fcntl(2), F_SEAL_FUTURE_WRITE",
     .body = future_write_seal_leaves_old_mappings},
    {.id = "MFD-03",
     .title = "AShrinkSealKeepsReadersFromSigbus",
     .source = "fcntl(2), F_SEAL_SHRINK; memfd_create(2), File sealing",
     .body = shrink_seal_keeps_readers_from_sigbus},
    {.id = "MFD-04",
     .title = "NoSealCanBeAddedUnlessThatWasAllowedAtCreation",
     .source = "memfd_create(2), MFD_ALLOW_SEALING",
     .body = seals_have_to_be_allowed},
    {.id = "MFD-05",
     .title = "NothingRemainsAfterTheLastHolderIsKilled",
     .source = "memfd_create(2)",
     .body = nothing_remains_after_a_kill,
     .alone = true},
    {.id = "MFD-06",
     .title = "AFileIsReachedByRightsOverASocketByForkAndByProc",
     .source = "memfd_create(2), NOTES; unix(7), SCM_RIGHTS; proc_pid_fd(5)",
     .body = reached_in_three_ways},
};

}  // namespace

const Section memfd_section{.name = "MFD", .count = 6, .clauses = table};

}  // namespace ipcmark
