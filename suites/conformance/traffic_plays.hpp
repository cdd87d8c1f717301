// What the actors of traffic.hpp do, and what they and the test tell each other.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>
#include <string>
#include <vector>

#include "suites/conformance/traffic.hpp"

namespace ipcmark::traffic {

inline constexpr unsigned most_of_a_role = 16;

// What outlives a process that is killed.
struct Board {
  std::atomic<std::uint32_t> enough = 0;
  std::atomic<std::uint32_t> ended[most_of_a_role] = {};  // producers
  std::atomic<std::uint64_t> sent[most_of_a_role] = {};
  std::atomic<std::uint64_t> taken[most_of_a_role] = {};
};
inline Board& board_in(const os::Mapping& mapping) noexcept {
  return *std::launder(reinterpret_cast<Board*>(mapping.data()));
}

inline constexpr std::uint64_t number_bits = 40;
inline constexpr std::uint64_t last_mark = 1ULL << (number_bits - 1);  // of a producer's last message

// What an actor is told.
struct Order {
  unsigned number = 0, producers = 1;
  std::uint64_t messages = 0, tag = 0;
  std::vector<std::size_t> sizes;
  std::string board;
  bool recorded = false, storm = false, payload = true, with_last = false;

  Order() = default;
  explicit Order(const std::string& text);
  std::string text() const;
  std::uint64_t head(unsigned producer, std::uint64_t k) const noexcept {
    return tag << 48 | std::uint64_t{producer} << number_bits | k;
  }
  std::size_t size_of(std::uint64_t k) const noexcept {
    return (k & last_mark) != 0 ? 16 : sizes[k % sizes.size()];
  }
  std::size_t largest() const {
    return std::max<std::size_t>(16, *std::max_element(sizes.begin(), sizes.end()));
  }
};

// A line of an actor at its end; any other line becomes what its last call said.
std::string text_of(const Deeds&);
Deeds deeds_in(const std::string& line);

void produce(Stage&, Endpoint&);
// Says "all" as soon as every producer's last message has come, and then goes on until it is told to stop.
void consume(Stage&, Endpoint&);

}  // namespace ipcmark::traffic
