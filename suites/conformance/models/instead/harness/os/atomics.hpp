// Takes the place of harness/os/atomics.hpp where mechanisms are compiled to be explored: each operation is a
// step of the explorer, and memory is known by its address.
#pragma once

#include <atomic>
#include <cstring>
#include <utility>

#include "suites/conformance/models/explorer.hpp"

namespace ipcmark {

namespace os {

template <class T>
class AtomicRef {
 public:
  explicit AtomicRef(T& object) noexcept : object_(&object) {}

  T load(std::memory_order order = std::memory_order_seq_cst) const noexcept {
    return static_cast<T>(location().load(order));
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst) const noexcept {
    location().store(value, order);
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst) const noexcept {
    return update([value](std::uint64_t) { return std::pair<bool, std::uint64_t>(true, value); }, order,
                  "exchanges");
  }
  T fetch_add(T value, std::memory_order order = std::memory_order_seq_cst) const noexcept {
    return update(
        [value](std::uint64_t old) {
          return std::pair<bool, std::uint64_t>(true, static_cast<T>(static_cast<T>(old) + value));
        },
        order, "adds to");
  }
  bool compare_exchange_strong(T& expected, T value,
                               std::memory_order order = std::memory_order_seq_cst) const noexcept {
    const T wanted = expected;
    expected = update(
        [wanted, value](std::uint64_t old) {
          return std::pair<bool, std::uint64_t>(static_cast<T>(old) == wanted, value);
        },
        order, "compares and exchanges");
    return expected == wanted;
  }
  bool compare_exchange_weak(T& expected, T value,
                             std::memory_order order = std::memory_order_seq_cst) const noexcept {
    return compare_exchange_strong(expected, value, order);
  }

 private:
  model::Location& location() const noexcept { return model::location_at(object_, *object_); }
  template <class Change>
  T update(Change change, std::memory_order order, const char* what) const noexcept {
    return static_cast<T>(location().update(change, order, what));
  }
  T* object_;
};

template <class T>
class Atomic {
 public:
  constexpr Atomic() noexcept = default;
  constexpr Atomic(T value) noexcept : value_(value) {}
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  T load(std::memory_order order = std::memory_order_seq_cst) const noexcept { return ref().load(order); }
  void store(T value, std::memory_order order = std::memory_order_seq_cst) noexcept {
    ref().store(value, order);
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst) noexcept {
    return ref().exchange(value, order);
  }
  T fetch_add(T value, std::memory_order order = std::memory_order_seq_cst) noexcept {
    return ref().fetch_add(value, order);
  }
  bool compare_exchange_strong(T& expected, T value,
                               std::memory_order order = std::memory_order_seq_cst) noexcept {
    return ref().compare_exchange_strong(expected, value, order);
  }
  bool compare_exchange_weak(T& expected, T value,
                             std::memory_order order = std::memory_order_seq_cst) noexcept {
    return ref().compare_exchange_weak(expected, value, order);
  }

 private:
  AtomicRef<T> ref() const noexcept { return AtomicRef<T>(const_cast<T&>(value_)); }
  T value_{};
};

inline void fence(std::memory_order order) noexcept { model::fence(order); }

}  // namespace os

inline void copy_bytes(void* to, const void* from, std::size_t size) noexcept {
  if (size == 0) return;
  if (model::is_shared(from)) model::cell_at(from).read();
  std::memcpy(to, from, size);
  if (model::is_shared(to)) model::cell_at(to).write(0);
}

}  // namespace ipcmark
