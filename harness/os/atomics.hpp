// What processes that share memory do to it: the atomic operations of C++20, and plain copies.
//
// Mechanisms go through these names so that a model of memory can take this header's place, in which every
// order of their operations is tried: suites/conformance/models.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstring>

namespace ipcmark {

namespace os {

template <class T>
using Atomic = std::atomic<T>;
template <class T>
using AtomicRef = std::atomic_ref<T>;

[[gnu::always_inline]] inline void fence(std::memory_order order) noexcept {
  std::atomic_thread_fence(order);
}

}  // namespace os

// memcpy for messages: an empty span may have no address, which memcpy must not be given even for no bytes
// (C17 7.24.1).
inline void copy_bytes(void* to, const void* from, std::size_t size) noexcept {
  if (size != 0) std::memcpy(to, from, size);
}

}  // namespace ipcmark
