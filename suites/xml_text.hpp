// Text within XML.
#pragma once

#include <string>
#include <string_view>

namespace ipcmark {

// For an attribute or between tags. Control characters, which XML 1.0 does not have, become blanks.
inline std::string xml_text(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return safe;
}

}  // namespace ipcmark
