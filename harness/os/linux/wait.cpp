#include "harness/os/wait.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>

namespace ipcmark::os {
namespace {

long futex(const Atomic<std::uint32_t>& word, int operation, std::uint32_t value) noexcept {
  static_assert(sizeof word == 4 && Atomic<std::uint32_t>::is_always_lock_free);
  return ::syscall(SYS_futex, &word, operation, value, nullptr, nullptr, 0);
}

}  // namespace

void wait_on(const Atomic<std::uint32_t>& word, std::uint32_t seen) noexcept {
  futex(word, FUTEX_WAIT, seen);
}
bool wake_one(const Atomic<std::uint32_t>& word) noexcept { return futex(word, FUTEX_WAKE, 1) != 0; }
void wake_all(const Atomic<std::uint32_t>& word) noexcept { futex(word, FUTEX_WAKE, INT_MAX); }

}  // namespace ipcmark::os
