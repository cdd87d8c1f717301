// A mailslot: CreateMailslot. Whole messages from any number of writers to the one that created it.
//
// Messages reach several slots of one name only where these are on several computers. On one a name has one
// slot, and whoever creates a second gets ERROR_ALREADY_EXISTS (CreateMailslot, "Remarks"; Wine 8.0 as well),
// so there is no broadcast here.
//
// Windows documents no limit on how much may wait in a slot, and none on a message but the 424 bytes between
// computers. Wine 8.0 lets writers wait from a few hundred small messages on, and refuses messages of some
// 212 KB with ERROR_GEN_FAILURE, so a Link tries the largest one. A buffer that is too small gets
// ERROR_INSUFFICIENT_BUFFER and leaves the message where it is, but under Wine the rest is lost without a
// word: so a message is read into memory of its own wherever the caller's is smaller than the largest
// message. One of no bytes arrives as ERROR_BROKEN_PIPE under Wine, which can mean nothing else here, since a
// reader is never told that its writers are gone.
//
// Wine's CancelSynchronousIo does not know the reads and writes of a mailslot (ERROR_NOT_FOUND). A slot has a
// time limit for its reads; when it is over, the reader looks whether it is to stop. Writes are
// overlapped, so that one that waits, as only Wine makes it, can be told to.
#include <vector>

#include "harness/os/host.hpp"
#include "harness/os/process.hpp"
#include "harness/win_calls.hpp"

namespace ipcmark {
namespace {

constexpr DWORD look_up_ms = 50;

// Others may write as well only where all say so; Wine also wants FILE_SHARE_READ, which the slot itself
// needs.
os::Handle open_writer(const std::string& name) {
  return os::require(::CreateFileW(os::wide(name).c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                   nullptr, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr),
                     "CreateFile of a mailslot");
}

Io write_to(const os::Handle& writer, OverlappedCalls& call, std::span<const std::byte> message) noexcept {
  return call(os::native(writer), [&](OVERLAPPED* state) {
    return ::WriteFile(os::native(writer), message.data(), size_of_call(message.size()), nullptr, state);
  });
}

class WinMailslotLink final : public Link {
 public:
  explicit WinMailslotLink(const Options& options)
      : name_("\\\\.\\mailslot\\" + os::object_name(options.run, options.link)),
        slot_(os::require(::CreateMailslotW(os::wide(name_).c_str(), size_of_call(options.max_message),
                                            look_up_ms, nullptr),
                          "CreateMailslot")) {
    try_largest(options.max_message);
  }
  Ticket ticket(Role role) override {
    if (role == Role::producer) return {.address = name_, .handles = {}};
    return {.address = {}, .handles = {slot_.raw()}};
  }
  void handed_over() override { slot_.reset(); }

 private:
  void try_largest(std::size_t size) const {
    std::vector<std::byte> message(size);
    const os::Handle writer = open_writer(name_);
    OverlappedCalls call(Wait::block);
    if (const Io io = write_to(writer, call, message); io.status != Status::ok) {
      throw Unsupported("a mailslot refuses a message of " + std::to_string(size) + " bytes here (" +
                        os::error_text(io.os_error) + "); use smaller messages");
    }
    DWORD moved = 0;
    os::require(::ReadFile(os::native(slot_), message.data(), size_of_call(size), &moved, nullptr),
                "ReadFile of a mailslot");
  }

  std::string name_;
  os::Handle slot_;
};

class WinMailslotEndpoint final : public Endpoint {
 public:
  WinMailslotEndpoint(const Ticket& ticket, Role role, Wait)
      : end_(role == Role::producer ? open_writer(ticket.address) : os::Handle(ticket.handles.at(0))),
        write_(Wait::block),
        whole_(ticket.max_message) {}

  Io send(std::span<const std::byte> message) noexcept override {
    if (message.size() > whole_.size()) return {.status = Status::too_big};
    return write_to(end_, write_, message);
  }

  Io recv(std::span<std::byte> buffer) noexcept override {
    return buffer.size() >= whole_.size() ? read_into(buffer) : read_and_cut(buffer);
  }

 private:
  Io read_into(std::span<std::byte> buffer) noexcept {
    for (bool told = false;;) {
      const Io io = retry_aborted([&](DWORD& moved) {
        return ::ReadFile(os::native(end_), buffer.data(), size_of_call(buffer.size()), &moved, nullptr);
      });
      if (io.status == Status::closed) return {};
      if (io.status != Status::error || io.os_error != ERROR_SEM_TIMEOUT) [[likely]]
        return io;
      if (told) return {.status = Status::stopped};
      told = os::stop_requested();  // and one look more: what came before is still taken
    }
  }
  [[gnu::noinline]] Io read_and_cut(std::span<std::byte> buffer) noexcept {
    const Io io = read_into(whole_);
    if (io.status != Status::ok) return io;
    const std::size_t kept = std::min(io.size, buffer.size());
    copy_bytes(buffer.data(), whole_.data(), kept);
    return {.size = kept, .status = kept < io.size ? Status::truncated : Status::ok};
  }

  os::Handle end_;
  OverlappedCalls write_;
  std::vector<std::byte> whole_;  // as large as the largest message
};

constexpr std::string_view waits_in_vain =
    "Wine 8.0 bounds what waits in a slot, and keeps the slot of a dead reader for as long as a writer has "
    "it open";
constexpr std::string_view no_room = "a producer waits for ever for room";
constexpr KnownFailure known[]{
    {.clauses = "FLT-02", .told = no_room, .why = waits_in_vain, .here = os::under_wine},
    {.clauses = "FLT-04", .told = no_room, .why = waits_in_vain, .here = os::under_wine}};

}  // namespace

extern constinit const Mechanism win_mailslot{
    .traits = {.name = "win_mailslot",
               .family = "queue",
               .summary = "mailslot, one-way messages from many writers to one reader",
               .manual = "CreateMailslot (Microsoft)",
               .many_producers = true,
               .survives_peer_kill = true,
               .named = true},
    .create = create_as<WinMailslotLink>,
    .open = open_as<WinMailslotEndpoint>,
    .loops = loops_of<WinMailslotEndpoint>,
    .known = known,
};

}  // namespace ipcmark
