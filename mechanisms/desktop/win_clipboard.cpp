// The clipboard, as a channel for the latest value: OpenClipboard, SetClipboardData.
//
// There is one for a whole session, with one user at a time: whoever comes while another has it open is
// refused, and tries again. What is put there replaces everything, in all formats, and survives its writer.
// A number that grows with every change tells a reader whether there is something new, and a window that
// listens is sent WM_CLIPBOARDUPDATE. Several changes make one message, or one for each.
//
// A message is in a format of its own, and beside it stands a line of text for people (CF_TEXT). The format
// has one name for all runs, since Windows never forgets a name and has room for some 16000; what tells
// messages apart is the name of the link in front of each. That has its length, too: GlobalSize rounds up.
// Formats of their own keep the data out of the history and of other computers (Microsoft, "Clipboard
// formats", "Cloud clipboard and clipboard history formats").
//
// It belongs to whoever sits there. So it is touched only when that is asked for, and what was on it is put
// back at the end, but for handles of graphics, of which Windows makes some anew from what is put back. A
// parent that is killed puts nothing back.
#include <array>
#include <cstring>
#include <vector>

#include "harness/os/host.hpp"
#include "mechanisms/desktop/message_window.hpp"

namespace ipcmark {
namespace {

struct Header {
  std::array<char, 64> link{};
  std::uint64_t size = 0;
};

struct Formats {
  UINT message = ::RegisterClipboardFormatW(L"ipcmark message");
  UINT unmonitored = ::RegisterClipboardFormatW(L"ExcludeClipboardContentFromMonitorProcessing");
  UINT history = ::RegisterClipboardFormatW(L"CanIncludeInClipboardHistory");
  UINT cloud = ::RegisterClipboardFormatW(L"CanUploadToCloudClipboard");
};

// The clipboard while this process has it open.
class Opened {
 public:
  // Tries until it is free; not opened when told to stop. Whoever has it open and empties it waits until its
  // owner, which may be this process, has handled WM_DESTROYCLIPBOARD.
  explicit Opened(HWND window) noexcept
      : open_(os::spin_until([&] {
          if (::OpenClipboard(window) != FALSE) return true;
          handle_messages();
          ::SwitchToThread();
          return false;
        })) {}
  ~Opened() { close(); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  explicit operator bool() const noexcept { return open_; }
  void close() noexcept {
    if (std::exchange(open_, false)) ::CloseClipboard();
  }

 private:
  bool open_;
};

// Puts two pieces as one, of which the clipboard then is the owner.
bool put(UINT format, std::span<const std::byte> first, std::span<const std::byte> second = {}) noexcept {
  const HGLOBAL block = ::GlobalAlloc(GMEM_MOVEABLE, std::max<std::size_t>(first.size() + second.size(), 1));
  auto* const data = block == nullptr ? nullptr : static_cast<std::byte*>(::GlobalLock(block));
  if (data == nullptr) return false;
  copy_bytes(data, first.data(), first.size());
  copy_bytes(data + first.size(), second.data(), second.size());
  ::GlobalUnlock(block);
  if (::SetClipboardData(format, block) != nullptr) return true;
  ::GlobalFree(block);
  return false;
}

// What is in a format, for as long as the clipboard is open; nothing where it is not there or no memory.
class Found {
 public:
  explicit Found(UINT format) noexcept : block_(::GetClipboardData(format)) {
    const void* const data = block_ == nullptr ? nullptr : ::GlobalLock(block_);
    if (data != nullptr) bytes_ = {static_cast<const std::byte*>(data), ::GlobalSize(block_)};
  }
  ~Found() {
    if (bytes_.data() != nullptr) ::GlobalUnlock(block_);
  }
  Found(const Found&) = delete;
  Found& operator=(const Found&) = delete;
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  HGLOBAL block_;
  std::span<const std::byte> bytes_;
};

// Formats whose data are no memory, by "Standard clipboard formats"; applications' own GDI objects are a
// range.
bool is_memory(UINT format) noexcept {
  switch (format) {
    case CF_BITMAP:
    case CF_METAFILEPICT:
    case CF_PALETTE:
    case CF_ENHMETAFILE:
    case CF_OWNERDISPLAY:
    case CF_DSPBITMAP:
    case CF_DSPMETAFILEPICT:
    case CF_DSPENHMETAFILE: return false;
    default: return format < CF_GDIOBJFIRST || format > CF_GDIOBJLAST;
  }
}

class WinClipboardLink final : public Link {
 public:
  explicit WinClipboardLink(const Options& options)
      : name_(os::object_name(options.run, options.link)), window_(name_) {
    need_the_clipboard(options);
    const Opened clipboard(window_.get());
    if (!clipboard) os::throw_last_error("OpenClipboard");
    for (UINT format = ::EnumClipboardFormats(0); format != 0; format = ::EnumClipboardFormats(format)) {
      if (!is_memory(format)) continue;
      const Found found(format);
      former_.push_back({format, {found.bytes().begin(), found.bytes().end()}});
    }
    touched_ = true;
  }
  ~WinClipboardLink() override {
    if (!touched_) return;
    const Opened clipboard(window_.get());
    if (!clipboard) return;
    ::EmptyClipboard();
    for (const Kept& kept : former_) put(kept.format, kept.bytes);
  }
  Ticket ticket(Role) override { return {.address = name_, .handles = {}}; }

