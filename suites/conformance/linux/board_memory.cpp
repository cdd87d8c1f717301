#include "suites/conformance/board_memory.hpp"

namespace ipcmark {

BoardMemory::BoardMemory(std::string name, std::size_t size)
    : name_(std::move(name)), mapping_(os::create_segment(name_, size)) {}
BoardMemory::~BoardMemory() { os::remove_segment(name_); }
os::Mapping BoardMemory::open(const std::string& name, std::size_t size) {
  return os::open_segment(name, size);
}

}  // namespace ipcmark
