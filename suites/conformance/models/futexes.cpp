// Sleeping, as the explorer knows it; in place of harness/os/linux/wait.cpp.
#include "harness/os/wait.hpp"
#include "suites/conformance/models/explorer.hpp"

namespace ipcmark::os {

// A futex is 32 bits wide, and may be the lower half of a mark.
void wait_on(const Atomic<std::uint32_t>& word, std::uint32_t seen) noexcept {
  model::location_at(&word, seen).wait(seen, 0xFFFF'FFFFU);
}
bool wake_one(const Atomic<std::uint32_t>& word) noexcept {
  return model::location_at(&word, 0).wake(1) != 0;
}
void wake_all(const Atomic<std::uint32_t>& word) noexcept {
  model::location_at(&word, 0).wake(~std::size_t{0});
}

}  // namespace ipcmark::os
