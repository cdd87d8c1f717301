#include "suites/conformance/contention/payload.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

namespace ipcmark::contention {
namespace {

constexpr std::size_t word_size = sizeof(std::uint64_t);

// An invertible mixing of 64 bits, the finaliser of SplitMix64, and its inverse: the factors are inverses of
// each other modulo 2^64, and a shift by at least 22 bits is undone by at most two more.
constexpr std::uint64_t factor_1 = 0xBF58'476D'1CE4'E5B9ULL, factor_2 = 0x94D0'49BB'1331'11EBULL;
constexpr std::uint64_t inverse_of(std::uint64_t odd) {
  std::uint64_t inverse = odd;  // right in three bits; each step of Newton's doubles them
  for (int step = 0; step < 5; ++step) inverse *= 2 - odd * inverse;
  return inverse;
}
static_assert(factor_1 * inverse_of(factor_1) == 1 && factor_2 * inverse_of(factor_2) == 1);

constexpr std::uint64_t scramble(std::uint64_t value) noexcept {
  value = (value ^ value >> 30) * factor_1;
  value = (value ^ value >> 27) * factor_2;
  return value ^ value >> 31;
}
constexpr std::uint64_t undo_shift(std::uint64_t value, unsigned bits) noexcept {
  return value ^ value >> bits ^ value >> 2 * bits;
}
constexpr std::uint64_t unscramble(std::uint64_t value) noexcept {
  value = undo_shift(value, 31) * inverse_of(factor_2);
  value = undo_shift(value, 27) * inverse_of(factor_1);
  return undo_shift(value, 30);
}
static_assert(unscramble(scramble(0x0123'4567'89AB'CDEFULL)) == 0x0123'4567'89AB'CDEFULL);

// run 16 | producer 8 | sequence 20 | index 12 | check 8
constexpr unsigned run_at = 48, producer_at = 40, sequence_at = 20, index_at = 8;
static_assert(most_messages == 1U << (producer_at - sequence_at));
static_assert(largest_size / word_size == 1U << (sequence_at - index_at));

// Without it a word of zeroes, which is in every fresh page, would be one.
constexpr std::uint64_t salt = 0xD1B5'4A32'D192'ED03ULL;

constexpr std::uint64_t check_of(std::uint64_t value) noexcept { return scramble(value) >> 56; }

constexpr std::size_t awkward_sizes[]{32,   33,   39,   63,   64,   65,   100,  127,  128,  129,  255,
                                      256,  257,  500,  511,  512,  513,  1000, 1023, 1024, 1025, 2047,
                                      2048, 2049, 4093, 4095, 4096, 4097, 5000, 8191, 8192};

std::uint64_t word_at(std::span<const std::byte> message, std::size_t at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, message.data() + at, word_size);
  return word;
}

// Whose a message is: its first word says so, if a message of this run has it; else whoever most of its words
// belong to.
std::optional<Identity> owner_of(std::span<const std::byte> message, const Plan& plan) noexcept {
  struct Votes {
    Identity of = {};
    std::size_t count = 0;
  };
  std::array<Votes, 8> votes;
  std::size_t candidates = 0;
  for (std::size_t at = 0; at + word_size <= message.size(); at += word_size) {
    const auto word = decode(word_at(message, at));
    if (!word) continue;
    if (at == 0 && word->index == 0 && plan.has(word->of)) return word->of;
    Votes* const end = votes.data() + candidates;
    Votes* known = std::find_if(votes.data(), end, [&](const Votes& one) { return one.of == word->of; });
    if (known == end) {
      if (candidates == votes.size()) continue;
      votes[candidates++] = {.of = word->of};
    }
    ++known->count;
  }
  if (candidates == 0) return std::nullopt;
  const auto* const most = std::max_element(votes.begin(), votes.begin() + candidates,
                                            [](const Votes& a, const Votes& b) { return a.count < b.count; });
  // One word alone may be an accident: of the check bits there are eight.
  if (!plan.has(most->of) && most->count < 2) return std::nullopt;
  return most->of;
}

// The first byte of `message` that is not as message `of` has it, and which other message has a word there or
// behind it.
struct Difference {
  std::size_t at = 0;
  std::optional<Identity> other = {};
  bool displaced = false;  // a word of this message, at another place
};
std::optional<Difference> first_difference(std::span<const std::byte> message, const Identity& of,
                                           const Plan& plan) noexcept {
  std::optional<Difference> found;
  for (std::size_t at = 0; at < message.size(); at += word_size) {
    const std::uint64_t due = encode({.of = of, .index = static_cast<std::uint32_t>(at / word_size)});
    const std::size_t size = std::min(word_size, message.size() - at);
    if (std::memcmp(message.data() + at, &due, size) == 0) continue;
    if (!found) found = Difference{.at = at};
    if (size < word_size) continue;
    const auto word = decode(word_at(message, at));
    if (!word) continue;
    if (word->of == of) {
      found->displaced = true;
    } else if (!found->other && plan.has(word->of)) {
      found->other = word->of;
    }
  }
  return found;
}

// What begins right behind message `of`, at a place that need not be a multiple of eight.
std::optional<Identity> appended_to(std::span<const std::byte> message, std::size_t due) noexcept {
  if (message.size() < due + word_size) return std::nullopt;
  const auto word = decode(word_at(message, due));
  if (!word || word->index != 0) return std::nullopt;
  return word->of;
}

}  // namespace

std::uint64_t encode(const Word& word) noexcept {
  const std::uint64_t plain = std::uint64_t{word.of.run} << run_at |
                              std::uint64_t{word.of.producer} << producer_at |
                              std::uint64_t{word.of.sequence % most_messages} << sequence_at |
                              std::uint64_t{word.index & ((1U << (sequence_at - index_at)) - 1)} << index_at;
  return scramble(plain | check_of(plain)) ^ salt;
}

std::optional<Word> decode(std::uint64_t scrambled) noexcept {
  const std::uint64_t plain = unscramble(scrambled ^ salt);
  const std::uint64_t fields = plain & ~std::uint64_t{0xFF};
  if (check_of(fields) != (plain & 0xFF)) return std::nullopt;
  return Word{
      .of = {.run = static_cast<std::uint16_t>(plain >> run_at),
             .producer = static_cast<std::uint8_t>(plain >> producer_at),
             .sequence = static_cast<std::uint32_t>(plain >> sequence_at) & (most_messages - 1)},
      .index = static_cast<std::uint32_t>(plain >> index_at) & ((1U << (sequence_at - index_at)) - 1)};
}

std::uint64_t Random::next() noexcept { return scramble(state_ += 0x9E37'79B9'7F4A'7C15ULL); }

Sizes::Sizes(std::uint64_t seed, std::size_t largest) : seed_(seed), largest_(largest) {
  std::copy_if(std::begin(awkward_sizes), std::end(awkward_sizes), std::back_inserter(awkward_),
               [&](std::size_t size) { return size <= largest; });
}
std::size_t Sizes::of(std::uint8_t producer, std::uint32_t sequence) const noexcept {
  Random random(seed_ ^ scramble(std::uint64_t{producer} << 32 | sequence));
  if (random.once_in(4)) return smallest_size + random.below(largest_ - smallest_size + 1);
  return awkward_[random.below(awkward_.size())];
}

void fill(std::span<std::byte> message, const Identity& of) noexcept {
  for (std::size_t at = 0; at < message.size(); at += word_size) {
    const std::uint64_t word = encode({.of = of, .index = static_cast<std::uint32_t>(at / word_size)});
    std::memcpy(message.data() + at, &word, std::min(word_size, message.size() - at));
  }
}

Seen look_at(std::span<const std::byte> message, const Plan& plan) noexcept {
  Seen seen{.of = owner_of(message, plan)};
  if (!seen.of) {
    if (message.size() < smallest_size) seen.verdict = Verdict::truncated;
    return seen;
  }
  if (!plan.has(*seen.of)) {
    seen.verdict = Verdict::foreign;
    return seen;
  }
  const std::size_t due = plan.sizes.of(seen.of->producer, seen.of->sequence);
  const auto difference = first_difference(message.first(std::min(due, message.size())), *seen.of, plan);
  seen.at = static_cast<std::uint32_t>(difference ? difference->at : std::min(due, message.size()));
  if (message.size() > due) {
    seen.other = appended_to(message, due);
    seen.verdict = seen.other ? Verdict::merged : Verdict::torn;
  } else if (!difference) {
    seen.verdict = message.size() == due ? Verdict::whole : Verdict::truncated;
  } else if (difference->other) {
    seen.other = difference->other;
    seen.verdict = Verdict::torn;
  } else {
    // A piece from the middle of a message has all its words, and each at the wrong place.
    seen.verdict = difference->displaced && message.size() < due ? Verdict::truncated : Verdict::flipped;
  }
  return seen;
}

}  // namespace ipcmark::contention
