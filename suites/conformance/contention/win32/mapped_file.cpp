#include "suites/conformance/contention/mapped_file.hpp"

#include "harness/os/win32/win32.hpp"

namespace ipcmark::contention {
namespace {

os::Handle open_file(const std::string& path, DWORD how) {
  return os::require(
      ::CreateFileW(os::wide(path).c_str(), GENERIC_READ | GENERIC_WRITE,
                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, how, 0, nullptr),
      ("CreateFile of " + path).c_str());
}

}  // namespace

// A mapping as large as the file allocates it.
void allocate_file(const std::string& path, std::size_t size) {
  const os::Handle file = open_file(path, CREATE_ALWAYS);
  LARGE_INTEGER end{};
  end.QuadPart = static_cast<LONGLONG>(size);
  os::require(::SetFilePointerEx(os::native(file), end, nullptr, FILE_BEGIN), "SetFilePointerEx");
  os::require(::SetEndOfFile(os::native(file)), "SetEndOfFile of a history");
}

os::Mapping map_file(const std::string& path, Access access) {
  const bool writes = access == Access::write;
  const os::Handle file = open_file(path, OPEN_EXISTING);
  LARGE_INTEGER size{};
  os::require(::GetFileSizeEx(os::native(file), &size), "GetFileSizeEx of a history");
  if (size.QuadPart == 0) return {};
  const os::Handle section = os::require(
      ::CreateFileMappingW(os::native(file), nullptr, writes ? PAGE_READWRITE : PAGE_READONLY, 0, 0, nullptr),
      "CreateFileMapping of a history");
  void* const data =
      ::MapViewOfFile(os::native(section), writes ? FILE_MAP_READ | FILE_MAP_WRITE : FILE_MAP_READ, 0, 0, 0);
  if (data == nullptr) os::throw_last_error("MapViewOfFile of a history");
  return {static_cast<std::byte*>(data), static_cast<std::size_t>(size.QuadPart)};
}

}  // namespace ipcmark::contention
