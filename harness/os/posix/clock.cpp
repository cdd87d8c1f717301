#include "harness/os/clock.hpp"

#include <ctime>

namespace ipcmark::os {
namespace {

std::uint64_t read(clockid_t id) noexcept {
  timespec now{};
  ::clock_gettime(id, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

std::uint64_t read_monotonic() noexcept { return read(CLOCK_MONOTONIC); }
std::uint64_t read_monotonic_coarse() noexcept { return read(CLOCK_MONOTONIC_COARSE); }

}  // namespace ipcmark::os
