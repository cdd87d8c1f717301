// What a trial may vary beside its size, its wait and its placement: a choice that would change a reader's
// verdict. A mechanism's traits say which of these axes it has; a rate is of the workload open_loop.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "harness/os/memory.hpp"

namespace ipcmark {

// Zero is the usual.
struct Tuning {
  std::size_t depth = 0;   // messages that fit before send has to wait; usual: suites/workloads, depth_for()
  std::size_t buffer = 0;  // bytes of the kernel's buffer; usual: the system's
  std::size_t batch = 0;   // messages announced together; usual: each on its own
  std::size_t memory = 0;  // what shared memory is made of: os::Memory
  std::size_t access = 0;  // how a consumer takes a message: access_names
  std::size_t rate = 0;    // messages that a producer offers in a second; usual: usual_rate
  bool operator==(const Tuning&) const = default;
};

// Copied out, as one that is kept has to be; or every line of it read where it lies, and given back.
inline constexpr std::string_view access_names[]{"copy", "in_place"};

inline constexpr std::size_t usual_rate = 10'000, highest_rate = 1'000'000'000;

// An axis by name, as the program and its files write it.
struct Axis {
  std::string_view name;
  std::size_t Tuning::*value;
  std::string_view meaning;
  std::span<const std::string_view> names = {};  // of the values, where the axis is a choice and no number
};
inline constexpr Axis axes[]{
    {"depth", &Tuning::depth, "messages that fit before send has to wait"},
    {"buffer", &Tuning::buffer, "bytes of the kernel's buffer"},
    {"batch", &Tuning::batch, "messages that a busy consumer takes together"},
    {"memory", &Tuning::memory, "what shared memory is made of", os::memory_names},
    {"access", &Tuning::access, "how a consumer takes a message", access_names},
    {"rate", &Tuning::rate, "messages offered in a second"},
};

// The axes that a mechanism has.
struct Axes {
  bool depth = false, buffer = false, batch = false, memory = false, access = false;
  constexpr bool has(const Axis& axis) const noexcept {
    return (axis.value == &Tuning::depth && depth) || (axis.value == &Tuning::buffer && buffer) ||
           (axis.value == &Tuning::batch && batch) || (axis.value == &Tuning::memory && memory) ||
           (axis.value == &Tuning::access && access);
  }
};

// A value as people type and read it: "256", "memfd". There is none for a number that names nothing.
std::string text_of(const Axis&, std::size_t value);
std::optional<std::size_t> value_named(const Axis&, std::string_view name) noexcept;

// "depth=256,buffer=65536" in the order of `axes`, without those that are as usual; empty when all are.
std::string text_of(const Tuning&);

}  // namespace ipcmark
