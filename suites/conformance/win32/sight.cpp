// By the context of the actor's first thread. A thread that waits is inside a stub of ntdll or win32u: behind
// its system call instruction, before its return. Wine's stubs are alike.
#include "suites/conformance/sight.hpp"

#include <atomic>
#include <chrono>
#include <new>
#include <thread>

#include "harness/os/win32/win32.hpp"
#include "suites/conformance/actor.hpp"
#include "suites/conformance/win32/error_names.hpp"

namespace ipcmark {

// The first message that a thread gets makes a desktop for it under Wine, which takes tens of milliseconds,
// and a hundred on a busy host. Wine counts processor time in steps of 10 ms, and most of what a loop of
// system calls uses is its server's.
const SleepSigns sleep_signs{
    .in_vain = std::chrono::milliseconds(300), .rest = std::chrono::milliseconds(400), .looks_at_stuck = 100};

namespace {

using os::native;

// What an actor shows of itself.
struct Page {
  std::atomic<DWORD> thread = 0;  // its first
  std::atomic<DWORD> listens = 0;
};

Page* map_page(HANDLE section) {
  void* const data = ::MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, sizeof(Page));
  if (data == nullptr) os::throw_last_error("MapViewOfFile of an actor's page");
  return static_cast<Page*>(data);
}
Page* own_page = nullptr;  // of an actor

struct View {
  explicit View(HANDLE section) : page(map_page(section)) {}
  ~View() { ::UnmapViewOfFile(page); }
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  Page* page;
};

// Where system calls are made from, and what the instruction behind each is.
bool is_in_stub(DWORD64 address) {
  constexpr unsigned char return_instruction = 0xC3;
  HMODULE module = nullptr;
  const auto* const code = reinterpret_cast<const unsigned char*>(address);
  if (::GetModuleHandleExW(
          GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
          reinterpret_cast<const wchar_t*>(code), &module) == FALSE)
    return false;
  // They lie at the same address in all processes.
  const bool makes_calls =
      module == ::GetModuleHandleW(L"ntdll.dll") || module == ::GetModuleHandleW(L"win32u.dll");
  return makes_calls && *code == return_instruction;
}

struct Sample {
  DWORD64 instruction = 0, stack = 0;
  bool stopped = false, known = false;
  bool operator==(const Sample&) const = default;
};
Sample sample_of(const os::Handle& thread) {
  Sample sample;
  const DWORD stops = ::SuspendThread(native(thread));
  if (stops == static_cast<DWORD>(-1)) return sample;
  alignas(16) CONTEXT context{};
  context.ContextFlags = CONTEXT_CONTROL;
  sample.known = ::GetThreadContext(native(thread), &context) != FALSE;
  ::ResumeThread(native(thread));
  sample.stopped = stops > 0;
  sample.instruction = context.Rip;
  sample.stack = context.Rsp;
  return sample;
}

os::Handle open_process(std::int64_t id, DWORD access) {
  return os::owned(::OpenProcess(access, FALSE, static_cast<DWORD>(id)));
}

using OnProcess = LONG NTAPI(HANDLE);
void call_on_process(const char* name, std::int64_t id) {
  auto* const call = os::function_of<OnProcess>(L"ntdll.dll", name);
  if (call == nullptr) throw Unsupported(std::string("this Windows has no ") + name);
  const os::Handle process = open_process(id, PROCESS_SUSPEND_RESUME);
  if (!process) os::throw_last_error("OpenProcess of an actor");
  if (const LONG status = call(native(process)); status < 0)
    throw std::runtime_error(std::string(name) + " of an actor failed");
}

}  // namespace

Sight::Sight()
    : page_(os::require(
          ::CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, sizeof(Page), nullptr),
          "CreateFileMapping of an actor's page")) {
  ::new (View(native(page_)).page) Page;
}
std::vector<os::RawHandle> Sight::handles() const { return {page_.raw()}; }

Doing Sight::look() const {
  constexpr int looks = 3;  // so that no call that only passes is taken for a wait
  const os::Handle process = open_process(process_, SYNCHRONIZE);
  if (!process || ::WaitForSingleObject(native(process), 0) == WAIT_OBJECT_0)
    return {.state = Doing::State::ended, .place = {}};
  const View view(native(page_));
  const DWORD number = view.page->thread.load();
  if (number == 0) return {};
  const os::Handle thread =
      os::owned(::OpenThread(THREAD_SUSPEND_RESUME | THREAD_GET_CONTEXT, FALSE, number));
  if (!thread) return {};
  const Sample first = sample_of(thread);
  if (first.stopped) return {.state = Doing::State::stopped, .place = {}};
  if (view.page->listens.load() != 0) return {.state = Doing::State::listens, .place = {}};
  if (!first.known || !is_in_stub(first.instruction)) return {};
  for (int k = 1; k < looks; ++k) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (sample_of(thread) != first || view.page->listens.load() != 0) return {};
  }
  return {.state = Doing::State::asleep,
          .place = std::to_string(first.instruction) + " " + std::to_string(first.stack)};
}

// Of the first thread, since Wine does not know that of another process.
std::uint64_t Sight::processor_time() const {
  const View view(native(page_));
  const os::Handle thread =
      os::owned(::OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, view.page->thread.load()));
  FILETIME created{}, ended{}, kernel{}, user{};
  if (!thread || ::GetThreadTimes(native(thread), &created, &ended, &kernel, &user) == FALSE) return 0;
  const auto ns_of = [](const FILETIME& time) {
    return (std::uint64_t{time.dwHighDateTime} << 32U | time.dwLowDateTime) * 100U;
  };
  return ns_of(kernel) + ns_of(user);
}

void Sight::stop() const { call_on_process("NtSuspendProcess", process_); }
void Sight::resume() const { call_on_process("NtResumeProcess", process_); }
void Sight::kill() const {
  const os::Handle process = open_process(process_, PROCESS_TERMINATE);
  if (!process || ::TerminateProcess(native(process), 1) == FALSE)
    os::throw_last_error("TerminateProcess of an actor");
}

void be_seen(std::span<const os::RawHandle> handles) {
  const os::Handle section(handles[0]);
  own_page = map_page(native(section));
  own_page->thread.store(::GetCurrentThreadId());
}
void show_listening(bool listens) noexcept {
  if (own_page != nullptr) own_page->listens.store(listens ? 1 : 0);
}

void keep_from_children(os::RawHandle handle) {
  os::require(::SetHandleInformation(native(handle), HANDLE_FLAG_INHERIT, 0), "SetHandleInformation");
}

std::optional<os::Process> start_copy(std::span<const os::RawHandle>, int (*)(void*), void*) {
  return std::nullopt;
}

std::string error_name(int number) { return name_of_error(static_cast<unsigned long>(number)); }

}  // namespace ipcmark
