// What the files of this folder and the mechanisms of Windows share: handles, errors and texts of its API.
#pragma once

#include <windows.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "harness/errors.hpp"
#include "harness/os/handle.hpp"

namespace ipcmark::os {

inline HANDLE native(RawHandle raw) noexcept { return reinterpret_cast<HANDLE>(raw); }
inline HANDLE native(const Handle& handle) noexcept { return native(handle.raw()); }

// "No handle" is NULL for most calls, and INVALID_HANDLE_VALUE for CreateFile and its like.
inline Handle owned(HANDLE handle) noexcept {
  return handle == nullptr ? Handle() : Handle(reinterpret_cast<RawHandle>(handle));
}

[[noreturn]] inline void throw_error(DWORD error, const char* call) {
  throw std::system_error(static_cast<int>(error), std::system_category(), call);
}
// Throws the GetLastError() of a failed call; `call` names it.
[[noreturn]] inline void throw_last_error(const char* call) { throw_error(::GetLastError(), call); }

inline void require(BOOL done, const char* call) {
  if (done == FALSE) throw_last_error(call);
}
inline Handle require(HANDLE handle, const char* call) {
  if (handle == nullptr || handle == INVALID_HANDLE_VALUE) throw_last_error(call);
  return owned(handle);
}

// Between UTF-8 and the UTF-16 of the API.
std::wstring wide(std::string_view text);
std::string narrow(std::wstring_view text);

// An event that is set once a termination signal has come, or null while nobody catches those.
HANDLE termination_event() noexcept;

// A function of a system library that not every Windows has, or only Wine; null when there is none.
template <class Function>
Function* function_of(const wchar_t* library, const char* name) noexcept {
  const HMODULE module = ::GetModuleHandleW(library);
  if (module == nullptr) return nullptr;
  return reinterpret_cast<Function*>(reinterpret_cast<void*>(::GetProcAddress(module, name)));
}

bool under_wine() noexcept;

}  // namespace ipcmark::os
