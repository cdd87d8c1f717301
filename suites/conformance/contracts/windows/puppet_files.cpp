// What a puppet does with files: pipes and mailslots.
#include <algorithm>
#include <iterator>

#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark::windows {
namespace {

std::string create_pipe_call(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words), path = next<std::string>(words);
  const DWORD access = next(words), mode = next(words), instances = next(words), quota = next(words),
              timeout = next(words);
  return hands.keep(handle, ::CreateNamedPipeW(os::wide(path).c_str(), access, mode, instances, quota, quota,
                                               timeout, nullptr));
}
std::string create_mailslot(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words), path = next<std::string>(words);
  const DWORD largest = next(words), timeout = next(words);
  return hands.keep(handle, ::CreateMailslotW(os::wide(path).c_str(), largest, timeout, nullptr));
}
std::string open_call(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words), path = next<std::string>(words);
  const DWORD access = next(words), share = next(words), flags = next(words);
  return hands.keep(
      handle, ::CreateFileW(os::wide(path).c_str(), access, share, nullptr, OPEN_EXISTING, flags, nullptr));
}

std::string write(HANDLE handle, const std::string& text) {
  DWORD moved = 0;
  const BOOL done = ::WriteFile(handle, text.data(), static_cast<DWORD>(text.size()), &moved, nullptr);
  return said(done, std::to_string(moved));
}
// "write HANDLE TEXT"
std::string write_text(Hands& hands, Words& words) {
  const HANDLE handle = hands.at(next<std::string>(words));
  return write(handle, next_text(words));
}
// "fill HANDLE BYTES"
std::string write_bytes(Hands& hands, Words& words) {
  const HANDLE handle = hands.at(next<std::string>(words));
  return write(handle, std::string(next(words), 'x'));
}

// "got TEXT", "more TEXT" where it is only the head of a message.
std::string what_came(BOOL done, const std::string& text) {
  if (done != FALSE) return "got " + text;
  return ::GetLastError() == ERROR_MORE_DATA ? "more " + text : name_of_error(::GetLastError());
}
// "read HANDLE BYTES"
std::string read_text(Hands& hands, Words& words) {
  const HANDLE handle = hands.at(next<std::string>(words));
  std::string text(next(words), '\0');
  DWORD moved = 0;
  const BOOL done = ::ReadFile(handle, text.data(), static_cast<DWORD>(text.size()), &moved, nullptr);
  const DWORD error = ::GetLastError();
  text.resize(moved);
  ::SetLastError(error);
  return what_came(done, text);
}
// "count HANDLE BYTES": how many bytes one read brings.
std::string read_count(Hands& hands, Words& words) {
  const HANDLE handle = hands.at(next<std::string>(words));
  std::vector<char> bytes(next(words));
  DWORD moved = 0;
  const BOOL done = ::ReadFile(handle, bytes.data(), static_cast<DWORD>(bytes.size()), &moved, nullptr);
  return said(done, std::to_string(moved));
}
// "drain HANDLE": the bytes that come until a read fails, and how it failed.
std::string drain(Hands& hands, Words& words) {
  const HANDLE handle = hands.at(next<std::string>(words));
  std::vector<char> bytes(65536);
  std::uint64_t all = 0;
  DWORD moved = 0;
  while (::ReadFile(handle, bytes.data(), static_cast<DWORD>(bytes.size()), &moved, nullptr) != FALSE)
    all += moved;
  const std::string end = name_of_error(::GetLastError());
  return std::to_string(all) + " " + end;
}

std::string connect(Hands& hands, Words& words) {
  return said(::ConnectNamedPipe(hands.at(next<std::string>(words)), nullptr));
}
std::string disconnect(Hands& hands, Words& words) {
  return said(::DisconnectNamedPipe(hands.at(next<std::string>(words))));
}
std::string flush(Hands& hands, Words& words) {
  return said(::FlushFileBuffers(hands.at(next<std::string>(words))));
}
// "mode HANDLE FLAGS"
std::string set_mode(Hands& hands, Words& words) {
  const HANDLE handle = hands.at(next<std::string>(words));
  DWORD mode = next(words);
  return said(::SetNamedPipeHandleState(handle, &mode, nullptr, nullptr));
}
// "pipe_info HANDLE": size of the buffers out and in.
std::string pipe_info(Hands& hands, Words& words) {
  DWORD out = 0, in = 0;
  const BOOL done = ::GetNamedPipeInfo(hands.at(next<std::string>(words)), nullptr, &out, &in, nullptr);
  return said(done, std::to_string(out) + " " + std::to_string(in));
}
std::string await_pipe(Hands&, Words& words) {
  const auto path = next<std::string>(words);
  return said(::WaitNamedPipeW(os::wide(path).c_str(), next(words)));
}
// "transact HANDLE TEXT BYTES"
std::string transact(Hands& hands, Words& words) {
  const HANDLE handle = hands.at(next<std::string>(words));
  std::string out = next_text(words), in(next(words), '\0');
  DWORD moved = 0;
  const BOOL done = ::TransactNamedPipe(handle, out.data(), static_cast<DWORD>(out.size()), in.data(),
                                        static_cast<DWORD>(in.size()), &moved, nullptr);
  const DWORD error = ::GetLastError();
  in.resize(moved);
  ::SetLastError(error);
  return what_came(done, in);
}
std::string client_process(Hands& hands, Words& words) {
  ULONG id = 0;
  const BOOL done = ::GetNamedPipeClientProcessId(hands.at(next<std::string>(words)), &id);
  return said(done, std::to_string(id));
}
std::string server_process(Hands& hands, Words& words) {
  ULONG id = 0;
  const BOOL done = ::GetNamedPipeServerProcessId(hands.at(next<std::string>(words)), &id);
  return said(done, std::to_string(id));
}
// "impersonate HANDLE": the level at which the client lets itself be impersonated, 0 to 3.
std::string impersonate(Hands& hands, Words& words) {
  if (::ImpersonateNamedPipeClient(hands.at(next<std::string>(words))) == FALSE)
    return name_of_error(::GetLastError());
  HANDLE raw = nullptr;
  const BOOL opened = ::OpenThreadToken(::GetCurrentThread(), TOKEN_QUERY, TRUE, &raw);
  std::string answer = said(opened);
  if (opened != FALSE) {
    const os::Handle token = os::owned(raw);
    SECURITY_IMPERSONATION_LEVEL level{};
    DWORD size = 0;
    const BOOL told =
        ::GetTokenInformation(native(token), TokenImpersonationLevel, &level, sizeof level, &size);
    answer = said(told, std::to_string(level));
  }
  ::RevertToSelf();
  return answer;
}

