#include "harness/os/channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "harness/errors.hpp"
#include "harness/os/process.hpp"

namespace ipcmark::os {

std::pair<Channel, Channel> Channel::make() {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair of a control channel");
  return {Channel(Handle(ends[0])), Channel(Handle(ends[1]))};
}

bool Channel::write_line(std::string_view line) noexcept {
  std::string whole(line);
  whole += '\n';
  std::string_view rest = whole;
  while (!rest.empty()) {
    const ssize_t sent = ::send(handle_.fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent == -1 && errno == EINTR) continue;
    if (sent <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Channel::fill(bool block) {
  char bytes[16384];
  for (;;) {
    const ssize_t got = ::recv(handle_.fd(), bytes, sizeof bytes, block ? 0 : MSG_DONTWAIT);
    if (got == -1 && errno == EINTR) continue;
    if (got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (got <= 0) return false;
    pending_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
}

bool wait_readable(std::span<const Channel* const> channels, std::chrono::steady_clock::time_point deadline) {
  std::vector<pollfd> polled;
  for (const Channel* channel : channels) {
    polled.push_back({.fd = static_cast<int>(channel->raw()), .events = POLLIN, .revents = 0});
  }
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const auto wait = std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 1'000'000);
    const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(wait));
    if (ready > 0 || termination_signal() != 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) throw_errno("poll of the control channels");
  }
}

}  // namespace ipcmark::os
