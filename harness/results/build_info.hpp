// What this program was built from and how. CMake writes the definition into a generated source file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ipcmark {

struct BuildInfo {
  std::string_view version;     // "0.1.0"
  std::string_view revision;    // of git, with "-dirty" after it when files were changed; may be empty
  std::string_view compiler;    // name and version: "GNU 12.2.0"
  std::string_view flags;       // every one that compiles the timed loops, those of the build type included
  std::string_view build_type;  // "Release"
  bool assertions;              // NDEBUG is not defined
};
extern const BuildInfo build_info;

// The names in every -fsanitize= of the flags: {"address", "undefined"}.
inline std::vector<std::string> sanitizers_in(std::string_view flags) {
  constexpr std::string_view option = "-fsanitize=";
  std::vector<std::string> found;
  for (std::size_t at = flags.find(option); at != std::string_view::npos; at = flags.find(option, at)) {
    at += option.size();
    std::string_view names = flags.substr(at, flags.find(' ', at) - at);
    while (!names.empty()) {
      const std::size_t size = names.find(',');
      found.emplace_back(names.substr(0, size));
      names.remove_prefix(size == std::string_view::npos ? names.size() : size + 1);
    }
  }
  return found;
}

}  // namespace ipcmark