// Calls that are begun: "begin_read HANDLE BYTES" says "pending", or what came of it at once.
Hands::Pending& begin(Hands& hands, const std::string& handle, std::size_t bytes) {
  auto& slot = hands.pending[handle];
  slot = std::make_unique<Hands::Pending>();
  slot->bytes.resize(bytes, 'x');
  slot->done = os::require(::CreateEventW(nullptr, TRUE, FALSE, nullptr), "CreateEvent");
  slot->overlapped.hEvent = native(slot->done);
  return *slot;
}
std::string begun(BOOL at_once) {
  if (at_once != FALSE) return "at once";
  return ::GetLastError() == ERROR_IO_PENDING ? "pending" : name_of_error(::GetLastError());
}
std::string begin_read(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words);
  Hands::Pending& call = begin(hands, handle, next(words));
  return begun(::ReadFile(hands.at(handle), call.bytes.data(), static_cast<DWORD>(call.bytes.size()), nullptr,
                          &call.overlapped));
}
std::string begin_write(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words);
  Hands::Pending& call = begin(hands, handle, next(words));
  return begun(::WriteFile(hands.at(handle), call.bytes.data(), static_cast<DWORD>(call.bytes.size()),
                           nullptr, &call.overlapped));
}
// "begin_transact HANDLE TEXT"
std::string begin_transact(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words);
  const std::string text = next_text(words);
  Hands::Pending& call = begin(hands, handle, 4096);
  call.request = text;
  return begun(::TransactNamedPipe(hands.at(handle), call.request.data(), static_cast<DWORD>(text.size()),
                                   call.bytes.data(), static_cast<DWORD>(call.bytes.size()), nullptr,
                                   &call.overlapped));
}
// "end HANDLE": waits for it; how many bytes moved.
std::string end_call(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words);
  Hands::Pending& call = *hands.pending.at(handle);
  DWORD moved = 0;
  const BOOL done = ::GetOverlappedResult(hands.at(handle), &call.overlapped, &moved, TRUE);
  return said(done, std::to_string(moved));
}
std::string cancel(Hands& hands, Words& words) {
  const auto handle = next<std::string>(words);
  return said(::CancelIoEx(hands.at(handle), &hands.pending.at(handle)->overlapped));
}

// "slot_info HANDLE": messages that wait and the size of the next, "-" for none.
std::string slot_info(Hands& hands, Words& words) {
  DWORD largest = 0, following = 0, count = 0, timeout = 0;
  const BOOL done =
      ::GetMailslotInfo(hands.at(next<std::string>(words)), &largest, &following, &count, &timeout);
  return said(done, std::to_string(count) + " " +
                        (following == MAILSLOT_NO_MESSAGE ? "-" : std::to_string(following)));
}
std::string set_slot_timeout(Hands& hands, Words& words) {
  const HANDLE handle = hands.at(next<std::string>(words));
  return said(::SetMailslotInfo(handle, next(words)));
}
// "timed_read HANDLE BYTES": the milliseconds that it took, and how it ended.
std::string timed_read(Hands& hands, Words& words) {
  const ULONGLONG before = ::GetTickCount64();
  const std::string came = read_text(hands, words);
  return std::to_string(::GetTickCount64() - before) + " " + came;
}

constexpr PuppetCall calls[]{{"pipe", create_pipe_call},
                             {"mailslot", create_mailslot},
                             {"open", open_call},
                             {"write", write_text},
                             {"fill", write_bytes},
                             {"read", read_text},
                             {"count", read_count},
                             {"drain", drain},
                             {"connect", connect},
                             {"disconnect", disconnect},
                             {"flush", flush},
                             {"mode", set_mode},
                             {"pipe_info", pipe_info},
                             {"await_pipe", await_pipe},
                             {"transact", transact},
                             {"client", client_process},
                             {"server", server_process},
                             {"impersonate", impersonate},
                             {"begin_read", begin_read},
                             {"begin_write", begin_write},
                             {"begin_transact", begin_transact},
                             {"end", end_call},
                             {"cancel", cancel},
                             {"slot_info", slot_info},
                             {"slot_timeout", set_slot_timeout},
                             {"timed_read", timed_read}};

}  // namespace

const PuppetCall* call_on_files(std::string_view name) noexcept {
  const auto* const found =
      std::find_if(std::begin(calls), std::end(calls), [name](const auto& one) { return one.name == name; });
  return found == std::end(calls) ? nullptr : found;
}

}  // namespace ipcmark::windows
