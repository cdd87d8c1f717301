// CON: several producers and consumers share one link, every one with a history of its own, and what all
// histories together say is judged. A section of our own: each id is a number of producers and of consumers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "suites/conformance/contention/folder.hpp"
#include "suites/conformance/contention/round.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {

// The other clauses of this section: control.cpp, saved.cpp.
void an_unsynchronised_copy_is_caught();
void a_saved_history_is_judged_alike();

namespace {

using namespace contention;

constexpr bool many(unsigned count) { return count > 1; }

bool takes(const Traits& traits, unsigned producers, unsigned consumers) {
  return traits.framing != Framing::none && (!many(producers) || traits.many_producers) &&
         (!many(consumers) || traits.many_consumers);
}

// Enough that every process is pushed off its processor many times. Where nobody sleeps, each of these times
// lasts until the scheduler acts.
std::uint32_t messages_of_each(const Traits& traits, unsigned producers, bool quick) {
  const std::uint32_t all = quick ? 1600 : 12000;
  const std::uint32_t each = std::min<std::uint32_t>(all / producers, quick ? 400 : 3000);
  return traits.waits.block ? each : each / 8;
}

Round round_of(const Mechanism& mechanism, unsigned producers, unsigned consumers) {
  const CaseSettings& settings = case_settings();
  Round round{.clause = fmt::format("CON-{}x{}", producers, consumers),
              .mechanism = std::string(mechanism.traits.name),
              .seed = settings.seed,
              .producers = settings.producers != 0 ? settings.producers : producers,
              .consumers = settings.consumers != 0 ? settings.consumers : consumers};
  round.messages = settings.messages != 0
                       ? settings.messages
                       : messages_of_each(mechanism.traits, round.producers, settings.quick);
  round.perturbations =
      settings.perturb.empty() ? every_perturbation() : perturbations_named(settings.perturb);
  return round;
}

// Another one for each of the two rounds.
std::size_t depth_of(std::uint64_t seed, bool pinned) {
  constexpr std::size_t depths[]{4, 16, 64};
  return depths[(Random(seed).next() + (pinned ? 1 : 0)) % std::size(depths)];
}

// Twice: every process on one processor, and wherever the scheduler or the perturbations put it.
void contend_in(const Mechanism& mechanism, unsigned producers, unsigned consumers) {
  Round round = round_of(mechanism, producers, consumers);
  if (!takes(mechanism.traits, round.producers, round.consumers))
    throw Unsupported(fmt::format("{} cannot be shared by {} producers and {} consumers", round.mechanism,
                                  round.producers, round.consumers));
  record("shape", {{"producers", round.producers},
                   {"consumers", round.consumers},
                   {"messages", round.messages},
                   {"perturb", text_of(round.perturbations)}});
  CaseFolder folder;
  std::set<std::string> found;
  for (const bool pinned : {true, false}) {
    const std::string name = pinned ? "pinned" : "unpinned";
    round.pinned = pinned;
    round.depth = depth_of(round.seed, pinned);
    Round here = round;
    if (pinned) here.perturbations.affinity = false;
    const RoundOutcome outcome = play(mechanism, here, folder.path() + "/" + name);
    const auto defects = outcome.judgement.found();
    const bool only_tails = outcome.failure.empty() && defects == std::vector<std::string>{"lost_tail"};
    EXPECT_TRUE(outcome.good()) << name << (only_tails ? ", only tails: " : ": ") << outcome.text();
    if (!outcome.good()) folder.keep();
    record(name, outcome.facts);
    found.insert(defects.begin(), defects.end());
    if (!outcome.failure.empty()) found.insert("failure");
  }
  record("found", found);
}

template <unsigned producers, unsigned consumers>
void contend(const Mechanism& mechanism) {
  contend_in(mechanism, producers, consumers);
}

template <unsigned producers, unsigned consumers>
constexpr Clause of_shape(std::string_view id, std::string_view title, bool slow) {
  Clause clause{.id = id,
                .title = title,
                .source = "harness/mechanism.hpp, Traits; the contracts GEN-01 to GEN-11",
                .of = contend<producers, consumers>};
  clause.applies = [](const Traits& traits) { return takes(traits, producers, consumers); };
  clause.kind = Kind::contention;
  clause.slow = slow;
  clause.control = "CON-00";
  return clause;
}

// More producers than two are for mechanisms that many consumers share, or, with one consumer, for the rest.
template <unsigned producers>
constexpr Clause of_fan_in(std::string_view id, std::string_view title) {
  Clause clause = of_shape<producers, 1>(id, title, true);
  clause.applies = [](const Traits& traits) { return takes(traits, producers, 1) && !traits.many_consumers; };
  return clause;
}

constexpr Clause table[]{
    {.id = "CON-00",
     .title = "AnUnsynchronisedCopyIsCaughtTearing",
     .source = "C++20 [intro.races]: nothing orders what is written and read without synchronisation",
     .body = an_unsynchronised_copy_is_caught,
     .kind = Kind::contention},
    of_shape<1, 1>("CON-1x1", "OneProducerAndOneConsumerKeepEveryPromise", false),
    of_shape<2, 1>("CON-2x1", "TwoProducersOfOneConsumerKeepEveryPromise", false),
    of_shape<1, 2>("CON-1x2", "TwoConsumersOfOneProducerKeepEveryPromise", true),
    of_shape<4, 4>("CON-4x4", "FourProducersAndFourConsumersKeepEveryPromise", false),
    of_shape<8, 8>("CON-8x8", "EightProducersAndEightConsumersKeepEveryPromise", true),
    of_fan_in<4>("CON-4x1", "FourProducersOfOneConsumerKeepEveryPromise"),
    of_fan_in<8>("CON-8x1", "EightProducersOfOneConsumerKeepEveryPromise"),
    {.id = "GEN-26",
     .title = "ASavedHistoryIsJudgedAsItWasBefore",
     .source = "suites/conformance/contention/round.hpp; Jepsen and Porcupine keep theirs for the same end",
     .body = a_saved_history_is_judged_alike},
};

}  // namespace

const Section contention_section{.name = "CON", .count = 0, .clauses = table};

}  // namespace ipcmark
