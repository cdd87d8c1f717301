// One round of a contention case: the processes of one link, their histories in a directory, and a file that
// says what they are, so that they can be judged again later.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/mechanism.hpp"
#include "suites/conformance/actor.hpp"
#include "suites/conformance/contention/checker.hpp"
#include "suites/conformance/contention/perturb.hpp"

namespace ipcmark::contention {

inline constexpr const char* case_file = "case.json";

struct Round {
  std::string clause = {}, mechanism = {};
  std::uint64_t seed = 1;
  unsigned producers = 1, consumers = 1;
  std::uint32_t messages = 0;  // of each producer
  Perturbations perturbations = {};
  bool pinned = false;  // every process to one processor
  std::size_t largest = smallest_size, depth = 16;
  std::uint16_t run = 0;
  Rules rules = {};

  Plan plan() const {
    return {.run = run, .producers = producers, .messages = messages, .sizes = Sizes(seed, largest)};
  }
};

nlohmann::json to_json(const Round&);
// Throws UsageError when it is not what to_json makes.
Round round_from(const nlohmann::json&, const std::string& path);

struct RoundOutcome {
  Judgement judgement = {};
  std::string failure = {};  // a process that failed: how; empty when all went well
  nlohmann::json facts = {};
  bool good() const noexcept { return judgement.clean() && failure.empty(); }
  std::string text() const;
};

// What the processes of a round talk over.
class Medium {
 public:
  Medium() = default;
  Medium(const Medium&) = delete;
  Medium& operator=(const Medium&) = delete;
  virtual ~Medium() = default;
  // A new process, whose play calls take_part() with `order` as its text. It stays the medium's own.
  virtual Actor& start(Side, const std::string& order) = 0;
  virtual void hand_over() = 0;  // all have been started
};
void take_part(Stage&, Endpoint&);

// Plays a round, whose rules and largest size are known, over any medium.
RoundOutcome play(const Round&, Medium&, const std::string& folder);

// Plays a round over a new link, keeps its histories in `folder`, which it makes, and judges them. Throws
// Unsupported as the mechanism does.
RoundOutcome play(const Mechanism&, Round, const std::string& folder);

// Judges the histories in a folder that has a case_file. Throws UsageError when something is not there or not
// as it was written.
struct Saved {
  Round round;
  std::vector<History> histories = {};
  std::string failure = {};
};
Saved load(const std::string& folder);
RoundOutcome judge(const Saved&);

}  // namespace ipcmark::contention
