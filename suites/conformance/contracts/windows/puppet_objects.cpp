// What a puppet does with objects that one waits for, with memory, and with handles as such. A name of "-" is
// none.
#include <algorithm>
#include <iterator>
#include <thread>

#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark::windows {
namespace {

struct Name {
  explicit Name(Words& words) : text(os::wide(next_text(words))) {}
  const wchar_t* get() const noexcept { return text.empty() ? nullptr : text.c_str(); }
  std::wstring text;
};

// "created", "exists" when there was one of this name, or the error.
std::string keep_created(Hands& hands, const std::string& handle, HANDLE object) {
  const bool existed = ::GetLastError() == ERROR_ALREADY_EXISTS;
  const std::string kept = hands.keep(handle, object);
  return kept != "ok" ? kept : existed ? "exists" : "created";
}

std::string create_mutex(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words);
  const Name name(words);
  return keep_created(hands, handle, ::CreateMutexW(nullptr, next(words) != 0 ? TRUE : FALSE, name.get()));
}
std::string open_mutex(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words);
  const Name name(words);
  return hands.keep(handle, ::OpenMutexW(next(words), FALSE, name.get()));
}
std::string release(Hands& hands, Words& words) {
  return said(::ReleaseMutex(hands.at(next<std::string>(words))));
}
// "semaphore HANDLE NAME INITIAL MOST"
std::string create_semaphore(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words);
  const Name name(words);
  const auto initial = next<LONG>(words), most = next<LONG>(words);
  return keep_created(hands, handle, ::CreateSemaphoreW(nullptr, initial, most, name.get()));
}
// "post HANDLE COUNT": the count before.
std::string post(Hands& hands, Words& words) {
  const HANDLE handle = hands.at(next<std::string>(words));
  LONG before = 0;
  const BOOL done = ::ReleaseSemaphore(handle, next<LONG>(words), &before);
  return said(done, std::to_string(before));
}
// "event HANDLE NAME MANUAL SET"
std::string create_event(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words);
  const Name name(words);
  const BOOL manual = next<int>(words), is_set = next<int>(words);
  return keep_created(hands, handle, ::CreateEventW(nullptr, manual, is_set, name.get()));
}
std::string set(Hands& hands, Words& words) { return said(::SetEvent(hands.at(next<std::string>(words)))); }
std::string reset(Hands& hands, Words& words) {
  return said(::ResetEvent(hands.at(next<std::string>(words))));
}
std::string pulse(Hands& hands, Words& words) {
  return said(::PulseEvent(hands.at(next<std::string>(words))));
}

std::string woken(DWORD result) {
  if (result == WAIT_FAILED) return name_of_error(::GetLastError());
  if (result == WAIT_TIMEOUT) return "timeout";
  return result >= WAIT_ABANDONED_0 && result < WAIT_ABANDONED_0 + MAXIMUM_WAIT_OBJECTS ? "abandoned" : "got";
}
// "wait HANDLE MILLISECONDS": "got", "abandoned", "timeout".
std::string wait(Hands& hands, Words& words) {
  const HANDLE handle = hands.at(next<std::string>(words));
  return woken(::WaitForSingleObject(handle, next(words)));
}
// "wait_both ONE OTHER MILLISECONDS"
std::string wait_both(Hands& hands, Words& words) {
  const HANDLE one = hands.at(next<std::string>(words)), other = hands.at(next<std::string>(words));
  const HANDLE both[]{one, other};
  return woken(::WaitForMultipleObjects(2, both, TRUE, next(words)));
}
// "signal_and_wait SIGNALLED AWAITED MILLISECONDS"
std::string signal_and_wait(Hands& hands, Words& words) {
  const HANDLE signalled = hands.at(next<std::string>(words)), awaited = hands.at(next<std::string>(words));
  return woken(::SignalObjectAndWait(signalled, awaited, next(words), FALSE));
}
// "pong AWAITED SIGNALLED COUNT": waits for one and signals the other, so often; how often it did.
std::string pong(Hands& hands, Words& words) {
  const HANDLE awaited = hands.at(next<std::string>(words)), signalled = hands.at(next<std::string>(words));
  const unsigned long count = next(words);
  for (unsigned long k = 0; k < count; ++k) {
    if (::WaitForSingleObject(awaited, INFINITE) != WAIT_OBJECT_0 || ::SetEvent(signalled) == FALSE)
      return std::to_string(k) + " " + name_of_error(::GetLastError());
  }
  return std::to_string(count);
}
// "ping SIGNALLED AWAITED COUNT", in one step each.
std::string ping(Hands& hands, Words& words) {
  const HANDLE signalled = hands.at(next<std::string>(words)), awaited = hands.at(next<std::string>(words));
  const unsigned long count = next(words);
  for (unsigned long k = 0; k < count; ++k) {
    if (::SignalObjectAndWait(signalled, awaited, INFINITE, FALSE) != WAIT_OBJECT_0)
      return std::to_string(k) + " " + name_of_error(::GetLastError());
  }
  return std::to_string(count);
}

