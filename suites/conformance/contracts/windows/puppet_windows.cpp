// What a puppet does with windows and the clipboard. It has at most one window, message-only and with a
// thread of its own, so that messages are handled whatever else the puppet does.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <iterator>
#include <mutex>
#include <thread>

#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark::windows {
namespace {

// Messages to the own window, whose thread then makes the call.
constexpr UINT send_to_peer = WM_APP + 1;   // wParam: the other window
constexpr UINT call_function = WM_APP + 2;  // lParam: a std::string (**)(Words&), wParam: its words

enum class Manner : int { answers, waits, exits };

struct State {
  HWND window = nullptr;
  std::atomic<Manner> manner = Manner::answers;
  os::Handle free;  // ends a wait of Manner::waits
  std::mutex mutex;
  std::string last = "nothing";
  unsigned updates = 0, renderings = 0, lost = 0;
  std::string delayed;  // what is rendered on request
} state;

// The answer to a message says how many bytes came, and that somebody counted.
LRESULT receive(const COPYDATASTRUCT& copied) {
  std::uint64_t sum = 0;
  const auto* const bytes = static_cast<const unsigned char*>(copied.lpData);
  for (DWORD k = 0; k < copied.cbData; ++k) sum += bytes[k];
  const std::lock_guard lock(state.mutex);
  state.last =
      std::to_string(copied.dwData) + " " + std::to_string(copied.cbData) + " " + std::to_string(sum);
  return static_cast<LRESULT>(copied.cbData) + 1;
}

LRESULT send(HWND to, ULONG_PTR number, const std::string& text) {
  COPYDATASTRUCT copied{.dwData = number,
                        .cbData = static_cast<DWORD>(text.size()),
                        .lpData = text.empty() ? nullptr : const_cast<char*>(text.data())};
  ::SetLastError(0);
  return ::SendMessageW(to, WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&copied));
}

void render(const std::string& text);

LRESULT CALLBACK handle(HWND window, UINT message, WPARAM first, LPARAM second) {
  switch (message) {
    case WM_COPYDATA:
      if (state.manner == Manner::exits) ::ExitProcess(3);
      if (state.manner == Manner::waits) ::WaitForSingleObject(native(state.free), INFINITE);
      return receive(*reinterpret_cast<const COPYDATASTRUCT*>(second));
    case send_to_peer: return send(reinterpret_cast<HWND>(first), 7, "nested");
    case call_function: {
      auto* const make = *reinterpret_cast<std::string (**)(Words&)>(second);
      auto* const words = reinterpret_cast<Words*>(first);
      const std::string answer = make(*words);
      *words = Words(answer);
      return 1;
    }
    case WM_CLIPBOARDUPDATE: ++state.updates; return 0;
    case WM_DESTROYCLIPBOARD: ++state.lost; return 0;
    case WM_RENDERFORMAT:
      ++state.renderings;
      render(state.delayed);
      return 0;
    default: return ::DefWindowProcW(window, message, first, second);
  }
}

// "window NAME": its handle.
std::string create_window(Hands&, Words& words) {
  const std::wstring name = os::wide(next<std::string>(words));
  state.free = os::require(::CreateEventW(nullptr, TRUE, FALSE, nullptr), "CreateEvent");
  const os::Handle ready = os::require(::CreateEventW(nullptr, TRUE, FALSE, nullptr), "CreateEvent");
  std::thread([&name, &ready] {
    WNDCLASSW kind{};
    kind.lpfnWndProc = handle;
    kind.hInstance = ::GetModuleHandleW(nullptr);
    kind.lpszClassName = L"ipcmark";
    ::RegisterClassW(&kind);
    state.window = ::CreateWindowExW(0, kind.lpszClassName, name.c_str(), 0, 0, 0, 0, 0, HWND_MESSAGE,
                                     nullptr, kind.hInstance, nullptr);
    ::SetEvent(native(ready));
    MSG message;
    while (::GetMessageW(&message, nullptr, 0, 0) > 0) ::DispatchMessageW(&message);
  }).detach();
  ::WaitForSingleObject(native(ready), INFINITE);
  if (state.window == nullptr) return "no window";
  return std::to_string(reinterpret_cast<std::intptr_t>(state.window));
}
HWND next_window(Words& words) { return reinterpret_cast<HWND>(next<std::intptr_t>(words)); }

