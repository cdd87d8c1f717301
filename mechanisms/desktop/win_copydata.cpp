// WM_COPYDATA: bytes sent to a window of another process, as programs of one desktop tell each other of files
// to open.
//
// SendMessage returns once the window's procedure has, so a send is itself a round trip, and costs one even
// where no answer is wanted. Whoever waits in it handles what is sent to its own windows meanwhile, so that
// two who send to each other do not stand still. A window's thread looks for all messages at once, so the
// consumer keeps in memory of its own what it has not been asked for yet, and that is lost with it.
//
// A sender that waits cannot be told to stop, so it waits a moment and tries again. Whether what timed out
// arrives nevertheless is not said, so each message has a number, and a consumer ignores the one that it has
// had last from that process. The consumer's window is its own, so the first send waits for its event.
// Any program of the desktop may send to it: the title, which has the run's id, is no secret.
//
// Windows names no limit for the size. Wine 8.0 copies a message to the stack of the receiver, and one larger
// than that ends the receiver without a word.
#include <deque>
#include <map>
#include <vector>

#include "harness/os/host.hpp"
#include "mechanisms/desktop/message_window.hpp"

namespace ipcmark {
namespace {

constexpr UINT patience_ms = 100;

std::size_t bytes_of_stack() noexcept {
  ULONG_PTR low = 0, high = 0;
  ::GetCurrentThreadStackLimits(&low, &high);
  return high - low;
}

class WinCopydataLink final : public Link {
 public:
  explicit WinCopydataLink(const Options& options)
      : title_(os::object_name(options.run, options.link)),
        opened_(os::require(::CreateEventW(nullptr, TRUE, FALSE, nullptr), "CreateEvent")) {
    const std::size_t most = bytes_of_stack() / 2;
    if (options.max_message > most && os::function_of<void()>(L"ntdll.dll", "wine_get_version") != nullptr) {
      throw Unsupported("Wine puts a message of WM_COPYDATA on the receiver's stack, of which half is " +
                        std::to_string(most) + " bytes; use smaller messages, or Windows");
    }
  }
  Ticket ticket(Role) override { return {.address = title_, .handles = {opened_.raw()}}; }
  void handed_over() override { opened_.reset(); }

 private:
  std::string title_;
  os::Handle opened_;  // set once the consumer's window is there
};

class Inbox final : public MessageWindow {
 public:
  using MessageWindow::MessageWindow;
  bool empty() const noexcept { return arrived_.empty(); }
  Io take(std::span<std::byte> buffer) noexcept {
    std::vector<std::byte>& first = arrived_.front();
    const std::size_t size = first.size(), kept = std::min(size, buffer.size());
    copy_bytes(buffer.data(), first.data(), kept);
    spare_.push_back(std::move(first));
    arrived_.pop_front();
    return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
  }

 private:
  LRESULT on_message(UINT message, WPARAM word, LPARAM value) noexcept override {
    if (message != WM_COPYDATA) return MessageWindow::on_message(message, word, value);
    const auto& data = *reinterpret_cast<const COPYDATASTRUCT*>(value);
    const auto sender = static_cast<std::uint32_t>(data.dwData >> 32U);
    const auto number = static_cast<std::uint32_t>(data.dwData);
    if (const auto last = last_.find(sender); last != last_.end() && last->second == number) return TRUE;
    last_[sender] = number;
    std::vector<std::byte> room;
    if (!spare_.empty()) {
      room = std::move(spare_.back());
      spare_.pop_back();
    }
    room.resize(data.cbData);
    copy_bytes(room.data(), data.lpData, data.cbData);
    arrived_.push_back(std::move(room));
    return TRUE;
  }

  std::deque<std::vector<std::byte>> arrived_;
  std::vector<std::vector<std::byte>> spare_;
  std::map<std::uint32_t, std::uint32_t> last_;  // of each process: the number of its latest message
};

class WinCopydataEndpoint final : public Endpoint {
 public:
  WinCopydataEndpoint(const Ticket& ticket, Role role, Wait wait)
      : title_(ticket.address), opened_(ticket.handles.at(0)), wait_(wait) {
    if (role == Role::producer) return;
    inbox_ = std::make_unique<Inbox>(title_);
    os::require(::SetEvent(os::native(opened_)), "SetEvent");
  }

  Io send(std::span<const std::byte> message) noexcept override {
    if (peer_ == nullptr) [[unlikely]] {
      if (const Io io = find_peer(); io.status != Status::ok) return io;
    }
    COPYDATASTRUCT data{};
    data.dwData = ULONG_PTR{::GetCurrentProcessId()} << 32U | ++number_;
    data.cbData = size_of_call(message.size());
    data.lpData = const_cast<std::byte*>(message.data());
    for (;;) {
      ::SetLastError(ERROR_SUCCESS);
      if (::SendMessageTimeoutW(peer_, WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&data),
                                SMTO_NORMAL | SMTO_ERRORONEXIT, patience_ms, nullptr) != 0) [[likely]]
        return {.size = message.size()};
      const DWORD error = ::GetLastError();
      if (::IsWindow(peer_) == FALSE) return {.status = Status::closed};
      if (error != ERROR_TIMEOUT) return io_of_error(error);
      if (os::stop_requested()) return {.status = Status::stopped};
    }
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    if (inbox_->empty() && !handle_messages_until([&] { return !inbox_->empty(); }, wait_))
      return {.status = Status::stopped};
    return inbox_->take(buffer);
  }

 private:
  [[gnu::noinline]] Io find_peer() noexcept {
    if (const Io io = wait_for(os::native(opened_)); io.status != Status::ok) return io;
    peer_ = MessageWindow::find(title_);
    return {.status = peer_ == nullptr ? Status::closed : Status::ok};
  }

  static_assert(sizeof(ULONG_PTR) == 8);
  std::string title_;
  os::Handle opened_;
  Wait wait_;
  HWND peer_ = nullptr;
  std::uint32_t number_ = 0;
  std::unique_ptr<Inbox> inbox_;  // the consumer's
};

}  // namespace

extern constinit const Mechanism win_copydata{
    .traits = {.name = "win_copydata",
               .family = "desktop",
               .summary = "WM_COPYDATA to a message-only window",
               .manual = "WM_COPYDATA, SendMessage (Microsoft)",
               .waits = blocks_or_polls,
               .many_producers = true,
               .named = true,
               .needs = "a desktop"},
    .create = create_as<WinCopydataLink>,
    .open = open_as<WinCopydataEndpoint>,
    .loops = loops_of<WinCopydataEndpoint>,
};

}  // namespace ipcmark
