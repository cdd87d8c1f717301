#include "harness/os/win32/sleepers.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "harness/os/wait.hpp"
#include "harness/os/win32/win32.hpp"

namespace ipcmark::os {
namespace {

struct Known {
  const std::byte* memory;
  std::size_t size;
  SleepersTable& table;
  std::vector<Handle> events;
};

std::mutex known_lock;
std::vector<std::unique_ptr<const Known>> known;

struct Word {
  const Known& memory;
  std::uint32_t name;  // its offset plus one
};

// A word of other memory cannot be waited for: a mistake in this program.
Word word_at(const Atomic<std::uint32_t>& word) noexcept {
  const auto* const address = reinterpret_cast<const std::byte*>(&word);
  const std::lock_guard held(known_lock);
  for (const auto& each : known) {
    if (address >= each->memory && address < each->memory + each->size)
      return {*each, static_cast<std::uint32_t>(address - each->memory) + 1};
  }
  std::abort();
}

// The number of the place, or `places` where all are taken.
std::size_t take_place(SleepersTable& table, std::uint32_t name) noexcept {
  std::size_t place = 0;
  for (; place < SleepersTable::places; ++place) {
    std::uint32_t free = 0;
    if (table.asleep[place].load(std::memory_order_relaxed) == 0 &&
        table.asleep[place].compare_exchange_strong(free, name, std::memory_order_relaxed))
      break;
  }
  return place;
}

}  // namespace

void know_sleepers(std::byte* memory, std::size_t size, std::vector<Handle> events) {
  auto& table = *reinterpret_cast<SleepersTable*>(memory + sleepers_offset(size));
  const std::lock_guard held(known_lock);
  known.push_back(std::make_unique<const Known>(Known{memory, size, table, std::move(events)}));
}
void forget_sleepers(const std::byte* memory) noexcept {
  const std::lock_guard held(known_lock);
  std::erase_if(known, [&](const auto& each) { return each->memory == memory; });
}

void wait_on(const Atomic<std::uint32_t>& word, std::uint32_t seen) noexcept {
  const auto [memory, name] = word_at(word);
  const std::size_t place = take_place(memory.table, name);
  if (place == SleepersTable::places) {  // more sleepers than places: this one looks again, and again
    ::SwitchToThread();
    return;
  }
  fence(std::memory_order_seq_cst);
  if (word.load(std::memory_order_relaxed) == seen)
    ::WaitForSingleObjectEx(native(memory.events[place]), INFINITE, TRUE);
  memory.table.asleep[place].store(0, std::memory_order_relaxed);
}

// All of them: one alone might be killed before it has looked, and its wake be lost.
bool wake_one(const Atomic<std::uint32_t>& word) noexcept {
  const auto [memory, name] = word_at(word);
  bool any = false;
  fence(std::memory_order_seq_cst);
  for (std::size_t place = 0; place < SleepersTable::places; ++place) {
    if (memory.table.asleep[place].load(std::memory_order_relaxed) != name) continue;
    any = true;
    ::SetEvent(native(memory.events[place]));
  }
  return any;
}
void wake_all(const Atomic<std::uint32_t>& word) noexcept { wake_one(word); }

}  // namespace ipcmark::os
