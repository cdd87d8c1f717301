#include "harness/mechanism.hpp"

#include <algorithm>

namespace ipcmark {

std::string text_of(const Axis& axis, std::size_t value) {
  if (axis.names.empty()) return std::to_string(value);
  return std::string(value < axis.names.size() ? axis.names[value] : "unknown");
}

std::optional<std::size_t> value_named(const Axis& axis, std::string_view name) noexcept {
  const auto found = std::find(axis.names.begin(), axis.names.end(), name);
  if (found == axis.names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - axis.names.begin());
}

std::string text_of(const Tuning& tuning) {
  std::string text;
  for (const Axis& axis : axes) {
    if (tuning.*axis.value == 0) continue;
    text += (text.empty() ? "" : ",") + std::string(axis.name) + "=" + text_of(axis, tuning.*axis.value);
  }
  return text;
}

void need_the_clipboard(const Options& options) {
  if (options.touch_clipboard) return;
  throw Unsupported(
      "it would replace what is in your clipboard, and does so only when asked: add --touch-clipboard (what "
      "was there is put back at the end)");
}

std::string_view name_of(Framing framing) noexcept {
  switch (framing) {
    case Framing::bytes: return "bytes";
    case Framing::message: return "message";
    case Framing::signal: return "signal";
    case Framing::none: return "none";
  }
  return "unknown";
}

std::string_view name_of(Delivery delivery) noexcept {
  switch (delivery) {
    case Delivery::every: return "every";
    case Delivery::lossy: return "lossy";
    case Delivery::merged: return "merged";
    case Delivery::latest: return "latest";
  }
  return "unknown";
}

std::string_view name_of(Lifetime lifetime) noexcept {
  switch (lifetime) {
    case Lifetime::handles: return "handles";
    case Lifetime::kernel: return "kernel";
    case Lifetime::file: return "file";
  }
  return "unknown";
}

std::string_view name_of(Wait wait) noexcept {
  switch (wait) {
    case Wait::spin: return "spin";
    case Wait::block: return "block";
    case Wait::adaptive: return "adaptive";
  }
  return "unknown";
}

std::optional<Wait> wait_named(std::string_view name) noexcept {
  for (const Wait wait : every_kind_of_wait) {
    if (name_of(wait) == name) return wait;
  }
  return std::nullopt;
}

const Mechanism* mechanism_named(std::string_view name) noexcept {
  for (const Mechanism* mechanism : mechanisms()) {
    if (mechanism->traits.name == name) return mechanism;
  }
  return nullptr;
}

}  // namespace ipcmark
