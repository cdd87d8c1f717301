// A folder of a test's own, gone with it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "harness/errors.hpp"

namespace ipcmark {

class Scratch {
 public:
  Scratch() : folder_((std::filesystem::temp_directory_path() / "tests-of-results-XXXXXX").string()) {
    if (::mkdtemp(folder_.data()) == nullptr) throw_errno("mkdtemp " + folder_);
  }
  ~Scratch() {
    std::error_code gone;
    std::filesystem::remove_all(folder_, gone);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_;
};

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace ipcmark
