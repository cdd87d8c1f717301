// Endpoints that let the caller write and read in the shared memory itself.
//
// At most one loan and one borrow are outstanding in an endpoint. A borrowed message stays valid until
// release().
#pragma once

#include <algorithm>
#include <cstring>

#include "harness/mechanism.hpp"

namespace ipcmark {

template <class Byte>
struct [[nodiscard]] Slot {
  std::span<Byte> bytes;
  Status status = Status::ok;
};

class LoanEndpoint : public Endpoint {
 public:
  explicit LoanEndpoint(const Ticket& ticket) noexcept : in_place_(ticket.in_place) {}

  // Whether recv reads a message where it lies instead of copying it out.
  bool in_place() const noexcept { return in_place_; }

  virtual Slot<std::byte> loan(
      std::size_t size) noexcept = 0;                   // room for one message; waits while there is none
  virtual void publish(std::size_t size) noexcept = 0;  // hands the loaned room over as a message
  virtual Slot<const std::byte>
  borrow() noexcept = 0;                // the next message in place; waits while there is none
  virtual void release() noexcept = 0;  // gives the borrowed room back

 private:
  bool in_place_;
};

// The copying calls over a concrete loan endpoint, once for all: what a copy costs is loan against send.
template <class E>
[[gnu::always_inline]] inline Io send_by_loan(E& endpoint, std::span<const std::byte> message) noexcept {
  const Slot<std::byte> slot = endpoint.loan(message.size());
  if (slot.status != Status::ok) [[unlikely]]
    return {.status = slot.status};
  copy_bytes(slot.bytes.data(), message.data(), message.size());
  endpoint.publish(message.size());
  return {.size = message.size()};
}

// Reads each line of a message where it lies, and copies the stamp, so that it is checked as any other; the
// rest of the buffer stays as it was. (gcc would leave reads out whose values nobody uses.)
inline void read_in_place(std::span<const std::byte> message, std::span<std::byte> buffer) noexcept {
  constexpr std::size_t line = 64, tail = 8;
  for (std::size_t at = 0; at < message.size(); at += line)
    static_cast<void>(*static_cast<const volatile std::byte*>(&message[at]));
  copy_bytes(buffer.data(), message.data(), std::min(full_stamp, message.size()));
  if (message.size() > full_stamp)
    copy_bytes(&buffer[message.size() - tail], &message[message.size() - tail], tail);
}

template <class E>
[[gnu::always_inline]] inline Io recv_by_borrow(E& endpoint, std::span<std::byte> buffer) noexcept {
  const Slot<const std::byte> slot = endpoint.borrow();
  if (slot.status != Status::ok) [[unlikely]]
    return {.status = slot.status};
  const std::size_t size = slot.bytes.size();
  if (size > buffer.size()) [[unlikely]] {
    copy_bytes(buffer.data(), slot.bytes.data(), buffer.size());
    endpoint.release();
    return {.size = buffer.size(), .status = Status::truncated};
  }
  if (endpoint.in_place()) {
    read_in_place(slot.bytes, buffer);
  } else {
    copy_bytes(buffer.data(), slot.bytes.data(), size);
  }
  endpoint.release();
  return {.size = size};
}

}  // namespace ipcmark
