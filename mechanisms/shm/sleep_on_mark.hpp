// Sleeping until the mark of a slot changes, for any number of sleepers, and waking them.
//
// Whoever is about to sleep sets the highest bit of the very mark that it saw, by compare-exchange, and
// sleeps by futex(2) on the lower half. Whoever changes the mark exchanges it, and so takes over exactly the
// sleepers of the mark before. State and flag are one atomic word, and all that is ever needed is the order
// of changes of one word: either the sleeper came first, and the exchange returns its bit; or the change came
// first, and its compare-exchange fails. There is no flag to be cleared late, no fence to be forgotten, and a
// sleeper that was killed costs one wake in vain. All sleepers of a slot are woken, so that no wake-up is
// lost with one that is killed, or told to stop, before it could use it.
#pragma once

#include "harness/os/wait.hpp"
#include "mechanisms/shm/segment.hpp"

namespace ipcmark {

// Sleeps while the mark's number is that of `seen`; may return early, and the caller looks again.
inline void sleep_on_mark(const Slots& slots, std::uint32_t number, std::uint64_t seen) noexcept {
  if ((seen & Mark::slept_on) == 0 &&
      !slots.mark(number).compare_exchange_strong(seen, seen | Mark::slept_on, std::memory_order_relaxed))
    return;
  os::wait_on(slots.mark_word(number), Mark::number(seen));
}

// Waits until the mark is no longer `seen`; may return early, and does when told to stop.
inline void wait_on_mark(const Slots& slots, std::uint32_t number, std::uint64_t seen, Wait wait,
                         os::AdaptiveSpin& spin) noexcept {
  const auto changed = [&] { return slots.mark(number).load(std::memory_order_relaxed) != seen; };
  if (wait == Wait::spin) {
    static_cast<void>(os::spin_until(changed));
  } else if (wait == Wait::block || !spin.until(changed)) {
    sleep_on_mark(slots, number, seen);
  }
}

// Changes a mark (memory_order_release) and wakes its sleepers. Where all spin, a plain store does.
inline void change_mark(const Slots& slots, std::uint32_t number, std::uint64_t mark, Wait wait) noexcept {
  if (wait == Wait::spin) {
    slots.mark(number).store(mark, std::memory_order_release);
  } else if ((slots.mark(number).exchange(mark, std::memory_order_release) & Mark::slept_on) != 0) {
    os::wake_all(slots.mark_word(number));
  }
}

}  // namespace ipcmark
