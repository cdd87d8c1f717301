// A child process: opens its endpoints, then runs its loop whenever the parent says so.
#pragma once

namespace ipcmark {

// Runs until the parent closes the control channel, which is os::first_handle(). Returns the exit code.
int child_main();

}  // namespace ipcmark
