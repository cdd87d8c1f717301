// What stands in a message of a contention case: words that each say whose they are.
//
// Every 8 bytes hold the run, the producer, the number of the message, their own place in it and some check
// bits, scrambled so that no two words are alike. A word that is wrong can therefore be asked whose it is: it
// belongs to another message (torn, merged, foreign), or to none (a byte was flipped). Sizes follow from a
// seed, so that whoever knows it knows what size each message must have, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ipcmark::contention {

inline constexpr std::size_t smallest_size = 32, largest_size = std::size_t{32} << 10;  // bytes
inline constexpr std::uint32_t most_messages = 1U << 20;                                // of one producer

struct Identity {
  std::uint16_t run = 0;
  std::uint8_t producer = 0;
  std::uint32_t sequence = 0;  // below most_messages
  bool operator==(const Identity&) const = default;
};

struct Word {
  Identity of;
  std::uint32_t index = 0;  // of the word within its message
};
std::uint64_t encode(const Word&) noexcept;
std::optional<Word> decode(std::uint64_t) noexcept;  // nothing: no message has such a word

// A generator of few instructions: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
// generators, 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}
  std::uint64_t next() noexcept;
  std::uint64_t below(std::uint64_t end) noexcept { return next() % end; }
  bool once_in(std::uint64_t turns) noexcept { return below(turns) == 0; }

 private:
  std::uint64_t state_;
};

// The sizes of all messages of a case, drawn from its seed: powers of two and PIPE_BUF with their neighbours,
// odd ones, 4097 and 5000, and any others.
class Sizes {
 public:
  Sizes(std::uint64_t seed, std::size_t largest);
  std::size_t of(std::uint8_t producer, std::uint32_t sequence) const noexcept;

 private:
  std::uint64_t seed_;
  std::size_t largest_;
  std::vector<std::size_t> awkward_;  // those that are not too large
};

// What a case consists of, as far as a receiver has to know.
struct Plan {
  std::uint16_t run = 0;
  unsigned producers = 1;
  std::uint32_t messages = 0;  // of each producer
  Sizes sizes{0, smallest_size};
  bool has(const Identity& one) const noexcept {
    return one.run == run && one.producer < producers && one.sequence < messages;
  }
};

void fill(std::span<std::byte> message, const Identity&) noexcept;

enum class Verdict : std::uint8_t { whole, torn, flipped, truncated, merged, foreign };
inline constexpr std::string_view verdict_names[]{"whole",     "torn",   "flipped",
                                                  "truncated", "merged", "foreign"};

struct Seen {
  Verdict verdict = Verdict::flipped;
  std::optional<Identity> of = {};     // whose it is, by its first word or by most of the others
  std::optional<Identity> other = {};  // who else has a part in it
  std::uint32_t at = 0;                // the first byte that is not as it should be
};
// Looks at every byte of a received message.
Seen look_at(std::span<const std::byte> message, const Plan&) noexcept;

}  // namespace ipcmark::contention
