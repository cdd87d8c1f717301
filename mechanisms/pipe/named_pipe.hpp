// What the named pipes of Windows share: one instance, whose server is the consumer, and one client. The
// sizes of its buffers are advice. FILE_FLAG_FIRST_PIPE_INSTANCE refuses a name that is taken, but not under
// Wine 8.0; the run's id in the name does so everywhere.
#pragma once

#include <array>
#include <string>

#include "harness/os/host.hpp"
#include "harness/win_calls.hpp"

namespace ipcmark {

class NamedPipeLink : public Link {
 public:
  // `type` is that of its messages: PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, or neither for bytes. `flags`
  // may have FILE_FLAG_OVERLAPPED.
  NamedPipeLink(const Options& options, DWORD type, DWORD flags)
      : name_("\\\\.\\pipe\\" + os::object_name(options.run, options.link)) {
    const DWORD buffer = size_of_call(options.buffer != 0 ? options.buffer : usual_buffer);
    server_ =
        os::require(::CreateNamedPipeW(os::wide(name_).c_str(),
                                       PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE | flags,
                                       type | PIPE_REJECT_REMOTE_CLIENTS, 1, buffer, buffer, 0, nullptr),
                    "CreateNamedPipe");
  }
  Ticket ticket(Role role) final {
    if (role == Role::producer) return {.address = name_, .handles = {}};
    return {.address = {}, .handles = {server_.raw()}};
  }
  void handed_over() final { server_.reset(); }

 private:
  static constexpr std::size_t usual_buffer = 65536;  // bytes each way, as much as a pipe of Linux holds
  std::string name_;
  os::Handle server_;
};

// A client that came first says ERROR_PIPE_CONNECTED, which is no failure.
inline os::Handle connected_server(os::Handle server, DWORD flags) {
  const os::Handle done = os::require(::CreateEventW(nullptr, TRUE, FALSE, nullptr), "CreateEvent");
  OVERLAPPED state{};
  state.hEvent = os::native(done);
  const bool overlapped = (flags & FILE_FLAG_OVERLAPPED) != 0;
  if (::ConnectNamedPipe(os::native(server), overlapped ? &state : nullptr) != FALSE) return server;
  if (::GetLastError() == ERROR_PIPE_CONNECTED) return server;
  DWORD nothing = 0;
  if (::GetLastError() != ERROR_IO_PENDING ||
      ::GetOverlappedResult(os::native(server), &state, &nothing, TRUE) == FALSE)
    os::throw_last_error("ConnectNamedPipe");
  return server;
}

// The end of a child. Whatever the server has chosen, a client's end reads a stream of bytes until
// SetNamedPipeHandleState says otherwise.
inline os::Handle named_pipe_end(const Ticket& ticket, Role role, DWORD type, DWORD flags) {
  if (role == Role::consumer) return connected_server(os::Handle(ticket.handles.at(0)), flags);
  os::Handle client =
      os::require(::CreateFileW(os::wide(ticket.address).c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                                OPEN_EXISTING, flags, nullptr),
                  "CreateFile of a named pipe");
  DWORD mode = type & PIPE_READMODE_MESSAGE;
  os::require(::SetNamedPipeHandleState(os::native(client), &mode, nullptr, nullptr),
              "SetNamedPipeHandleState");
  return client;
}

template <class Read>
[[gnu::noinline]] Io drop_rest_of_message(std::size_t kept, Read read) noexcept {
  std::array<std::byte, 4096> rest;
  for (;;) {
    const Io io = read(std::span<std::byte>(rest));
    if (io.status == Status::ok) return {.size = kept, .status = Status::truncated};
    if (io.os_error != ERROR_MORE_DATA) return io;
  }
}

// One message by `read(buffer)`. What does not fit into the buffer is not lost: the read says ERROR_MORE_DATA
// and the next ones get the rest, so that it has to be read away.
template <class Read>
Io receive_message(std::span<std::byte> buffer, Read read) noexcept {
  const Io io = read(buffer);
  if (io.status == Status::error && io.os_error == ERROR_MORE_DATA) [[unlikely]]
    return drop_rest_of_message(buffer.size(), read);
  return io;
}

}  // namespace ipcmark
