#include "suites/conformance/contracts/linux/sockets.hpp"

#include <arpa/inet.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <utility>

#include "harness/os/host.hpp"

namespace ipcmark {
namespace {

std::string filled(int socket) {
  long count = 0;
  while (::send(socket, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1) ++count;
  return std::to_string(count) + " " + result_of(-1);
}

std::string polled(int socket, short events, int timeout) {
  pollfd one{.fd = socket, .events = events, .revents = 0};
  check(::poll(&one, 1, timeout), "poll");
  constexpr std::pair<int, const char*> names[]{
      {POLLIN, "IN"}, {POLLPRI, "PRI"}, {POLLERR, "ERR"}, {POLLHUP, "HUP"}, {POLLRDHUP, "RDHUP"}};
  std::string text;
  for (const auto& [bit, name] : names) {
    if ((one.revents & bit) != 0) text += (text.empty() ? "" : " ") + std::string(name);
  }
  return text;
}

// The words of obey_socket().
std::string done(int socket, const std::string& call, const std::string& argument) {
  const auto send = [&](int flags) {
    return result_of(::send(socket, argument.data(), argument.size(), flags));
  };
  const auto recv = [&](int flags) { return received(socket, std::stoul(argument), flags); };
  if (call == "send") return send(MSG_NOSIGNAL);
  if (call == "send_loudly") return send(0);
  if (call == "send_urgent") return send(MSG_NOSIGNAL | MSG_OOB);
  if (call == "fill") return filled(socket);
  if (call == "recv") return recv(0);
  if (call == "try") return recv(MSG_DONTWAIT);
  if (call == "recv_urgent") return recv(MSG_OOB);
  if (call == "recv_length") {
    std::string room(std::stoul(argument), ' ');
    return result_of(::recv(socket, room.data(), room.size(), MSG_TRUNC));
  }
  if (call == "poll") return polled(socket, POLLIN | POLLPRI | POLLRDHUP, 0);
  if (call == "await_close") return polled(socket, POLLRDHUP, -1);
  if (call == "await_end") return polled(socket, 0, -1);
  if (call == "stop_sending") return result_of(::shutdown(socket, SHUT_WR));
  if (call == "close") return result_of(::close(socket));
  throw std::logic_error("no such call: " + call);
}

}  // namespace

Address unix_address(const std::string& name) {
  Address address;
  address.bytes.ss_family = AF_UNIX;
  constexpr std::size_t before = offsetof(sockaddr_un, sun_path);
  if (before + name.size() > sizeof address.bytes) throw std::length_error("a name of a socket is too long");
  char* const path = reinterpret_cast<char*>(&address.bytes) + before;
  std::memcpy(path, name.data(), name.size());
  std::size_t size = before + name.size();
  if (name.starts_with("@")) {
    path[0] = '\0';
  } else if (name.size() < sizeof sockaddr_un::sun_path) {
    ++size;  // the null byte at the end of a path, where it has room
  }
  address.size = static_cast<socklen_t>(size);
  return address;
}

Address loopback_address(std::uint16_t port) {
  sockaddr_in inet{};
  inet.sin_family = AF_INET;
  inet.sin_port = htons(port);
  inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Address address{.size = sizeof inet};
  std::memcpy(&address.bytes, &inet, sizeof inet);
  return address;
}

Address own_address(const os::Handle& socket) {
  Address address{.size = sizeof(sockaddr_storage)};
  check(::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address.bytes), &address.size),
        "getsockname");
  return address;
}

os::Handle make_socket(int family, int type) {
  return os::Handle(check(::socket(family, type | SOCK_CLOEXEC, 0), "socket"));
}
os::Handle bound_socket(int type, const Address& address) {
  os::Handle socket = make_socket(address.bytes.ss_family, type);
  check(::bind(socket.fd(), address.get(), address.size), "bind");
  return socket;
}
os::Handle listening_socket(const Address& address, int backlog) {
  os::Handle socket = bound_socket(SOCK_STREAM, address);
  check(::listen(socket.fd(), backlog), "listen");
  return socket;
}

std::string bind_result(int type, const Address& address) {
  const os::Handle socket = make_socket(address.bytes.ss_family, type);
  return result_of(::bind(socket.fd(), address.get(), address.size));
}
std::string connect_result(int type, const Address& address) {
  const os::Handle socket = make_socket(address.bytes.ss_family, type);
  return result_of(::connect(socket.fd(), address.get(), address.size));
}

int option_of(int socket, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  check(::getsockopt(socket, level, name, &value, &size), "getsockopt");
  return value;
}

SocketNames::~SocketNames() {
  std::error_code gone;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, gone);
}
const std::string& SocketNames::directory() {
  if (directory_.empty()) directory_ = os::private_directory(session_.id());
  return directory_;
}
std::string SocketNames::os_name() { return os::object_name(session_.id(), session_.next_link()); }

SocketEnds unix_pair(int type) {
  int ends[2];
  check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "socketpair");
  return {os::Handle(ends[0]), os::Handle(ends[1])};
}

SocketEnds tcp_pair() {
  const os::Handle listener = listening_socket(loopback_address(), 1);
  const Address address = own_address(listener);
  SocketEnds ends{.first = make_socket(AF_INET, SOCK_STREAM), .second = {}};
  check(::connect(ends.first.fd(), address.get(), address.size), "connect");
  ends.second = os::Handle(check(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
  return ends;
}

SocketEnds udp_pair() {
  SocketEnds ends{.first = make_socket(AF_INET, SOCK_DGRAM),
                  .second = bound_socket(SOCK_DGRAM, loopback_address())};
  const Address address = own_address(ends.second);
  check(::connect(ends.first.fd(), address.get(), address.size), "connect");
  return ends;
}

void obey_socket(Stage& stage) {
  for (;;) {
    std::istringstream words(stage.hear());
    std::string call, argument;
    words >> call >> argument;
    stage.say(done(stage.fd(0), call, argument));
  }
}

std::string received(int socket, std::size_t room, int flags) {
  std::string text(room, ' ');
  iovec data{text.data(), text.size()};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  const ssize_t size = ::recvmsg(socket, &header, flags);
  if (size == -1) return result_of(size);
  const char* const note = (header.msg_flags & MSG_TRUNC) != 0 ? " truncated" : "";
  if (size == 0) return std::string("nothing") + note;
  return "got " + text.substr(0, static_cast<std::size_t>(size)) + note;
}

void give_up_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
  check(::syscall(SYS_capset, &header, none), "capset");
}
bool may(int capability) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3]{};
  check(::syscall(SYS_capget, &header, sets), "capget");
  return (sets[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)) != 0;
}

}  // namespace ipcmark
