#include "suites/conformance/models/one_memory.hpp"

#include <cstring>
#include <memory>
#include <new>

#include "harness/mechanism.hpp"
#include "harness/os/memory.hpp"
#include "harness/os/wait.hpp"

namespace ipcmark {
namespace {

std::span<const std::byte> latest;

class OneMemory final : public os::SharedMemory {
 public:
  explicit OneMemory(std::size_t size) : bytes_(new (page) std::byte[size]) {
    std::memset(bytes_.get(), 0, size);
    mapping_ = os::Mapping(bytes_.get(), size);
    latest = {bytes_.get(), size};
  }
  std::string address() const override {
    return std::to_string(reinterpret_cast<std::uintptr_t>(bytes_.get()));
  }
  void handed_over() noexcept override {}

 private:
  static constexpr std::align_val_t page{4096};
  struct Free {
    void operator()(std::byte* bytes) const noexcept { ::operator delete[](bytes, page); }
  };
  std::unique_ptr<std::byte[], Free> bytes_;
};

}  // namespace

std::span<const std::byte> model::one_memory() noexcept { return latest; }

// There is no list of mechanisms in such a program.
std::span<const Mechanism* const> mechanisms() { return {}; }

namespace os {

std::atomic<bool> stop_flag = false;  // nobody is told to stop

Mapping::~Mapping() {}  // it belongs to OneMemory

std::unique_ptr<SharedMemory> create_shared_memory(Memory, const std::string&, unsigned, std::size_t size) {
  return std::make_unique<OneMemory>(size);
}
Mapping open_shared_memory(Memory, const std::string& address, std::span<const RawHandle>, std::size_t size) {
  return {reinterpret_cast<std::byte*>(std::stoull(address)), size};
}

}  // namespace os
}  // namespace ipcmark
