#include "harness/os/handle.hpp"

#include <unistd.h>

namespace ipcmark::os {

void close_handle(RawHandle raw) noexcept { ::close(static_cast<int>(raw)); }

}  // namespace ipcmark::os
