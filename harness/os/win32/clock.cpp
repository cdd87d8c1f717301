#include "harness/os/clock.hpp"

#include "harness/os/win32/win32.hpp"

namespace ipcmark::os {
namespace {

// Fixed while the system runs.
std::uint64_t counts_per_second() noexcept {
  static const std::uint64_t known = [] {
    LARGE_INTEGER frequency{};
    ::QueryPerformanceFrequency(&frequency);
    return static_cast<std::uint64_t>(frequency.QuadPart);
  }();
  return known;
}

}  // namespace

// In two parts, since the product of all counts and a billion would not fit.
std::uint64_t read_monotonic() noexcept {
  constexpr std::uint64_t second = 1'000'000'000;
  LARGE_INTEGER now{};
  ::QueryPerformanceCounter(&now);
  const auto counts = static_cast<std::uint64_t>(now.QuadPart);
  const std::uint64_t each = counts_per_second();
  return counts / each * second + counts % each * second / each;
}

std::uint64_t read_monotonic_coarse() noexcept { return ::GetTickCount64() * 1'000'000U; }

}  // namespace ipcmark::os
