#include "suites/conformance/board_memory.hpp"

#include "harness/os/win32/win32.hpp"

namespace ipcmark {
namespace {

std::wstring full_name(const std::string& name) { return L"Local\\" + os::wide(name) + L"-board"; }

os::Mapping map(const os::Handle& section, std::size_t size) {
  void* const data = ::MapViewOfFile(os::native(section), FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, size);
  if (data == nullptr) os::throw_last_error("MapViewOfFile of a board");
  return {static_cast<std::byte*>(data), size};
}

}  // namespace

BoardMemory::BoardMemory(std::string name, std::size_t size)
    : name_(std::move(name)),
      section_(os::require(::CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0,
                                                static_cast<DWORD>(size), full_name(name_).c_str()),
                           "CreateFileMapping of a board")),
      mapping_(map(section_, size)) {}
BoardMemory::~BoardMemory() = default;
os::Mapping BoardMemory::open(const std::string& name, std::size_t size) {
  const os::Handle section =
      os::require(::OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, full_name(name).c_str()),
                  "OpenFileMapping of a board");
  return map(section, size);
}

}  // namespace ipcmark
