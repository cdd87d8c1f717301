#include "suites/conformance/faults/scene.hpp"

namespace ipcmark {

void mark_before_call() { throw Unsupported("calls are traced under Linux only"); }
void mark_behind_call() {}

}  // namespace ipcmark
