// SIGKILL, or a halt, at any point of a call.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "suites/conformance/faults/faults.hpp"

namespace ipcmark::faults {
namespace {

constexpr Moment every_moment[]{Moment::sends_to_one_that_waits, Moment::sends_behind_another,
                                Moment::woken_to_send, Moment::receives, Moment::woken_to_receive};

void note(const Swept& swept, const char* what) {
  record("steps", swept.length);
  record(std::string(what) + "_at", swept.points);
  record("slowest_seconds", swept.slowest);
  record("points_that_harmed", swept.weaknesses.size());
  observe(std::string(what) + " at " + std::to_string(swept.points) + " points of " +
          std::to_string(swept.length) + " steps");
  if (!swept.weaknesses.empty())
    observe(std::to_string(swept.weaknesses.size()) + " harmed, first at " + swept.weaknesses.front());
}

}  // namespace

template <Moment moment, Fault fault>
void swept(const Mechanism& mechanism) {
  const auto result = sweep(mechanism, moment, fault);
  if (!result) throw Inconclusive("this moment never comes: no message can lie there, or nobody ever waits");
  note(*result, fault == Fault::kill ? "killed" : "halted");
  EXPECT_EQ(result->defects, std::vector<std::string>());
  if (mechanism.traits.survives_peer_kill || fault == Fault::halt) {
    EXPECT_EQ(result->weaknesses, std::vector<std::string>());
  }
}
template void swept<Moment::sends_to_one_that_waits, Fault::kill>(const Mechanism&);
template void swept<Moment::sends_behind_another, Fault::kill>(const Mechanism&);
template void swept<Moment::woken_to_send, Fault::kill>(const Mechanism&);
template void swept<Moment::receives, Fault::kill>(const Mechanism&);
template void swept<Moment::woken_to_receive, Fault::kill>(const Mechanism&);
template void swept<Moment::sends_to_one_that_waits, Fault::halt>(const Mechanism&);
template void swept<Moment::receives, Fault::halt>(const Mechanism&);

// A trait that states a weakness which is not there is as wrong as one that hides it.
void stated_weakness_is_there(const Mechanism& mechanism) {
  std::size_t points = 0;
  for (const Moment moment : every_moment) {
    if (!applies_to(moment, mechanism.traits)) continue;
    const auto result = sweep(mechanism, moment, Fault::kill, true);
    if (!result) continue;
    points += result->points;
    if (result->weaknesses.empty()) continue;
    SUCCEED();
    record("harmed_at", std::string(name_of(moment)) + ", " + result->weaknesses.front());
    return observe(std::string(name_of(moment)) + ", " + result->weaknesses.front());
  }
  const std::string none = "none of " + std::to_string(points) + " kills did any harm";
  if (case_settings().quick) throw Inconclusive(none + "; the full form looks at more");
  ADD_FAILURE() << none << ", and traits say that one may: survives_peer_kill can be true";
}

}  // namespace ipcmark::faults
