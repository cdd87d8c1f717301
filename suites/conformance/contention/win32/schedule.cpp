#include "suites/conformance/contention/schedule.hpp"

#include "harness/os/win32/win32.hpp"

namespace ipcmark::contention {
namespace {

constexpr unsigned most = 64;  // processors of a group

}  // namespace

std::vector<unsigned> own_processors() {
  DWORD_PTR own = 0, all = 0;
  os::require(::GetProcessAffinityMask(::GetCurrentProcess(), &own, &all), "GetProcessAffinityMask");
  std::vector<unsigned> processors;
  for (unsigned k = 0; k < most; ++k) {
    if ((own >> k & 1U) != 0) processors.push_back(k);
  }
  return processors;
}

void run_on_any(const std::vector<unsigned>& processors) noexcept {
  DWORD_PTR mask = 0;
  for (const unsigned processor : processors) mask |= DWORD_PTR{1} << processor;
  ::SetThreadAffinityMask(::GetCurrentThread(), mask);
}
void run_on(unsigned processor) noexcept {
  ::SetThreadAffinityMask(::GetCurrentThread(), DWORD_PTR{1} << processor);
}

bool has_alarms() noexcept { return false; }
void prepare_alarms() {}
void set_alarm(long) noexcept {}

}  // namespace ipcmark::contention
