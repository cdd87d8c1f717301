#include "harness/os/process.hpp"

#include <windows.h>
// After it.
#include <psapi.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>

#include "harness/os/win32/start_child.hpp"
#include "harness/os/win32/win32.hpp"

namespace ipcmark::os {
namespace {

// The exit code of a process that we kill: DBG_TERMINATE_PROCESS of ntstatus.h, which nothing else here uses.
constexpr DWORD killed = 0x40010004;
constexpr DWORD first_error_status = 0xC0000000;  // STATUS_SEVERITY_ERROR

std::atomic<int> termination = 0;
std::atomic<HANDLE> termination_came = nullptr;

// Runs in a thread of its own. When it returns from the end of a console or session the process is ended at
// once; until then it has some seconds: Microsoft, "HandlerRoutine callback function".
BOOL WINAPI note_termination(DWORD event) {
  const bool typed = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
  termination.store(typed ? SIGINT : SIGTERM, std::memory_order_relaxed);
  ::SetEvent(termination_came);
  if (!typed) ::Sleep(INFINITE);
  return TRUE;
}

std::uint64_t ns_of(const FILETIME& time) noexcept {  // which counts steps of 100 ns
  return (std::uint64_t{time.dwHighDateTime} << 32U | time.dwLowDateTime) * 100U;
}

}  // namespace

HANDLE termination_event() noexcept { return termination_came; }

void catch_termination() {
  if (termination_came == nullptr) {
    const HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
    if (event == nullptr) throw_last_error("CreateEvent");
    termination_came = event;  // for as long as this process lives, since the handler may come at any time
  }
  require(::SetConsoleCtrlHandler(note_termination, TRUE), "SetConsoleCtrlHandler");
}
int termination_signal() noexcept { return termination.load(std::memory_order_relaxed); }
std::string signal_text(int signal) { return signal == SIGINT ? "Interrupt" : "Terminated"; }
void survive_closed_pipes() noexcept {}
bool starts_may_fail() noexcept { return under_wine(); }

std::int64_t own_id() noexcept { return ::GetCurrentProcessId(); }

std::string error_text(int error) {
  std::array<wchar_t, 512> text{};
  const DWORD size =
      ::FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr,
                       static_cast<DWORD>(error), 0, text.data(), static_cast<DWORD>(text.size()), nullptr);
  const std::wstring_view said(text.data(), size);
  const std::size_t end = said.find_last_not_of(L".\r\n ");
  const std::string number = "error " + std::to_string(error);
  return end == std::wstring_view::npos ? number : narrow(said.substr(0, end + 1)) + ", " + number;
}

bool process_exists(std::int64_t id) noexcept {
  const Handle process = owned(::OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(id)));
  if (!process) return ::GetLastError() == ERROR_ACCESS_DENIED;
  return ::WaitForSingleObject(native(process), 0) == WAIT_TIMEOUT;
}

void cheapest_system_call() noexcept {
  DWORD code = 0;
  ::GetExitCodeThread(::GetCurrentThread(), &code);
}

std::string executable_path() {
  std::wstring path(32768, L'\0');  // the longest that there is
  const DWORD size = ::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
  if (size == 0) throw_last_error("GetModuleFileName");
  return narrow(std::wstring_view(path).substr(0, size));
}

RawHandle number_in_child(std::span<const RawHandle> handles, std::size_t k) noexcept { return handles[k]; }

RawHandle first_handle() {
  std::array<wchar_t, 32> text{};
  if (::GetEnvironmentVariableW(first_handle_variable, text.data(), static_cast<DWORD>(text.size())) == 0)
    throw UsageError("this role is for a process that ipcmark has started");
  return static_cast<RawHandle>(std::stoll(text.data()));
}

std::string Exit::text() const {
  const auto status = static_cast<DWORD>(code);
  if (status == killed) return "terminated";
  if (status < first_error_status) return "exit code " + std::to_string(code);
  char hexadecimal[32];
  std::snprintf(hexadecimal, sizeof hexadecimal, "exit code 0x%08lX", status);
  return hexadecimal;
}

Process Process::start(const std::string& file, const std::vector<std::string>& arguments,
                       std::span<const RawHandle> handles, bool outlives_parent) {
  StartedChild started = start_child(file, arguments, handles, outlives_parent);
  Process child;
  child.id_ = started.id;
  child.process_ = std::move(started.process);
  child.job_ = std::move(started.job);
  return child;
}

Process Process::adopt(std::int64_t id) noexcept {
  Process child;
  child.process_ = owned(::OpenProcess(SYNCHRONIZE | PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION,
                                       FALSE, static_cast<DWORD>(id)));
  if (child.process_) child.id_ = id;
  return child;
}
Process::Process(Process&& other) noexcept { *this = std::move(other); }
Process& Process::operator=(Process&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(exit_, other.exit_);
  std::swap(process_, other.process_);
  std::swap(job_, other.job_);
  return *this;
}
Process::~Process() {
  kill();
  wait();
}

void Process::ask_to_stop() noexcept {
  if (!running()) return;
  const Handle event = owned(::OpenEventW(EVENT_MODIFY_STATE, FALSE, stop_event_of(id_).c_str()));
  if (event) ::SetEvent(native(event));
}
void Process::kill() noexcept {
  if (!running()) return;
  if (job_) ::TerminateJobObject(native(job_), killed);
  ::TerminateProcess(native(process_), killed);
}
Exit Process::wait() noexcept {
  if (running()) ::WaitForSingleObject(native(process_), INFINITE);
  return try_wait().value_or(exit_);
}
std::optional<Exit> Process::try_wait() noexcept {
  if (!running()) return exit_;
  if (::WaitForSingleObject(native(process_), 0) == WAIT_TIMEOUT) return std::nullopt;
  DWORD code = 0;
  ::GetExitCodeProcess(native(process_), &code);
  id_ = 0;
  process_.reset();
  job_.reset();
  return exit_ = {.code = static_cast<int>(code), .signal = 0};
}

Usage usage_of_self() noexcept {
  FILETIME created{}, ended{}, kernel{}, user{};
  ::GetProcessTimes(::GetCurrentProcess(), &created, &ended, &kernel, &user);
  PROCESS_MEMORY_COUNTERS memory{};
  ::K32GetProcessMemoryInfo(::GetCurrentProcess(), &memory, sizeof memory);
  Usage used;
  used.user_ns = ns_of(user);
  used.system_ns = ns_of(kernel);
  used.voluntary_switches = used.involuntary_switches = used.major_faults = std::nullopt;
  used.minor_faults = memory.PageFaultCount;
  used.peak_rss_bytes = memory.PeakWorkingSetSize;
  return used;
}

std::optional<std::uint64_t> proportional_memory() { return std::nullopt; }

std::optional<std::uint64_t> open_handles() {
  DWORD count = 0;
  if (::GetProcessHandleCount(::GetCurrentProcess(), &count) == FALSE) return std::nullopt;
  return count;
}

HardwareCounters::HardwareCounters()
    : unavailable_("Windows lets no ordinary process count instructions or cache misses") {}
void HardwareCounters::start() noexcept {}
std::optional<HardwareCounters::Reading> HardwareCounters::stop() noexcept { return std::nullopt; }

}  // namespace ipcmark::os
