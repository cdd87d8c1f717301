#include <signal.h>

#include "suites/conformance/faults/scene.hpp"

namespace ipcmark {

void mark_before_call() { ::raise(SIGSTOP); }
void mark_behind_call() { ::raise(SIGURG); }

}  // namespace ipcmark
