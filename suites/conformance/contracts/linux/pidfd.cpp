// PFD: pidfd_open(2), and memory of other processes, process_vm_readv(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "suites/conformance/clause.hpp"
#include "suites/conformance/contracts/linux/shared_object.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

os::Handle pidfd_of(std::int64_t process) {
  return os::Handle(check(::syscall(SYS_pidfd_open, process, 0), "pidfd_open"));
}
bool readable(int descriptor, int timeout) {
  pollfd one{.fd = descriptor, .events = POLLIN, .revents = 0};
  return check(::poll(&one, 1, timeout), "poll") == 1 && (one.revents & POLLIN) != 0;
}

void wait_for_process(Stage& stage) { stage.say(readable(stage.fd(0), -1) ? "it ended" : "something else"); }
void sleep_for_ever(Stage&) { Stage::wait_to_be_killed(); }

void an_exit_is_seen_by_a_stranger() {
  Actor target(sleep_for_ever);
  const os::Handle process = pidfd_of(target.id());
  Actor watcher(wait_for_process, {process.raw()});
  watcher.await_blocked();
  EXPECT_FALSE(readable(process.fd(), 0));
  target.kill_unreaped();
  EXPECT_EQ(watcher.hear(), "it ended");
  target.wait();
  EXPECT_TRUE(readable(process.fd(), 0));  // and it stays so
}

// A child that has exactly this id; none when another process was faster.
pid_t fork_with_id(pid_t wanted) {
  clone_args how{};
  how.exit_signal = SIGCHLD;
  how.set_tid = reinterpret_cast<std::uintptr_t>(&wanted);
  how.set_tid_size = 1;
  const long child = ::syscall(SYS_clone3, &how, sizeof how);
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) ::pause();
  }
  if (child == -1 && errno == EPERM)
    throw Unsupported(
        "a process cannot choose the id of its child: clone3(2) with set_tid needs CAP_CHECKPOINT_RESTORE or "
        "CAP_SYS_ADMIN");
  if (child == -1 && errno != EEXIST) throw_errno("clone3 with set_tid");
  return child == -1 ? -1 : static_cast<pid_t>(child);
}

// Signals a dead child by its pidfd while another process has its id; says the result, and whether the other
// lives.
void signal_the_dead(Stage& stage) {
  for (pid_t heir = -1; heir == -1;) {
    const pid_t child = fork_bound();
    if (child == 0) Stage::wait_to_be_killed();
    const os::Handle process = pidfd_of(child);
    kill_and_reap(child);
    heir = fork_with_id(child);
    if (heir == -1) continue;
    for (const int number : {0, SIGKILL})
      stage.say(result_of(::syscall(SYS_pidfd_send_signal, process.raw(), number, nullptr, 0)));
    const os::Handle of_heir = pidfd_of(heir);
    stage.say(readable(of_heir.fd(), 0) ? "dead" : "alive");
    stage.say(result_of(::syscall(SYS_pidfd_send_signal, of_heir.raw(), SIGKILL, nullptr, 0)));
    int status = 0;
    ::waitpid(heir, &status, 0);
    stage.say(WIFSIGNALED(status) ? "killed by its own pidfd" : "not killed");
  }
}

void a_reused_id_is_never_hit() {
  Actor sender(signal_the_dead);
  EXPECT_EQ(sender.hear(), "ESRCH");
  EXPECT_EQ(sender.hear(), "ESRCH");
  EXPECT_EQ(sender.hear(), "alive");
  EXPECT_EQ(sender.hear(), "0");
  EXPECT_EQ(sender.hear(), "killed by its own pidfd");
}

// A file of its own; says its number, and then where it stands whenever it hears a line.
void keep_a_file(Stage& stage) {
  const os::Handle file(check(::memfd_create("ipcmark", MFD_CLOEXEC), "memfd_create"));
  check(::ftruncate(file.fd(), 100), "ftruncate");
  check(::lseek(file.fd(), 11, SEEK_SET), "lseek");
  stage.say(std::to_string(file.fd()));
  for (;;) {
    stage.hear();
    stage.say(std::to_string(::lseek(file.fd(), 0, SEEK_CUR)) + " " +
              std::to_string(::fcntl(file.fd(), F_GETFL) & O_APPEND));
  }
}

