// CreateProcess with exactly the handles that are named: Microsoft, "Inheriting handles" and
// "UpdateProcThreadAttribute".
#include "harness/os/win32/start_child.hpp"

#include <algorithm>

#include "harness/os/process.hpp"
#include "harness/os/win32/win32.hpp"

namespace ipcmark::os {
namespace {

// A word of a command line so that it is read back as it was: Microsoft, "Parsing C command-line arguments".
// Backslashes count only before a quotation mark.
std::wstring quoted(const std::wstring& word) {
  if (!word.empty() && word.find_first_of(L" \t\"") == std::wstring::npos) return word;
  std::wstring text = L"\"";
  std::size_t backslashes = 0;
  for (const wchar_t letter : word) {
    if (letter == L'"') text.append(backslashes + 1, L'\\');
    backslashes = letter == L'\\' ? backslashes + 1 : 0;
    text += letter;
  }
  text.append(backslashes, L'\\');
  return text + L"\"";
}

std::wstring command_line(const std::string& file, const std::vector<std::string>& arguments) {
  std::wstring line = quoted(wide(file));
  for (const std::string& argument : arguments) line += L" " + quoted(wide(argument));
  return line;
}

// This process's own, with the number of the first handle in place of what it was itself told.
std::wstring environment_with(RawHandle first) {
  const std::wstring name = std::wstring(first_handle_variable) + L"=";
  std::wstring block;
  wchar_t* const own = ::GetEnvironmentStringsW();
  if (own == nullptr) throw_last_error("GetEnvironmentStrings");
  for (const wchar_t* at = own; *at != L'\0';) {
    const std::wstring_view entry(at);
    if (!entry.starts_with(name)) (block += entry) += L'\0';
    at += entry.size() + 1;
  }
  ::FreeEnvironmentStringsW(own);
  ((block += name) += std::to_wstring(first)) += L'\0';
  return block;
}

class AttributeList {
 public:
  explicit AttributeList(DWORD count) {
    SIZE_T size = 0;
    ::InitializeProcThreadAttributeList(nullptr, count, 0, &size);
    room_.resize(size);
    require(::InitializeProcThreadAttributeList(get(), count, 0, &size), "InitializeProcThreadAttributeList");
  }
  ~AttributeList() { ::DeleteProcThreadAttributeList(get()); }
  AttributeList(const AttributeList&) = delete;
  AttributeList& operator=(const AttributeList&) = delete;

  // The handles have to stay where they are.
  void set(DWORD_PTR attribute, std::span<HANDLE> handles) {
    require(::UpdateProcThreadAttribute(get(), 0, attribute, handles.data(), handles.size_bytes(), nullptr,
                                        nullptr),
            "UpdateProcThreadAttribute");
  }
  LPPROC_THREAD_ATTRIBUTE_LIST get() noexcept {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(room_.data());
  }

 private:
  std::vector<std::byte> room_;
};

// The job lets those of its processes leave that ask for it, as a child does that is to outlive its parent.
Handle create_job(bool outlives_parent) {
  Handle job = require(::CreateJobObjectW(nullptr, nullptr), "CreateJobObject");
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags =
      JOB_OBJECT_LIMIT_BREAKAWAY_OK | (outlives_parent ? 0U : DWORD{JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE});
  require(::SetInformationJobObject(native(job), JobObjectExtendedLimitInformation, &limits, sizeof limits),
          "SetInformationJobObject");
  return job;
}

// A list may name a handle only once. The standard streams are in it when there are any: a process without a
// console may have none.
std::vector<HANDLE> to_inherit(std::span<const RawHandle> handles, const STARTUPINFOW& streams) {
  std::vector<HANDLE> all;
  for (const RawHandle handle : handles) all.push_back(native(handle));
  for (const HANDLE stream : {streams.hStdInput, streams.hStdOutput, streams.hStdError}) {
    if (stream != nullptr && stream != INVALID_HANDLE_VALUE) all.push_back(stream);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

// Makes the handles inheritable for a moment: what is not named in the list of a child stays behind all the
// same, but a library may start a program in its own way.
class Inheritable {
 public:
  explicit Inheritable(std::span<const RawHandle> handles, std::span<const HANDLE> all) : handles_(handles) {
    for (const HANDLE handle : all)
      require(::SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT),
              "SetHandleInformation");
  }
  ~Inheritable() {
    for (const RawHandle handle : handles_) ::SetHandleInformation(native(handle), HANDLE_FLAG_INHERIT, 0);
  }
  Inheritable(const Inheritable&) = delete;
  Inheritable& operator=(const Inheritable&) = delete;

 private:
  std::span<const RawHandle> handles_;
};

}  // namespace

StartedChild start_child(const std::string& file, const std::vector<std::string>& arguments,
                         std::span<const RawHandle> handles, bool outlives_parent) {
  // No box on the screen when a child crashes; children inherit that.
  ::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  StartedChild child;
  child.job = create_job(outlives_parent);
  STARTUPINFOEXW how{};
  how.StartupInfo.cb = sizeof how;
  how.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  how.StartupInfo.hStdInput = ::GetStdHandle(STD_INPUT_HANDLE);
  how.StartupInfo.hStdOutput = ::GetStdHandle(STD_OUTPUT_HANDLE);
  how.StartupInfo.hStdError = ::GetStdHandle(STD_ERROR_HANDLE);
  std::vector<HANDLE> inherited = to_inherit(handles, how.StartupInfo), jobs{native(child.job)};
  AttributeList attributes(2);
  attributes.set(PROC_THREAD_ATTRIBUTE_JOB_LIST, jobs);
  if (!inherited.empty()) attributes.set(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited);
  how.lpAttributeList = attributes.get();

  const Inheritable now(handles, inherited);
  std::wstring line = command_line(file, arguments);
  std::wstring environment = environment_with(handles.empty() ? no_handle : handles.front());
  PROCESS_INFORMATION started{};
  const auto create = [&](DWORD more) {
    return ::CreateProcessW(
        wide(file).c_str(), line.data(), nullptr, nullptr, inherited.empty() ? FALSE : TRUE,
        EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT | CREATE_NEW_PROCESS_GROUP | more,
        environment.data(), nullptr, &how.StartupInfo, &started);
  };
  // Who put this process into a job may have forbidden to leave it.
  BOOL done = create(outlives_parent ? DWORD{CREATE_BREAKAWAY_FROM_JOB} : 0U);
  if (done == FALSE && outlives_parent && ::GetLastError() == ERROR_ACCESS_DENIED) done = create(0);
  // What CreateProcess then reports under Wine is the code that the child died with.
  for (int again = 0; done == FALSE && starts_may_fail() && again < 3; ++again)
    done = create(outlives_parent ? DWORD{CREATE_BREAKAWAY_FROM_JOB} : 0U);
  require(done, "CreateProcess");
  ::CloseHandle(started.hThread);
  child.process = owned(started.hProcess);
  child.id = static_cast<std::int64_t>(started.dwProcessId);
  return child;
}

}  // namespace ipcmark::os