// "find NAME"
std::string find_window(Hands&, Words& words) {
  const HWND found =
      ::FindWindowExW(HWND_MESSAGE, nullptr, nullptr, os::wide(next<std::string>(words)).c_str());
  return found == nullptr ? "nothing" : std::to_string(reinterpret_cast<std::intptr_t>(found));
}
std::string result_of_send(LRESULT result) {
  const DWORD error = ::GetLastError();
  return result != 0 ? std::to_string(result) : error == 0 ? "0" : name_of_error(error);
}
// "send WINDOW NUMBER TEXT"
std::string send_text(Hands&, Words& words) {
  const HWND to = next_window(words);
  const auto number = next<ULONG_PTR>(words);
  return result_of_send(send(to, number, next_text(words)));
}
// "send_bytes WINDOW COUNT": so many of value 1.
std::string send_bytes(Hands&, Words& words) {
  const HWND to = next_window(words);
  return result_of_send(send(to, 1, std::string(next(words), '\1')));
}
std::string last_message(Hands&, Words&) {
  const std::lock_guard lock(state.mutex);
  return state.last;
}
// "behave answers|waits|exits", "free": ends what waits.
std::string behave(Hands&, Words& words) {
  const auto manner = next<std::string>(words);
  state.manner = manner == "exits" ? Manner::exits : manner == "waits" ? Manner::waits : Manner::answers;
  return "ok";
}
std::string set_free(Hands&, Words&) { return said(::SetEvent(native(state.free))); }

// "post_copy WINDOW", "notify_copy WINDOW": in the ways that are not meant for it.
COPYDATASTRUCT nothing_to_copy{};
std::string post_copy(Hands&, Words& words) {
  return said(::PostMessageW(next_window(words), WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&nothing_to_copy)));
}
std::string notify_copy(Hands&, Words& words) {
  return said(
      ::SendNotifyMessageW(next_window(words), WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&nothing_to_copy)));
}
// "send_for WINDOW MILLISECONDS": the milliseconds that it took, and the result.
std::string send_for(Hands&, Words& words) {
  const HWND to = next_window(words);
  const UINT milliseconds = next<UINT>(words);
  const ULONGLONG before = ::GetTickCount64();
  DWORD_PTR answer = 0;
  COPYDATASTRUCT copied{};
  ::SetLastError(0);
  const LRESULT done = ::SendMessageTimeoutW(to, WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&copied),
                                             SMTO_NORMAL, milliseconds, &answer);
  const std::string result = result_of_send(done);
  return std::to_string(::GetTickCount64() - before) + " " + result;
}
// "flood WINDOW MOST": posts until one fails; how many went, and the error.
std::string flood(Hands&, Words& words) {
  const HWND to = next_window(words);
  const unsigned long most = next(words);
  for (unsigned long k = 0; k < most; ++k) {
    if (::PostMessageW(to, WM_APP, 0, 0) == FALSE)
      return std::to_string(k) + " " + name_of_error(::GetLastError());
  }
  return std::to_string(most) + " all";
}
// "send_nested WINDOW COUNT": the thread of the own window sends to the other, so often; how often an answer
// came.
std::string send_nested(Hands&, Words& words) {
  const HWND to = next_window(words);
  const unsigned long count = next(words);
  unsigned long answers = 0;
  for (unsigned long k = 0; k < count; ++k)
    answers += ::SendMessageW(state.window, send_to_peer, reinterpret_cast<WPARAM>(to), 0) == 7 ? 1U : 0U;
  return std::to_string(answers);
}

// The clipboard. Every call is made by the thread of the window, if there is one.
HGLOBAL global_of(const std::string& text) {
  const HGLOBAL memory = ::GlobalAlloc(GMEM_MOVEABLE, std::max<std::size_t>(text.size(), 1));
  if (memory == nullptr) os::throw_last_error("GlobalAlloc");
  std::memcpy(::GlobalLock(memory), text.data(), text.size());
  ::GlobalUnlock(memory);
  return memory;
}
void render(const std::string& text) { ::SetClipboardData(CF_TEXT, global_of(text + '\0')); }

template <std::string (*make)(Words&)>
std::string at_window(Hands&, Words& words) {
  if (state.window == nullptr) return make(words);
  static std::string (*const call)(Words&) = make;
  ::SendMessageW(state.window, call_function, reinterpret_cast<WPARAM>(&words),
                 reinterpret_cast<LPARAM>(&call));
  return words.str();
}

