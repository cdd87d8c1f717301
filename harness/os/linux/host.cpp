#include "harness/os/host.hpp"

#include <linux/magic.h>
#include <mqueue.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/errors.hpp"
#include "harness/os/process.hpp"

namespace ipcmark::os {
namespace {

namespace fs = std::filesystem;

// Where private directories may stand.
std::vector<fs::path> temporary_folders() {
  std::vector<fs::path> folders{fs::temp_directory_path(), "/var/tmp"};
  if (folders[0].lexically_normal() == folders[1]) folders.pop_back();
  return folders;
}

// Where a run's names may stand.
std::vector<fs::path> name_folders() {
  std::vector<fs::path> folders = temporary_folders();
  folders.insert(folders.begin(), {"/dev/shm", "/dev/mqueue"});
  return folders;
}

bool holds_files_in_memory(const fs::path& folder) {
  struct statfs facts {};
  if (::statfs(folder.c_str(), &facts) == -1) throw_errno("statfs " + folder.string());
  return facts.f_type == TMPFS_MAGIC || facts.f_type == RAMFS_MAGIC;
}

std::string private_directory_in(const fs::path& folder, const std::string& run) {
  const fs::path path = folder / (std::string(name_prefix) + run);
  if (::mkdir(path.c_str(), 0700) == -1 && errno != EEXIST) throw_errno("mkdir " + path.string());
  return path.string();
}

std::vector<fs::path> left_names(const std::string& run) {
  std::vector<fs::path> found;
  for (const fs::path& folder : name_folders()) {
    std::error_code unreadable;
    for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
      if (is_name_of(entry.path().filename().string(), run)) found.push_back(entry.path());
    }
  }
  return found;
}

// System V keys of ours: B in the highest 4 bits, then 22 bits of process id, then 6 bits of link number.
// ftok(3) puts a character of its caller's choice into the highest 8, so that a letter (4 to 7) would be a
// stranger's.
constexpr std::uint32_t key_mark = 0xB000'0000U;
constexpr unsigned key_link_bits = 6;
// Ours alone have these, and belong to the user who may remove them.
constexpr unsigned own_permissions = 600;

std::int64_t creator_of_key(std::uint32_t key) { return (key & 0x0FFF'FFFFU) >> key_link_bits; }

struct SystemVObject {
  const char* kind;
  int id;
};

std::vector<SystemVObject> left_system_v(const std::string& run) {
  std::vector<SystemVObject> found;
  for (const char* kind : {"msg", "shm", "sem"}) {
    std::ifstream table(std::string("/proc/sysvipc/") + kind);
    std::string line;
    std::getline(table, line);
    while (std::getline(table, line)) {
      std::istringstream columns(line);
      std::int64_t key = 0;
      int id = 0;
      unsigned permissions = 0;
      if (!(columns >> key >> id >> permissions) || permissions != own_permissions) continue;
      const auto bits = static_cast<std::uint32_t>(key);
      if ((bits & 0xF000'0000U) != key_mark) continue;
      const std::int64_t creator = creator_of_key(bits);
      if (run.empty() ? !process_exists(creator) : creator == creator_of(run)) found.push_back({kind, id});
    }
  }
  return found;
}

void remove_system_v(const SystemVObject& object) {
  if (object.kind[0] == 'm') ::msgctl(object.id, IPC_RMID, nullptr);
  if (object.kind[1] == 'h') ::shmctl(object.id, IPC_RMID, nullptr);
  if (object.kind[1] == 'e') ::semctl(object.id, 0, IPC_RMID);
}

// The lock is an abstract AF_UNIX name: unix(7). It goes with its holder however that ends, leaves no file,
// and tells who holds it by SO_PEERCRED. Nothing is ever sent over it.
sockaddr_un lock_address(socklen_t& size) {
  const char* other = std::getenv("IPCMARK_HOST_LOCK");  // tests that do not measure use a name of their own
  const std::string name =
      std::string("ipcmark-host-lock") + (other == nullptr ? "" : std::string("-") + other);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::min(name.size(), sizeof address.sun_path - 1);
  std::memcpy(address.sun_path + 1, name.data(), length);
  size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
  return address;
}

Handle lock_socket() {
  return Handle(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket of the host lock"));
}

Handle connect_to_holder() {
  socklen_t size = 0;
  const sockaddr_un address = lock_address(size);
  Handle socket = lock_socket();
  if (::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), size) == -1) return {};
  return socket;
}

}  // namespace

std::string private_directory(const std::string& run) {
  return private_directory_in(fs::temp_directory_path(), run);
}

std::string private_directory_on_disk(const std::string& run) {
  std::error_code missing;
  for (const fs::path& folder : temporary_folders()) {
    if (fs::is_directory(folder, missing) && !holds_files_in_memory(folder))
      return private_directory_in(folder, run);
  }
  throw Unsupported(
      fs::temp_directory_path().string() +
      " and /var/tmp hold their files in memory (tmpfs); name a directory on a disk with export "
      "TMPDIR=...");
}

void remove_private_directories(const std::string& run) noexcept {
  std::error_code gone;
  for (const fs::path& folder : temporary_folders())
    fs::remove(folder / (std::string(name_prefix) + run), gone);
}

std::int32_t system_v_key(std::int64_t creator, unsigned link) {
  const auto bits = key_mark | (static_cast<std::uint32_t>(creator) & 0x3F'FFFFU) << key_link_bits |
                    (link & ((1U << key_link_bits) - 1));
  return static_cast<std::int32_t>(bits);
}

std::vector<std::string> leftovers(const std::string& run) {
  std::vector<std::string> found;
  for (const fs::path& path : left_names(run)) found.push_back(path.string());
  for (const SystemVObject& object : left_system_v(run)) {
    found.push_back(std::string("System V ") + object.kind + " " + std::to_string(object.id));
  }
  return found;
}

std::vector<std::string> remove_leftovers(const std::string& run) {
  std::vector<std::string> removed = leftovers(run);
  std::error_code gone;
  for (const fs::path& path : left_names(run)) fs::remove_all(path, gone);
  for (const SystemVObject& object : left_system_v(run)) remove_system_v(object);
  return removed;
}

void remove_queue(const std::string& run, unsigned link) noexcept {
  ::mq_unlink(("/" + object_name(run, link)).c_str());
}

std::pair<std::optional<HostLock>, std::int64_t> HostLock::acquire() {
  socklen_t size = 0;
  const sockaddr_un address = lock_address(size);
  Handle socket = lock_socket();
  if (::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&address), size) == 0) {
    check(::listen(socket.fd(), 64), "listen on the host lock");
    return {HostLock(std::move(socket)), own_id()};
  }
  if (errno != EADDRINUSE) throw_errno("bind of the host lock");
  const Handle holder = connect_to_holder();
  if (!holder) return {std::nullopt, 0};  // it has just ended
  ucred who{};
  socklen_t length = sizeof who;
  check(::getsockopt(holder.fd(), SOL_SOCKET, SO_PEERCRED, &who, &length), "SO_PEERCRED of the host lock");
  return {std::nullopt, who.pid};
}

void HostLock::wait_for_holder() {
  const Handle holder = connect_to_holder();
  if (!holder) return;
  pollfd hung_up{.fd = holder.fd(), .events = 0, .revents = 0};
  while (::poll(&hung_up, 1, -1) == -1 && errno == EINTR && termination_signal() == 0) {
  }
}

std::string command_of(std::int64_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/cmdline", std::ios::binary);
  std::string command((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!command.empty() && command.back() == '\0') command.pop_back();
  for (char& letter : command) letter = letter == '\0' ? ' ' : letter;
  return command.empty() ? "unknown" : command;
}

bool is_terminal(int descriptor) noexcept { return ::isatty(descriptor) == 1; }

int terminal_width() noexcept {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == -1 || size.ws_col == 0) return 100;
  return size.ws_col;
}

}  // namespace ipcmark::os
