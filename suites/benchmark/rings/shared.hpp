// What the rings that ours are compared with have in common: they are mechanisms like any other, so that they
// move the same messages between the same processes through the same loops, and are checked alike. Only the
// program ipcmark_rings has them.
//
// They poll, with a pause: os::spin_until.
#pragma once

#include <memory>
#include <new>
#include <string>

#include "harness/mechanism.hpp"
#include "harness/os/host.hpp"
#include "harness/os/memory.hpp"
#include "harness/os/wait.hpp"

namespace ipcmark {

inline constexpr Waits polls_only{.spin = true, .block = false};
inline constexpr std::size_t own_line = 128;  // as in mechanisms/shm/segment.hpp

// A segment of zeroes.
class RingLink : public Link {
 public:
  RingLink(const Options& options, std::size_t bytes)
      : name_(os::object_name(options.run, options.link)), memory_(os::create_segment(name_, bytes)) {}
  ~RingLink() override { os::remove_segment(name_); }
  Ticket ticket(Role) final { return {.address = name_, .handles = {}}; }
  void handed_over() final { os::remove_segment(name_); }

 protected:
  std::byte* data() const noexcept { return memory_.data(); }

 private:
  std::string name_;
  os::Mapping memory_;
};

}  // namespace ipcmark
