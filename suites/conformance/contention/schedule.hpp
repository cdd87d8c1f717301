// How a process disturbs its own schedule: one file of the same name for each system.
#pragma once

#include <vector>

namespace ipcmark::contention {

// The processors that this process may use.
std::vector<unsigned> own_processors();
// From now on on this one only.
void run_on(unsigned processor) noexcept;
void run_on_any(const std::vector<unsigned>& processors) noexcept;

// Whether an alarm can interrupt a call that waits: setitimer(2), without SA_RESTART. Not on Windows, which
// has no signals.
bool has_alarms() noexcept;
void prepare_alarms();
void set_alarm(long microseconds) noexcept;  // once; 0: none

}  // namespace ipcmark::contention
