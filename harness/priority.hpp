// Endpoints whose messages have priorities: Traits::priorities says how many, from 0, the lowest, on.
#pragma once

#include "harness/mechanism.hpp"

namespace ipcmark {

class PriorityEndpoint : public Endpoint {
 public:
  // As send, which is the same with priority 0. `priority` is below Traits::priorities.
  virtual Io send_with(std::span<const std::byte> message, unsigned priority) noexcept = 0;
  // The oldest of those messages that have the highest priority; recv may prefer the oldest of all.
  virtual Io recv_first(std::span<std::byte> buffer) noexcept = 0;
};

// Traits::selects: one priority can be waited for, and the others stay where they are.
class SelectiveEndpoint : public PriorityEndpoint {
 public:
  virtual Io recv_only(std::span<std::byte> buffer, unsigned priority) noexcept = 0;
};

}  // namespace ipcmark
