#include "harness/run/sabotaged.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "harness/os/clock.hpp"

namespace ipcmark {
namespace {

volatile std::uint64_t turned = 0;

}  // namespace

Sabotaged::Sabotaged(std::unique_ptr<Endpoint> endpoint, const Sabotage& sabotage)
    : endpoint_(std::move(endpoint)), receives_left_(sabotage.dies ? 10 : 0) {
  if (sabotage.slower_ns <= 0) return;
  constexpr std::uint64_t turns = 1 << 16;
  constexpr int repetitions = 5;
  // The quickest of some: what interrupts a loop only makes it longer.
  std::uint64_t quickest = UINT64_MAX;
  for (int k = 0; k < repetitions; ++k) {
    const std::uint64_t begun = os::read_monotonic();
    turn(turns);
    quickest = std::min(quickest, os::read_monotonic() - begun);
  }
  const double turn_ns =
      static_cast<double>(std::max<std::uint64_t>(quickest, 1)) / static_cast<double>(turns);
  turns_ = static_cast<std::uint64_t>(std::llround(sabotage.slower_ns / turn_ns));
}

// A turn is a store that no compiler leaves out: Clang does so with a signal fence, and with an atomic
// variable that nobody reads; and to count in memory takes one to five cycles, by where it lies. It is not in
// line, so that what is run is what was measured.
[[gnu::noinline]] void Sabotaged::turn(std::uint64_t turns) noexcept {
  for (std::uint64_t k = 0; k < turns; ++k) turned = k;
}

void Sabotaged::die() noexcept { std::abort(); }

}  // namespace ipcmark
