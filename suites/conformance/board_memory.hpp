// Memory with a name that a test and its actors share: one file of the same name for each system.
#pragma once

#include <string>

#include "harness/os/handle.hpp"
#include "harness/os/memory.hpp"

namespace ipcmark {

// Zeroes; the name goes with this object.
class BoardMemory {
 public:
  BoardMemory(std::string name, std::size_t size);
  ~BoardMemory();
  BoardMemory(const BoardMemory&) = delete;
  BoardMemory& operator=(const BoardMemory&) = delete;

  const std::string& name() const noexcept { return name_; }
  const os::Mapping& mapping() const noexcept { return mapping_; }
  static os::Mapping open(const std::string& name, std::size_t size);

 private:
  std::string name_;
  os::Handle section_;  // Windows only, where a name lives as long as somebody has a handle
  os::Mapping mapping_;
};

}  // namespace ipcmark
