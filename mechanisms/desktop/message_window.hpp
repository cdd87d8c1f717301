// A message-only window: one that is nowhere on a screen and can only be sent messages. Microsoft, "Window
// features", "Message-only windows". It belongs to the thread that makes it, and what is sent to it is
// handled whenever that thread looks for messages or itself waits for an answer.
#pragma once

#include <string>

#include "harness/win_calls.hpp"

namespace ipcmark {

class MessageWindow {
 public:
  explicit MessageWindow(const std::string& title) {
    register_class();
    window_ = ::CreateWindowExW(0, class_name, os::wide(title).c_str(), 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr,
                                ::GetModuleHandleW(nullptr), nullptr);
    if (window_ == nullptr) os::throw_last_error("CreateWindowEx");
    ::SetWindowLongPtrW(window_, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(this));
  }
  virtual ~MessageWindow() { ::DestroyWindow(window_); }
  MessageWindow(const MessageWindow&) = delete;
  MessageWindow& operator=(const MessageWindow&) = delete;

  HWND get() const noexcept { return window_; }
  // That of whichever process has one of this title, or null.
  static HWND find(const std::string& title) noexcept {
    return ::FindWindowExW(HWND_MESSAGE, nullptr, class_name, os::wide(title).c_str());
  }

 protected:
  virtual LRESULT on_message(UINT message, WPARAM word, LPARAM value) noexcept {
    return ::DefWindowProcW(window_, message, word, value);
  }

 private:
  static constexpr const wchar_t* class_name = L"ipcmark";  // of this process alone

  static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM word, LPARAM value) noexcept {
    auto* const self = reinterpret_cast<MessageWindow*>(::GetWindowLongPtrW(window, GWLP_USERDATA));
    return self == nullptr ? ::DefWindowProcW(window, message, word, value)
                           : self->on_message(message, word, value);
  }
  static void register_class() {
    static const bool registered = [] {
      WNDCLASSW shape{};
      shape.lpfnWndProc = procedure;
      shape.hInstance = ::GetModuleHandleW(nullptr);
      shape.lpszClassName = class_name;
      return ::RegisterClassW(&shape) != 0;
    }();
    if (!registered) os::throw_last_error("RegisterClass");
  }

  HWND window_ = nullptr;
};

// Handles what has been sent to the windows of this thread.
inline void handle_messages() noexcept {
  MSG message;
  while (::PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE) != FALSE) ::DispatchMessageW(&message);
}

// Handles messages until ready() or until told to stop; true when ready.
template <class Ready>
bool handle_messages_until(Ready ready, Wait wait) noexcept {
  const auto look = [&] {
    handle_messages();
    return ready();
  };
  if (wait == Wait::spin) return os::spin_until(look);
  while (!look()) {
    // Also for what came between the look and this call, and has been seen there: MWMO_INPUTAVAILABLE.
    const DWORD woken = ::MsgWaitForMultipleObjectsEx(0, nullptr, INFINITE, QS_ALLINPUT,
                                                      MWMO_ALERTABLE | MWMO_INPUTAVAILABLE);
    if (woken == WAIT_IO_COMPLETION && os::stop_requested()) return look();
    if (woken == WAIT_FAILED) return false;
  }
  return true;
}

}  // namespace ipcmark
