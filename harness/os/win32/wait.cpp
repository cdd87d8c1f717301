// Being told to stop. A thread waits for the event and does to the one that called listen_for_stop() what a
// signal does elsewhere: a synchronous read or write ends with ERROR_OPERATION_ABORTED, an alertable wait
// with WAIT_IO_COMPLETION. A call that begins only after that is not ended, so whoever asks, asks again.
#include "harness/os/wait.hpp"

#include <thread>

#include "harness/os/process.hpp"
#include "harness/os/win32/start_child.hpp"
#include "harness/os/win32/win32.hpp"

namespace ipcmark::os {
namespace {

void CALLBACK only_wake(ULONG_PTR) {}

Handle this_thread() {
  HANDLE thread = nullptr;
  require(::DuplicateHandle(::GetCurrentProcess(), ::GetCurrentThread(), ::GetCurrentProcess(), &thread, 0,
                            FALSE, DUPLICATE_SAME_ACCESS),
          "DuplicateHandle of a thread");
  return owned(thread);
}

}  // namespace

std::atomic<bool> stop_flag = false;

std::wstring stop_event_of(std::int64_t process) {
  return L"Local\\ipcmark-stop-" + std::to_wstring(process);
}

void listen_for_stop() {
  Handle asked =
      require(::CreateEventW(nullptr, FALSE, FALSE, stop_event_of(own_id()).c_str()), "CreateEvent");
  std::thread([asked = std::move(asked), listener = this_thread()] {
    while (::WaitForSingleObject(native(asked), INFINITE) == WAIT_OBJECT_0) {
      stop_flag.store(true, std::memory_order_relaxed);
      ::CancelSynchronousIo(native(listener));
      ::QueueUserAPC(only_wake, native(listener), 0);
    }
  }).detach();
}

}  // namespace ipcmark::os
