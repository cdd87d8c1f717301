// What the sockets of Windows share (Winsock 2).
//
// A socket is handed down as any other handle. Microsoft promises that only of sockets that are handles of
// the system, which those of its own providers are ("SO_PROTOCOL_INFO", XP1_IFS_HANDLES), and closes none by
// CloseHandle. Every call is overlapped: a call without an OVERLAPPED waits where nothing can tell it to
// stop.
#pragma once

#include <array>
#include <string>
#include <utility>

#include "harness/framing.hpp"
#include "harness/win_calls.hpp"
// After windows.h, which leaves the old winsock.h out.
#include <winsock2.h>
// After it.
#include <ws2tcpip.h>

namespace ipcmark {

class Socket {
 public:
  Socket() = default;
  explicit Socket(SOCKET socket) noexcept : socket_(socket) {}
  explicit Socket(os::RawHandle handle) noexcept : socket_(static_cast<SOCKET>(handle)) {}
  Socket(Socket&& other) noexcept : socket_(std::exchange(other.socket_, INVALID_SOCKET)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  ~Socket() { reset(); }

  void reset() noexcept {
    if (socket_ != INVALID_SOCKET) ::closesocket(std::exchange(socket_, INVALID_SOCKET));
  }
  SOCKET get() const noexcept { return socket_; }
  HANDLE handle() const noexcept { return reinterpret_cast<HANDLE>(socket_); }
  os::RawHandle raw() const noexcept { return static_cast<os::RawHandle>(socket_); }

 private:
  SOCKET socket_ = INVALID_SOCKET;
};

// Throws the WSAGetLastError() of a call that failed.
inline void require_done(int result, const char* call) {
  if (result != 0) os::throw_error(static_cast<DWORD>(::WSAGetLastError()), call);
}

// Loads Winsock for the rest of this process; whoever has a socket calls it first.
inline void use_winsock() {
  static const int failed = [] {
    WSADATA told{};
    return ::WSAStartup(MAKEWORD(2, 2), &told);
  }();
  if (failed != 0) os::throw_error(static_cast<DWORD>(failed), "WSAStartup");
}

inline Socket make_socket(int family, int type) {
  use_winsock();
  const SOCKET socket =
      ::WSASocketW(family, type, 0, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
  if (socket == INVALID_SOCKET) os::throw_error(static_cast<DWORD>(::WSAGetLastError()), "WSASocket");
  return Socket(socket);
}

template <class Value>
void set_option(const Socket& socket, int level, int name, const Value& value) {
  require_done(::setsockopt(socket.get(), level, name, reinterpret_cast<const char*>(&value), sizeof value),
               "setsockopt");
}

// 127.0.0.1; port 0 when it binds lets the system choose one.
inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  address.sin_port = ::htons(port);
  return address;
}
template <class Address>
void bind_to(const Socket& socket, const Address& address) {
  require_done(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
}
template <class Address>
void connect_to(const Socket& socket, const Address& address) {
  require_done(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
               "connect");
}
inline std::uint16_t port_of(const Socket& socket) {
  sockaddr_in address{};
  int size = sizeof address;
  require_done(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ::ntohs(address.sin_port);
}

inline Socket accepted_from(const Socket& listener) {
  const SOCKET socket = ::accept(listener.get(), nullptr, nullptr);
  if (socket == INVALID_SOCKET) os::throw_error(static_cast<DWORD>(::WSAGetLastError()), "accept");
  return Socket(socket);
}

// What Winsock says of a peer that is gone, and what the call below it says: GetOverlappedResult speaks of
// files.
inline Io io_of_socket(const Io& io) noexcept {
  if (io.status != Status::error) [[likely]]
    return io;
  switch (io.os_error) {
    case WSAECONNRESET:
    case WSAECONNABORTED:
    case WSAECONNREFUSED:
    case WSAESHUTDOWN:
    case ERROR_NETNAME_DELETED:
    case ERROR_CONNECTION_ABORTED:
    case ERROR_CONNECTION_REFUSED:
    case ERROR_PORT_UNREACHABLE: return {.status = Status::closed};
    default: return io;
  }
}

inline WSABUF piece(std::span<const std::byte> bytes) noexcept {
  return {.len = size_of_call(bytes.size()),
          .buf = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()))};
}

class SocketCalls {
 public:
  SocketCalls(Socket socket, Wait wait) : socket_(std::move(socket)), call_(wait) {}

  Io send(std::span<const std::byte> first, std::span<const std::byte> second) noexcept {
    std::array<WSABUF, 2> pieces{piece(first), piece(second)};
    return io_of_socket(call_(socket_.handle(), [&](OVERLAPPED* state) {
      return ::WSASend(socket_.get(), pieces.data(), second.empty() ? 1 : 2, nullptr, 0, state, nullptr) == 0;
    }));
  }
  Io receive(std::span<std::byte> first, std::span<std::byte> second) noexcept {
    std::array<WSABUF, 2> pieces{piece(first), piece(second)};
    return io_of_socket(call_(socket_.handle(), [&](OVERLAPPED* state) {
      DWORD flags = 0;
      return ::WSARecv(socket_.get(), pieces.data(), second.empty() ? 1 : 2, nullptr, &flags, state,
                       nullptr) == 0;
    }));
  }

 private:
  Socket socket_;
  OverlappedCalls call_;
};

// See harness/framing.hpp.
class SocketStream {
 public:
  SocketStream(Socket socket, Wait wait) : calls_(std::move(socket), wait) {}
  Io write(std::span<const std::byte> first, std::span<const std::byte> second) noexcept {
    return calls_.send(first, second);
  }
  Io read(std::span<std::byte> first, std::span<std::byte> second) noexcept {
    Io io = calls_.receive(first, second);
    if (io.status == Status::ok && io.size == 0) io.status = Status::closed;  // the end
    return io;
  }

 private:
  SocketCalls calls_;
};

class SocketStreamEndpoint : public Endpoint {
 public:
  SocketStreamEndpoint(Socket socket, std::size_t max_message, Wait wait)
      : frames_(SocketStream(std::move(socket), wait), max_message) {}

  Io send(std::span<const std::byte> message) noexcept final { return frames_.send(message); }
  Io recv(std::span<std::byte> buffer) noexcept final { return frames_.recv(buffer); }

 private:
  Framed<SocketStream> frames_;
};

// A listening socket, which the consumer gets; the producer gets the address.
class ListeningSocketLink : public Link {
 public:
  Ticket ticket(Role role) final {
    if (role == Role::consumer) return {.address = name_, .handles = {listener_.raw()}};
    return {.address = name_, .handles = {}};
  }
  void handed_over() override { listener_.reset(); }

 protected:
  explicit ListeningSocketLink(Socket listener) : listener_(std::move(listener)) {}
  Socket listener_;
  std::string name_;
};

}  // namespace ipcmark