std::string open_clipboard(Words&) { return said(::OpenClipboard(state.window)); }
std::string close_clipboard(Words&) { return said(::CloseClipboard()); }
std::string empty_clipboard(Words&) { return said(::EmptyClipboard()); }
std::string owns_clipboard(Words&) {
  return ::GetClipboardOwner() == state.window && state.window != nullptr ? "yes" : "no";
}
// "put FORMAT TEXT", with a zero behind it. "put_filled FORMAT BYTES VALUE". "promise TEXT": CF_TEXT, on
// request.
std::string put(Words& words) {
  const UINT format = next<UINT>(words);
  const HGLOBAL memory = global_of(next_text(words) + '\0');
  return said(::SetClipboardData(format, memory) != nullptr ? TRUE : FALSE);
}
std::string put_filled(Words& words) {
  const UINT format = next<UINT>(words);
  const unsigned long count = next(words);
  const std::string bytes(count, static_cast<char>(next<int>(words)));
  return said(::SetClipboardData(format, global_of(bytes)) != nullptr ? TRUE : FALSE);
}
std::string promise(Words& words) {
  state.delayed = next_text(words);
  ::SetLastError(0);
  ::SetClipboardData(CF_TEXT, nullptr);
  return said(::GetLastError() == 0 ? TRUE : FALSE);
}
// "get FORMAT": the text. "get_filled FORMAT": bytes there are, and how many of them are of the first one's
// value.
std::string get(Words& words) {
  const HANDLE memory = ::GetClipboardData(next<UINT>(words));
  if (memory == nullptr) return "nothing";
  const std::string text = static_cast<const char*>(::GlobalLock(memory));
  ::GlobalUnlock(memory);
  return "got " + text;
}
std::string get_filled(Words& words) {
  const HANDLE memory = ::GetClipboardData(next<UINT>(words));
  if (memory == nullptr) return "nothing";
  const std::size_t size = ::GlobalSize(memory);
  const auto* const bytes = static_cast<const char*>(::GlobalLock(memory));
  const auto alike = std::count(bytes, bytes + size, bytes[0]);
  const std::string answer =
      std::to_string(size) + " " + std::to_string(alike) + " " + std::to_string(int{bytes[0]});
  ::GlobalUnlock(memory);
  return answer;
}
std::string has_format(Words& words) {
  return ::IsClipboardFormatAvailable(next<UINT>(words)) ? "yes" : "no";
}
std::string format_of(Words& words) {
  return std::to_string(::RegisterClipboardFormatW(os::wide(next<std::string>(words)).c_str()));
}
std::string sequence_number(Words&) { return std::to_string(::GetClipboardSequenceNumber()); }
std::string listen(Words&) { return said(::AddClipboardFormatListener(state.window)); }
// Sent behind whatever was posted to the window before: updates, renderings, losses.
std::string counts(Words&) {
  MSG message;
  while (::PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE) != FALSE) ::DispatchMessageW(&message);
  return std::to_string(state.updates) + " " + std::to_string(state.renderings) + " " +
         std::to_string(state.lost);
}
// "replace ROUNDS VALUE FORMAT FORMAT": opens, empties, puts VALUE and the round in both formats and closes,
// again and again until it has done so; how often it found the clipboard open, and how often two values that
// it read did not belong together.
std::string replace(Words& words) {
  const unsigned long rounds = next(words);
  const auto value = next<std::string>(words);
  const UINT one = next<UINT>(words), other = next<UINT>(words);
  unsigned long refused = 0, mixed = 0;
  for (unsigned long k = 0; k < rounds;) {
    if (::OpenClipboard(state.window) == FALSE) {
      ++refused;
      ::SwitchToThread();
      continue;
    }
    Words of_one(std::to_string(one)), of_other(std::to_string(other));
    mixed += get(of_one) != get(of_other) ? 1U : 0U;
    ::EmptyClipboard();
    const std::string text = value + "-" + std::to_string(k++) + '\0';
    ::SetClipboardData(one, global_of(text));
    ::SetClipboardData(other, global_of(text));
    ::CloseClipboard();
  }
  return std::to_string(refused) + " " + std::to_string(mixed);
}

constexpr PuppetCall calls[]{{"window", create_window},
                             {"find", find_window},
                             {"send", send_text},
                             {"send_bytes", send_bytes},
                             {"last", last_message},
                             {"behave", behave},
                             {"free", set_free},
                             {"post_copy", post_copy},
                             {"notify_copy", notify_copy},
                             {"send_for", send_for},
                             {"flood", flood},
                             {"send_nested", send_nested},
                             {"open_clipboard", at_window<open_clipboard>},
                             {"close_clipboard", at_window<close_clipboard>},
                             {"empty_clipboard", at_window<empty_clipboard>},
                             {"owns_clipboard", at_window<owns_clipboard>},
                             {"put", at_window<put>},
                             {"put_filled", at_window<put_filled>},
                             {"promise", at_window<promise>},
                             {"get", at_window<get>},
                             {"get_filled", at_window<get_filled>},
                             {"has_format", at_window<has_format>},
                             {"format", at_window<format_of>},
                             {"sequence", at_window<sequence_number>},
                             {"listen", at_window<listen>},
                             {"counts", at_window<counts>},
                             {"replace", at_window<replace>}};

}  // namespace

const PuppetCall* call_on_windows(std::string_view name) noexcept {
  const auto* const found =
      std::find_if(std::begin(calls), std::end(calls), [name](const auto& one) { return one.name == name; });
  return found == std::end(calls) ? nullptr : found;
}

}  // namespace ipcmark::windows
