// Shared memory is a section of the paging file, known by its handle alone: CreateFileMapping. All of it is
// committed when it is created, so a host without room says so then. Behind it lies the table of those who
// sleep on its words, whose events go along.
#include "harness/os/memory.hpp"

#include <array>

#include "harness/os/win32/sleepers.hpp"
#include "harness/os/win32/win32.hpp"

namespace ipcmark::os {
namespace {

// Every page is touched, so that no timed call faults.
Mapping map(const Handle& section, std::size_t size) {
  void* const data =
      ::MapViewOfFile(native(section), FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, with_sleepers(size));
  if (data == nullptr) throw_last_error("MapViewOfFile");
  Mapping mapping(static_cast<std::byte*>(data), size);
  constexpr std::size_t page = 4096;  // the smallest that there is
  for (std::size_t at = 0; at < size; at += page)
    static_cast<void>(*static_cast<const volatile std::byte*>(mapping.data() + at));
  return mapping;
}

void require_usual(Memory memory) {
  if (memory != Memory::posix_shm)
    throw Unsupported("Windows has one kind of shared memory here: sections of the paging file");
}

class Section final : public SharedMemory {
 public:
  explicit Section(std::size_t size) {
    const std::uint64_t bytes = with_sleepers(size);
    section_ =
        owned(::CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE,
                                   static_cast<DWORD>(bytes >> 32U), static_cast<DWORD>(bytes), nullptr));
    if (!section_ && ::GetLastError() == ERROR_COMMITMENT_LIMIT) {
      throw Unsupported("a section of " + std::to_string(size / 1024) +
                        " KiB finds no room in the paging file; make it larger or use smaller messages");
    }
    if (!section_) throw_last_error("CreateFileMapping");
    mapping_ = map(section_, size);
    for (Handle& event : events_)
      event = require(::CreateEventW(nullptr, FALSE, FALSE, nullptr), "CreateEvent of a sleeper");
  }
  std::vector<RawHandle> handles() override {
    std::vector<RawHandle> all{section_.raw()};
    for (const Handle& event : events_) all.push_back(event.raw());
    return all;
  }
  void handed_over() noexcept override {
    section_.reset();
    for (Handle& event : events_) event.reset();
  }

 private:
  Handle section_;
  std::array<Handle, SleepersTable::places> events_;
};

}  // namespace

Mapping::~Mapping() {
  if (data_ == nullptr) return;
  forget_sleepers(data_);
  ::UnmapViewOfFile(data_);
}

std::unique_ptr<SharedMemory> create_shared_memory(Memory memory, const std::string&, unsigned,
                                                   std::size_t size) {
  require_usual(memory);
  return std::make_unique<Section>(size);
}

// A mechanism may have handles of its own behind these.
Mapping open_shared_memory(Memory memory, const std::string&, std::span<const RawHandle> handles,
                           std::size_t size) {
  require_usual(memory);
  const Handle section(handles.front());
  std::vector<Handle> events;
  for (const RawHandle event : handles.subspan(1, SleepersTable::places)) events.emplace_back(event);
  Mapping mapping = map(section, size);
  know_sleepers(mapping.data(), size, std::move(events));
  return mapping;
}

// VirtualLock takes one range that is there already, and there is no call for the rest.
bool lock_memory() noexcept { return false; }

}  // namespace ipcmark::os
