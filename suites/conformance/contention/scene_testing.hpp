// Made histories, for tests of the checker.
#pragma once

#include <functional>
#include <stdexcept>
#include <vector>

#include "suites/conformance/contention/checker.hpp"

namespace ipcmark::contention {

inline constexpr unsigned producers = 4, consumers = 2;
inline constexpr std::uint32_t messages = 300;
inline constexpr std::uint16_t run = 4711;

struct Arrival {
  Identity of = {};
  unsigned consumer = 0;
  std::vector<std::byte> bytes = {};
};

// What four producers and two consumers did over a queue: all in order, one call after the other.
class Scene {
 public:
  explicit Scene(std::uint64_t seed) : random(seed) {
    plan = {.run = run, .producers = producers, .messages = messages, .sizes = Sizes(seed, 8192)};
    std::vector<std::uint32_t> next(producers);
    for (std::uint64_t k = 0; k < std::uint64_t{producers} * messages; ++k) {
      auto who = static_cast<std::uint8_t>(random.below(producers));
      while (next[who] == messages) who = static_cast<std::uint8_t>((who + 1U) % producers);
      const Identity one{.run = run, .producer = who, .sequence = next[who]++};
      Record record{.began = 100 * k, .ended = 100 * k + 50};
      record.note({.verdict = Verdict::whole, .of = one, .other = {}});
      record.size = static_cast<std::uint32_t>(plan.sizes.of(who, one.sequence));
      record.progress = Progress::over;
      sends.push_back(record);
      arrivals.push_back(
          {.of = one, .consumer = static_cast<unsigned>(random.below(consumers)), .bytes = bytes_of(one)});
    }
  }

  std::vector<std::byte> bytes_of(const Identity& one) const {
    std::vector<std::byte> bytes(plan.sizes.of(one.producer, one.sequence));
    fill(bytes, one);
    return bytes;
  }

  std::vector<History> histories() const {
    std::vector<History> all;
    for (unsigned k = 0; k < producers; ++k) {
      all.push_back({.side = Side::producer, .number = k, .run = run, .records = {}});
      for (const Record& record : sends) {
        if (record.producer == k) all.back().records.push_back(record);
      }
    }
    for (unsigned k = 0; k < consumers; ++k)
      all.push_back({.side = Side::consumer, .number = k, .run = run, .ended = !killed[k], .records = {}});
    std::uint64_t now = 2000;
    for (const Arrival& one : arrivals) {
      Record record{.began = now + 10, .ended = now + 50};
      record.note(look_at(one.bytes, plan));
      record.size = static_cast<std::uint32_t>(one.bytes.size());
      record.progress = Progress::over;
      all[producers + one.consumer].records.push_back(record);
      now += 100;
    }
    // Everybody is in a call that brings no more.
    for (unsigned k = 0; k < consumers; ++k) {
      Record last{.began = now};
      last.status = Status::stopped;
      last.progress = killed[k] ? Progress::begun : Progress::over;
      all[producers + k].records.push_back(last);
    }
    return all;
  }
  Judgement judged(const Rules& rules = {}) const { return judge(histories(), rules); }

  // An arrival somewhere in the middle that is as wanted, given the one before it of the same producer.
  std::size_t somewhere(const std::function<bool(const Arrival&, const Arrival*)>& wanted) {
    const std::size_t from = 200 + random.below(400);
    for (std::size_t k = from; k < arrivals.size(); ++k) {
      const Arrival* before = nullptr;
      for (std::size_t j = k; j-- > 0 && before == nullptr;) {
        if (arrivals[j].of.producer == arrivals[k].of.producer) before = &arrivals[j];
      }
      if (arrivals[k].of.sequence + 20 < messages && wanted(arrivals[k], before)) return k;
    }
    throw std::logic_error("there is no such message");
  }
  std::size_t anywhere() {
    return somewhere([](const Arrival&, const Arrival*) { return true; });
  }
  void remove(std::size_t k) { arrivals.erase(arrivals.begin() + static_cast<std::ptrdiff_t>(k)); }
  void insert(std::size_t k, const Arrival& one) {
    arrivals.insert(arrivals.begin() + static_cast<std::ptrdiff_t>(k), one);
  }

  Random random;
  Plan plan;
  std::vector<Record> sends;
  std::vector<Arrival> arrivals;
  bool killed[consumers] = {};
};

}  // namespace ipcmark::contention
