#include "harness/os/channel.hpp"

namespace ipcmark::os {

std::optional<std::string> Channel::cut_line() {
  const std::size_t end = pending_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = pending_.substr(0, end);
  pending_.erase(0, end + 1);
  return line;
}

std::optional<std::string> Channel::read_line() {
  for (;;) {
    if (auto line = cut_line()) return line;
    if (!fill(true)) return std::nullopt;
  }
}

std::optional<std::string> Channel::take_line(bool& closed) {
  if (auto line = cut_line()) return line;
  if (!fill(false)) closed = true;
  return cut_line();
}

}  // namespace ipcmark::os