void one_open_file_description() {
  Actor owner(keep_a_file);
  const int number = std::stoi(owner.hear());
  const os::Handle process = pidfd_of(owner.id());
  const long got = ::syscall(SYS_pidfd_getfd, process.raw(), number, 0);
  if (got == -1 && errno == EPERM)
    throw Unsupported(
        "pidfd_getfd(2) needs the right to trace an own child: sysctl kernel.yama.ptrace_scope, "
        "CAP_SYS_PTRACE");
  const os::Handle file(check(got, "pidfd_getfd"));
  EXPECT_EQ(::fcntl(file.fd(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(::lseek(file.fd(), 0, SEEK_CUR), 11);
  EXPECT_EQ(::lseek(file.fd(), 42, SEEK_SET), 42);
  check(::fcntl(file.fd(), F_SETFL, O_APPEND), "fcntl");
  EXPECT_EQ(ask(owner, "look"), "42 " + std::to_string(O_APPEND));
  const long none = ::syscall(SYS_pidfd_getfd, process.raw(), 1000, 0);
  EXPECT_EQ(result_of(none), "EBADF");
}

std::size_t page_size() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

// Three pages, of which the last is then unmapped; says where they begin.
void keep_two_pages(Stage& stage) {
  const std::size_t page = page_size();
  void* const pages = map_memory(nullptr, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  auto* const bytes = static_cast<unsigned char*>(pages);
  for (std::size_t k = 0; k < 2 * page; ++k) bytes[k] = static_cast<unsigned char>(k * 7 + k / page);
  check(::munmap(bytes + 2 * page, page), "munmap");
  stage.say(std::to_string(reinterpret_cast<std::uintptr_t>(pages)));
  Stage::wait_to_be_killed();
}

std::string read_memory(const Actor& owner, std::uintptr_t address, std::span<unsigned char> room) {
  const iovec local{.iov_base = room.data(), .iov_len = room.size()};
  const iovec remote{.iov_base = reinterpret_cast<void*>(address), .iov_len = room.size()};
  const ssize_t got = ::process_vm_readv(static_cast<pid_t>(owner.id()), &local, 1, &remote, 1, 0);
  if (got == -1 && errno == EPERM)
    throw Unsupported(
        "process_vm_readv(2) needs the right to trace an own child: sysctl kernel.yama.ptrace_scope, "
        "CAP_SYS_PTRACE");
  return result_of(got);
}

void a_read_ends_at_an_unmapped_page() {
  const std::size_t page = page_size();
  Actor owner(keep_two_pages);
  const std::uintptr_t pages = std::stoull(owner.hear());
  std::vector<unsigned char> room(3 * page, 0xEE);
  EXPECT_EQ(read_memory(owner, pages, std::span(room).first(2 * page)), std::to_string(2 * page));
  EXPECT_EQ(read_memory(owner, pages + 100, room), std::to_string(2 * page - 100));
  for (std::size_t k = 100; k < 2 * page; ++k) {
    if (room[k - 100] != static_cast<unsigned char>(k * 7 + k / page)) {
      ADD_FAILURE() << "byte " << k << " is not the owner's";
      break;
    }
  }
  EXPECT_EQ(room.back(), 0xEE);
  EXPECT_EQ(read_memory(owner, pages + 2 * page, room), "EFAULT");
  const os::Handle process = pidfd_of(owner.id());
  const std::int64_t id = owner.id();
  owner.kill_unreaped();
  EXPECT_TRUE(readable(process.fd(), -1));
  EXPECT_EQ(read_memory(owner, pages, room), "ESRCH");  // of one that is dead and not yet reaped
  owner.wait();
  const iovec local{.iov_base = room.data(), .iov_len = room.size()}, remote = local;
  const ssize_t got = ::process_vm_readv(static_cast<pid_t>(id), &local, 1, &remote, 1, 0);
  EXPECT_EQ(result_of(got), "ESRCH");
}

constexpr Clause table[]{
    {.id = "PFD-01",
     .title = "APidfdBecomesReadableWhenTheProcessEndsAlsoForStrangers",
     .source = "pidfd_open(2), poll(2)",
     .body = an_exit_is_seen_by_a_stranger},
    {.id = "PFD-02",
     .title = "ASignalThroughAPidfdNeverHitsAProcessThatReusedTheId",
     .source = "pidfd_send_signal(2)",
     .body = a_reused_id_is_never_hit},
    {.id = "PFD-03",
     .title = "PidfdGetfdDuplicatesTheSameOpenFileDescription",
     .source = "pidfd_getfd(2)",
     .body = one_open_file_description},
    {.id = "PFD-04",
     .title = "ProcessVmReadvCopiesUpToTheFirstUnmappedPage",
     .source = "process_vm_readv(2)",
     .body = a_read_ends_at_an_unmapped_page,
     .documented = "a partial transfer never splits one element of the vector",
     .observed =
         "one element that runs into an unmapped page is copied up to that page, and the count says so"},
};

}  // namespace

const Section pidfd_section{.name = "PFD", .count = 4, .clauses = table};

}  // namespace ipcmark
