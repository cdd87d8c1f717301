// Signals that come all the time, to the process that asks for them: one file of the same name for each
// system.
#pragma once

#include <cstdint>

namespace ipcmark {

// Counts what comes. Where there are signals, a request to stop is followed by others, as long as end_storm()
// does not end them: one that comes just before a call begins to wait would end nothing.
void watch_signals();
// A SIGALRM every millisecond. Throws Unsupported where there are no signals (Windows).
void begin_storm();
void end_storm() noexcept;
std::uint64_t signals_seen() noexcept;

}  // namespace ipcmark
