// Signals counted in shared memory, for broken mechanisms that have to be broken there.
#pragma once

#include <atomic>
#include <new>

#include "harness/os/host.hpp"
#include "harness/os/memory.hpp"
#include "harness/os/wait.hpp"
#include "suites/conformance/broken/broken.hpp"

namespace ipcmark::broken {

// A futex word is 32 bits of memory that all processes map.
using Word = std::atomic<std::uint32_t>;

struct Shared {
  Word count{0};  // signals that nobody has taken
  Word flag{0};   // what the mechanism at hand makes of it
};

class SharedLink final : public Link {
 public:
  explicit SharedLink(const Options& options) : name_(os::object_name(options.run, options.link)) {
    const os::Mapping memory = os::create_segment(name_, sizeof(Shared));
    ::new (memory.data()) Shared();
  }
  ~SharedLink() override { os::remove_segment(name_); }
  Ticket ticket(Role) override { return {.address = name_, .handles = {}}; }
  void handed_over() override { os::remove_segment(name_); }

 private:
  std::string name_;
};

class SharedEndpoint : public Endpoint {
 public:
  explicit SharedEndpoint(const Ticket& ticket) : memory_(os::open_segment(ticket.address, sizeof(Shared))) {}

 protected:
  Shared& shared() const noexcept { return *std::launder(reinterpret_cast<Shared*>(memory_.data())); }
  bool take_one() const noexcept {
    std::uint32_t seen = shared().count.load();
    while (seen != 0) {
      if (shared().count.compare_exchange_weak(seen, seen - 1)) return true;
    }
    return false;
  }

 private:
  os::Mapping memory_;
};

constexpr Traits counted(std::string_view name, std::string_view summary) {
  Traits result = named(name, summary);
  result.framing = Framing::signal;
  result.lifetime = Lifetime::kernel;
  result.duplex = false;
  result.sees_peer_death = false;
  return result;
}

}  // namespace ipcmark::broken