 private:
  struct Kept {
    UINT format;
    std::vector<std::byte> bytes;
  };
  std::string name_;
  MessageWindow window_;
  bool touched_ = false;
  std::vector<Kept> former_;
};

// A window that is told of every change.
class Listener final : public MessageWindow {
 public:
  explicit Listener(const std::string& title) : MessageWindow(title) {
    os::require(::AddClipboardFormatListener(get()), "AddClipboardFormatListener");
  }
  ~Listener() override { ::RemoveClipboardFormatListener(get()); }
};

class WinClipboardEndpoint final : public Endpoint {
 public:
  WinClipboardEndpoint(const Ticket& ticket, Role role, Wait wait)
      : max_message_(ticket.max_message), wait_(wait) {
    std::memcpy(header_.link.data(), ticket.address.data(),
                std::min(ticket.address.size(), header_.link.size()));
    if (role == Role::consumer) {
      window_ = std::make_unique<Listener>(ticket.address);
    } else {
      window_ = std::make_unique<MessageWindow>(ticket.address);
    }
  }

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > max_message_) return {.status = Status::too_big};
    header_.size = message.size();
    const Opened clipboard(window_->get());
    if (!clipboard) return {.status = Status::stopped};
    const bool done = ::EmptyClipboard() != FALSE && put(formats_.unmonitored, no_) &&
                      put(formats_.history, no_) && put(formats_.cloud, no_) &&
                      put(CF_TEXT, std::as_bytes(std::span(for_people))) &&
                      put(formats_.message, std::as_bytes(std::span(&header_, 1)), message);
    return done ? Io{.size = message.size()} : io_of_error(::GetLastError());
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    for (;;) {
      if (!changed() && !handle_messages_until([&] { return changed(); }, wait_))
        return {.status = Status::stopped};
      Opened clipboard(window_->get());
      if (!clipboard) return {.status = Status::stopped};
      seen_ = ::GetClipboardSequenceNumber();  // which nobody changes now
      const Found found(formats_.message);
      Header header;
      if (found.bytes().size() < sizeof header) continue;
      std::memcpy(&header, found.bytes().data(), sizeof header);
      if (header.link != header_.link || header.size > found.bytes().size() - sizeof header) continue;
      const std::size_t size = header.size, kept = std::min(size, buffer.size());
      copy_bytes(buffer.data(), found.bytes().data() + sizeof header, kept);
      return {.size = kept, .status = kept < size ? Status::truncated : Status::ok};
    }
  }

 private:
  bool changed() const noexcept { return ::GetClipboardSequenceNumber() != seen_; }

  static constexpr char for_people[] = "a message of ipcmark";
  static constexpr std::array<std::byte, 4> no_{};  // a DWORD that is FALSE
  std::size_t max_message_;
  Wait wait_;
  Formats formats_;
  Header header_;
  DWORD seen_ = 0;
  std::unique_ptr<MessageWindow> window_;
};

constexpr KnownFailure known[]{
    {.clauses = "GEN-14",
     .told = "kept its producer waiting",
     .why = "a consumer that is stopped while it has the clipboard open keeps everybody out: OpenClipboard"}};

}  // namespace

extern constinit const Mechanism win_clipboard{
    .traits = {.name = "win_clipboard",
               .family = "desktop",
               .summary = "the clipboard, latest value only; with --touch-clipboard",
               .manual = "Clipboard operations (Microsoft)",
               .delivery = Delivery::latest,
               .lifetime = Lifetime::kernel,
               .waits = blocks_or_polls,
               .broadcasts = true,
               .survives_peer_kill = true,
               .named = true,
               .needs = "a desktop"},
    .create = create_as<WinClipboardLink>,
    .open = open_as<WinClipboardEndpoint>,
    .loops = loops_of<WinClipboardEndpoint>,
    .known = known,
};

}  // namespace ipcmark
