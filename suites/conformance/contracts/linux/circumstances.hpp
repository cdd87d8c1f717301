// What the plays of several sections do to their own process before the call that a clause is about.
#pragma once

#include <cstddef>
#include <string>

#include "suites/conformance/actor.hpp"

namespace ipcmark {

// Lets SIGUSR1 run a handler that is installed with these flags of sigaction(2) and adds 1 to an eventfd, by
// which others learn that it has run.
void handle_signal(int flags, int told);
// Signals an actor that waits in a system call, and returns once its handler has run.
void interrupt(Actor&, int told);
os::Handle make_told();  // the eventfd

// Gives up every capability, so that modes and limits bind this process as they bind any owner.
void drop_capabilities();
// Makes this process one of another user and another group, without capabilities. Throws Unsupported where it
// may not become one.
void become_another_user();
// Moves this process into a new IPC namespace: its queues and semaphores count for themselves, are seen by
// nobody else, and go with it. Throws Unsupported where no way leads there.
void enter_own_ipc_namespace();

// An address at which nothing may be read or written.
void* forbidden_address();

// A race: the line that starts a racer, and what a racer does with it. All begin at one moment of the
// monotonic clock, for which they spin, so that they really meet.
std::string starting_line(const std::string& what);
std::string await_start(Stage&);  // returns `what`

// `size` letters, different for each seed, and rarely a repetition of themselves.
std::string letters(std::size_t size, std::size_t seed = 0);

}  // namespace ipcmark
