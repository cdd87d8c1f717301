// A trait that is not true is found out by a clause: each mechanism here says one thing too much or too
// little. Of survives_peer_kill: faults/broken_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>

#include "suites/conformance/verify.hpp"

namespace ipcmark {
namespace {

std::vector<Case> cases_of(std::string_view mechanism, const std::vector<std::string_view>& clauses) {
  std::vector<Case> chosen;
  for (const Case& one : every_case()) {
    const std::string_view id = one.clause->id;
    const bool general = id.starts_with("GEN-") || id.starts_with("GUA-");
    if (one.mechanism == nullptr || one.mechanism->traits.name != mechanism || !general) continue;
    if (clauses.empty() || std::find(clauses.begin(), clauses.end(), id) != clauses.end())
      chosen.push_back(one);
  }
  return chosen;
}

std::vector<CaseResult> verified(const std::vector<Case>& cases, double patience_s) {
  VerifySettings settings;
  settings.each.quick = true;
  settings.jobs = 2;
  settings.patience = std::chrono::duration<double>(patience_s);
  return run_cases(cases, settings, [](const CaseResult&) {});
}

struct Claim {
  std::string_view mechanism, trait, caught_by;
  std::string_view because = {};  // part of what the clause says, where it could fail for another reason
};
void PrintTo(const Claim& claim, std::ostream* out) { *out << claim.mechanism; }

class WrongTrait : public testing::TestWithParam<Claim> {};

TEST_P(WrongTrait, IsFoundOutByAClause) {
  const std::vector<Case> cases = cases_of(GetParam().mechanism, {GetParam().caught_by});
  ASSERT_EQ(cases.size(), 1U) << GetParam().caught_by << " is no clause of " << GetParam().mechanism;
  // What an untrue trait promises may never come, and a hang is a failure as well.
  const std::vector<CaseResult> results = verified(cases, 5);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_TRUE(results[0].outcome == Outcome::fail || results[0].outcome == Outcome::hang)
      << GetParam().caught_by << " says " << name_of(results[0].outcome) << " of a wrong " << GetParam().trait
      << ": " << results[0].detail;
  EXPECT_NE(results[0].detail.find(GetParam().because), std::string::npos) << results[0].detail;
}

INSTANTIATE_TEST_SUITE_P(
    EachField, WrongTrait,
    testing::Values(
        Claim{"claims_no_payload", "framing", "GUA-10"}, Claim{"claims_loss", "delivery", "GUA-05"},
        Claim{"claims_kernel_lifetime", "lifetime", "GEN-20"}, Claim{"claims_to_spin", "waits", "GUA-08"},
        Claim{"claims_depth", "axes", "GUA-02"}, Claim{"swaps_often", "fifo", "GUA-04"},
        Claim{"claims_duplex", "duplex", "GUA-09"}, Claim{"claims_producers", "many_producers", "GEN-10"},
        Claim{"claims_consumers", "many_consumers", "GEN-02"},
        Claim{"claims_consumers", "many_consumers", "GEN-11"},
        Claim{"claims_broadcast", "broadcasts", "GEN-12"}, Claim{"claims_loans", "loans", "GUA-10"},
        Claim{"ignores_priority", "priorities", "GUA-04", "of a, b, c and, preferred, d"},
        Claim{"ignores_priority", "selects", "GUA-04", "when priority 1 was chosen"},
        Claim{"hides_peer_death", "sees_peer_death", "GUA-06"}),
    [](const testing::TestParamInfo<Claim>& one) {
      std::string name = std::string(one.param.mechanism) + "_of_" + std::string(one.param.trait) + "_by_" +
                         std::string(one.param.caught_by);
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(TrueTraits, NoClauseObjectsTo) {
  const std::vector<CaseResult> results = verified(cases_of("honest", {}), 60);
  EXPECT_GE(results.size(), 30U);
  for (const CaseResult& result : results)
    EXPECT_FALSE(fails_the_run(result.outcome)) << result.of.name() << ": " << result.detail;
}

}  // namespace
}  // namespace ipcmark
