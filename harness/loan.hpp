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
  virtual Slot<std::byte> loan(
      std::size_t size) noexcept = 0;                   // room for one message; waits while there is none
  virtual void publish(std::size_t size) noexcept = 0;  // hands the loaned room over as a message
  virtual Slot<const std::byte>
  borrow() noexcept = 0;                // the next message in place; waits while there is none
  virtual void release() noexcept = 0;  // gives the borrowed room back
};

// Copies a message that its owner has just written. A vector load over several stores of eight bytes each,
// which is what filling in a header leaves behind, waits until they have all reached the cache, since no one
// of them can be forwarded to it (Intel optimisation manual, "Store Forwarding"). Short messages therefore go
// word by word, which each forwards: a stream of 64 byte messages through shm_spsc gains a tenth.
inline void copy_fresh(std::byte* to, const std::byte* from, std::size_t size) noexcept {
  constexpr std::size_t word = 8, short_message = 256;
  if (size > short_message) {
    std::memcpy(to, from, size);
    return;
  }
  for (; size >= word; size -= word, to += word, from += word) {
    std::uint64_t value = 0;
    std::memcpy(&value, from, word);
    asm volatile("" : "+r"(value));  // keeps the compiler from making vectors of it
    std::memcpy(to, &value, word);
  }
  copy_bytes(to, from, size);
}

// The copying calls over a concrete loan endpoint, once for all: what a copy costs is loan against send.
template <class E>
Io send_by_loan(E& endpoint, std::span<const std::byte> message) noexcept {
  const Slot<std::byte> slot = endpoint.loan(message.size());
  if (slot.status != Status::ok) [[unlikely]]
    return {.status = slot.status};
  copy_fresh(slot.bytes.data(), message.data(), message.size());
  endpoint.publish(message.size());
  return {.size = message.size()};
}

template <class E>
Io recv_by_borrow(E& endpoint, std::span<std::byte> buffer) noexcept {
  const Slot<const std::byte> slot = endpoint.borrow();
  if (slot.status != Status::ok) [[unlikely]]
    return {.status = slot.status};
  const std::size_t size = std::min(buffer.size(), slot.bytes.size());
  copy_bytes(buffer.data(), slot.bytes.data(), size);
  const bool cut = size < slot.bytes.size();
  endpoint.release();
  return {.size = size, .status = cut ? Status::truncated : Status::ok};
}

}  // namespace ipcmark
