#include "harness/os/host.hpp"

#include <io.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>

#include "harness/os/memory.hpp"
#include "harness/os/process.hpp"
#include "harness/os/win32/win32.hpp"

namespace ipcmark::os {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const std::string& run) {
  return fs::temp_directory_path() / (std::string(name_prefix) + run);
}

std::vector<fs::path> left_names(const std::string& run) {
  std::vector<fs::path> found;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), unreadable)) {
    if (is_name_of(entry.path().filename().string(), run)) found.push_back(entry.path());
  }
  return found;
}

// The lock is a section that has a name of the session, and holds its creator's number. It goes with its
// creator however that ends, and leaves no file.
std::wstring lock_name() {
  const char* other = std::getenv("IPCMARK_HOST_LOCK");  // tests that do not measure use a name of their own
  return L"Local\\ipcmark-host-lock" + (other == nullptr ? std::wstring() : L"-" + wide(other));
}

struct Holder {
  DWORD process;
};

Mapping view_of(const Handle& section) {
  void* const data = ::MapViewOfFile(native(section), FILE_MAP_WRITE, 0, 0, sizeof(Holder));
  if (data == nullptr) throw_last_error("MapViewOfFile of the host lock");
  return {static_cast<std::byte*>(data), sizeof(Holder)};
}

DWORD holder_in(const Handle& section) {
  Holder holder{};
  std::memcpy(&holder, view_of(section).data(), sizeof holder);
  return holder.process;
}

}  // namespace

// A user's own folder, which others may not read.
std::string private_directory(const std::string& run) {
  const fs::path path = folder_of(run);
  fs::create_directory(path);
  return path.string();
}
std::string private_directory_on_disk(const std::string& run) { return private_directory(run); }

void remove_private_directories(const std::string& run) noexcept {
  std::error_code gone;
  fs::remove(folder_of(run), gone);
}

// All other names of a run are of kernel objects, and go with their last handle.
std::vector<std::string> leftovers(const std::string& run) {
  std::vector<std::string> found;
  for (const fs::path& path : left_names(run)) found.push_back(path.string());
  return found;
}
std::vector<std::string> remove_leftovers(const std::string& run) {
  std::vector<std::string> removed = leftovers(run);
  std::error_code gone;
  for (const fs::path& path : left_names(run)) fs::remove_all(path, gone);
  return removed;
}
void remove_queue(const std::string&, unsigned) noexcept {}

std::pair<std::optional<HostLock>, std::int64_t> HostLock::acquire() {
  Handle section = owned(::CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0,
                                              sizeof(Holder), lock_name().c_str()));
  const bool existed = ::GetLastError() == ERROR_ALREADY_EXISTS;
  if (!section) throw_last_error("CreateFileMapping of the host lock");
  // Zero while its holder has not yet written its number: acquired again, it will have.
  if (existed) return {std::nullopt, holder_in(section)};
  const Holder holder{static_cast<DWORD>(own_id())};
  std::memcpy(view_of(section).data(), &holder, sizeof holder);
  return {HostLock(std::move(section)), own_id()};
}

void HostLock::wait_for_holder() {
  const Handle section = owned(::OpenFileMappingW(FILE_MAP_WRITE, FALSE, lock_name().c_str()));
  if (!section) return;
  const Handle process = owned(::OpenProcess(SYNCHRONIZE, FALSE, holder_in(section)));
  if (!process) return;
  const HANDLE termination = termination_event();
  const std::array<HANDLE, 2> either{native(process), termination};
  ::WaitForMultipleObjects(termination == nullptr ? 1 : 2, either.data(), FALSE, INFINITE);
}

std::string command_of(std::int64_t process) {
  const Handle handle =
      owned(::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(process)));
  std::wstring path(32768, L'\0');
  auto size = static_cast<DWORD>(path.size());
  if (!handle || ::QueryFullProcessImageNameW(native(handle), 0, path.data(), &size) == FALSE)
    return "unknown";
  return narrow(std::wstring_view(path).substr(0, size));
}

bool is_terminal(int descriptor) noexcept { return ::_isatty(descriptor) != 0; }

int terminal_width() noexcept {
  CONSOLE_SCREEN_BUFFER_INFO console{};
  if (::GetConsoleScreenBufferInfo(::GetStdHandle(STD_OUTPUT_HANDLE), &console) == FALSE) return 100;
  return console.srWindow.Right - console.srWindow.Left + 1;
}

std::optional<std::uint64_t> stolen_ns() { return std::nullopt; }
std::optional<std::uint64_t> cpu_pressure_us() { return std::nullopt; }
double load_average() { return std::numeric_limits<double>::quiet_NaN(); }

}  // namespace ipcmark::os
