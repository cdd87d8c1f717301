#include "suites/conformance/storm.hpp"

#include "harness/errors.hpp"

namespace ipcmark {

void watch_signals() {}
void begin_storm() { throw Unsupported("Windows has no signals"); }
void end_storm() noexcept {}
std::uint64_t signals_seen() noexcept { return 0; }

}  // namespace ipcmark