// "mapping HANDLE NAME BYTES"
std::string create_mapping(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words);
  const Name name(words);
  return keep_created(
      hands, handle,
      ::CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, next(words), name.get()));
}
std::string open_mapping(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words);
  const Name name(words);
  return hands.keep(handle, ::OpenFileMappingW(next(words), FALSE, name.get()));
}
// "view VIEW HANDLE ACCESS": how large it is.
std::string view(Hands& hands, Words& words) {
  const auto name = next<std::string>(words);
  const HANDLE handle = hands.at(next<std::string>(words));
  void* const data = ::MapViewOfFile(handle, next(words), 0, 0, 0);
  if (data == nullptr) return name_of_error(::GetLastError());
  MEMORY_BASIC_INFORMATION facts{};
  ::VirtualQuery(data, &facts, sizeof facts);
  hands.views[name] = os::Mapping(static_cast<std::byte*>(data), facts.RegionSize);
  return std::to_string(facts.RegionSize);
}
std::string unview(Hands& hands, Words& words) {
  return hands.views.erase(next<std::string>(words)) == 1 ? "ok" : "nothing";
}
volatile LONG* words_of(Hands& hands, Words& words) {
  return reinterpret_cast<volatile LONG*>(hands.views.at(next<std::string>(words)).data());
}
// "peek VIEW": its first 32 bits. "poke VIEW NUMBER".
std::string peek(Hands& hands, Words& words) { return std::to_string(*words_of(hands, words)); }
std::string poke(Hands& hands, Words& words) {
  // Where that is forbidden this process ends by it: at once, or a debugger would look into it.
  ::SetUnhandledExceptionFilter([](EXCEPTION_POINTERS* fault) -> LONG {
    ::TerminateProcess(::GetCurrentProcess(), fault->ExceptionRecord->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
  });
  volatile LONG* const number = words_of(hands, words);
  *number = next<LONG>(words);
  return "ok";
}
// "sum VIEW": of all its bytes.
std::string sum(Hands& hands, Words& words) {
  const os::Mapping& mapping = hands.views.at(next<std::string>(words));
  std::uint64_t all = 0;
  for (std::size_t k = 0; k < mapping.size(); ++k) all += std::to_integer<unsigned>(mapping.data()[k]);
  return std::to_string(all);
}
// "add VIEW COUNT": interlocked.
std::string add(Hands& hands, Words& words) {
  volatile LONG* const number = words_of(hands, words);
  for (unsigned long left = next(words); left > 0; --left) ::InterlockedIncrement(number);
  return "ok";
}
// "add_held VIEW MUTEX COUNT": not interlocked, but while it has the mutex. Between the load and the store it
// gives up its processor at times.
std::string add_held(Hands& hands, Words& words) {
  volatile LONG* const number = words_of(hands, words);
  const HANDLE mutex = hands.at(next<std::string>(words));
  for (unsigned long left = next(words); left > 0; --left) {
    if (::WaitForSingleObject(mutex, INFINITE) != WAIT_OBJECT_0) return name_of_error(::GetLastError());
    const LONG seen = *number;
    if (left % 16 == 0) ::SwitchToThread();
    *number = seen + 1;
    if (::ReleaseMutex(mutex) == FALSE) return name_of_error(::GetLastError());
  }
  return "ok";
}
// "hold VIEW SEMAPHORE COUNT": takes it so often, and says how many processes had it at once at most.
std::string hold(Hands& hands, Words& words) {
  volatile LONG* const number = words_of(hands, words);
  const HANDLE semaphore = hands.at(next<std::string>(words));
  LONG most = 0;
  for (unsigned long left = next(words); left > 0; --left) {
    if (::WaitForSingleObject(semaphore, INFINITE) != WAIT_OBJECT_0) return name_of_error(::GetLastError());
    most = std::max(most, ::InterlockedIncrement(number));
    ::SwitchToThread();
    ::InterlockedDecrement(number);
    if (::ReleaseSemaphore(semaphore, 1, nullptr) == FALSE) return name_of_error(::GetLastError());
  }
  return std::to_string(most);
}

std::string close(Hands& hands, Words& words) {
  return hands.handles.erase(next<std::string>(words)) == 1 ? "ok" : "nothing";
}
std::string duplicated(Hands& hands, const std::string& name, DWORD process_id, DWORD options) {
  const os::Handle process = os::owned(::OpenProcess(PROCESS_DUP_HANDLE, FALSE, process_id));
  if (!process) return name_of_error(::GetLastError());
  HANDLE there = nullptr;
  const BOOL done = ::DuplicateHandle(::GetCurrentProcess(), hands.at(name), native(process), &there, 0,
                                      FALSE, options | DUPLICATE_SAME_ACCESS);
  return said(done, std::to_string(reinterpret_cast<std::intptr_t>(there)));
}
// "give HANDLE PROCESS": DuplicateHandle into another process; the number that it has there.
std::string give(Hands& hands, Words& words) {
  const auto name = next<std::string>(words);
  return duplicated(hands, name, next(words), 0);
}
// "move HANDLE PROCESS": the same with DUPLICATE_CLOSE_SOURCE, and what the handle is here afterwards.
std::string move(Hands& hands, Words& words) {
  const auto name = next<std::string>(words);
  const std::string there = duplicated(hands, name, next(words), DUPLICATE_CLOSE_SOURCE);
  DWORD flags = 0;
  return there + " " + said(::GetHandleInformation(hands.at(name), &flags));
}
// "take HANDLE NUMBER": a handle that somebody has given.
std::string take(Hands& hands, Words& words) {
  const auto name = next<std::string>(words);
  hands.handles[name] = os::Handle(next<std::intptr_t>(words));
  return "ok";
}
// "valid NUMBER": whether this process has a handle of this number.
std::string valid(Hands&, Words& words) {
  DWORD flags = 0;
  return said(::GetHandleInformation(reinterpret_cast<HANDLE>(next<std::intptr_t>(words)), &flags));
}

// WaitOnAddress and its wake, which not every Windows has in the library that is linked.
using WaitCall = BOOL WINAPI(volatile void*, void*, SIZE_T, DWORD);
using WakeCall = void WINAPI(void*);
template <class Call>
Call* address_call(const char* name) {
  auto* const found = os::function_of<Call>(L"kernelbase.dll", name);
  if (found == nullptr) throw Unsupported(std::string("this Windows has no ") + name);
  return found;
}
// "wait_on VIEW MILLISECONDS": "got", or the error.
std::string wait_on(Hands& hands, Words& words) {
  volatile LONG* const number = words_of(hands, words);
  LONG seen = *number;
  return said(address_call<WaitCall>("WaitOnAddress")(number, &seen, sizeof seen, next(words)), "got");
}
std::string wake(Hands& hands, Words& words) {
  address_call<WakeCall>("WakeByAddressAll")(const_cast<LONG*>(words_of(hands, words)));
  return "ok";
}
// "wait_for_own_wake VIEW": while another thread of this process wakes it again and again.
std::string wait_for_own_wake(Hands& hands, Words& words) {
  volatile LONG* const number = words_of(hands, words);
  auto* const wake_all = address_call<WakeCall>("WakeByAddressAll");
  std::jthread waker([&](const std::stop_token& told) {
    while (!told.stop_requested()) {
      wake_all(const_cast<LONG*>(number));
      ::SwitchToThread();
    }
  });
  LONG seen = *number;
  return said(address_call<WaitCall>("WaitOnAddress")(number, &seen, sizeof seen, INFINITE), "got");
}
std::string own_process(Hands&, Words&) { return std::to_string(::GetCurrentProcessId()); }
// "exit CODE": by ExitProcess.
std::string exit(Hands&, Words& words) { ::ExitProcess(next(words)); }

constexpr PuppetCall calls[]{{"mutex", create_mutex},
                             {"open_mutex", open_mutex},
                             {"release", release},
                             {"semaphore", create_semaphore},
                             {"post", post},
                             {"event", create_event},
                             {"set", set},
                             {"reset", reset},
                             {"pulse", pulse},
                             {"wait", wait},
                             {"wait_both", wait_both},
                             {"signal_and_wait", signal_and_wait},
                             {"pong", pong},
                             {"ping", ping},
                             {"mapping", create_mapping},
                             {"open_mapping", open_mapping},
                             {"view", view},
                             {"unview", unview},
                             {"peek", peek},
                             {"poke", poke},
                             {"sum", sum},
                             {"add", add},
                             {"add_held", add_held},
                             {"hold", hold},
                             {"close", close},
                             {"give", give},
                             {"move", move},
                             {"wait_on", wait_on},
                             {"wake", wake},
                             {"wait_for_own_wake", wait_for_own_wake},
                             {"take", take},
                             {"valid", valid},
                             {"id", own_process},
                             {"exit", exit}};

}  // namespace

const PuppetCall* call_on_objects(std::string_view name) noexcept {
  const auto* const found =
      std::find_if(std::begin(calls), std::end(calls), [name](const auto& one) { return one.name == name; });
  return found == std::end(calls) ? nullptr : found;
}

}  // namespace ipcmark::windows
