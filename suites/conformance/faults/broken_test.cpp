// Every fault clause catches the mechanism that is broken in its way, and lets an honest one pass.
#include <gtest/gtest.h>

#include "suites/conformance/verify_testing.hpp"

namespace ipcmark {
namespace {

struct Catch {
  const char *mechanism, *clause, *told;  // a part of what the failure says
};
void PrintTo(const Catch& one, std::ostream* out) { *out << one.mechanism << " by " << one.clause; }

class BrokenMechanisms : public testing::TestWithParam<Catch> {};

TEST_P(BrokenMechanisms, AreCaughtByTheClauseThatNamesTheirFault) {
  const CaseResult result = result_of(case_of(GetParam().clause, GetParam().mechanism));
  EXPECT_EQ(name_of(result.outcome), name_of(Outcome::fail));
  EXPECT_NE(result.detail.find(GetParam().told), std::string::npos) << result.detail;
}
INSTANTIATE_TEST_SUITE_P(Faults, BrokenMechanisms,
                         testing::Values(Catch{"keeps_a_handle_open", "FLT-01", "closed"},
                                         Catch{"claims_to_see_death", "FLT-01", "closed"},
                                         Catch{"leaves_a_name_behind", "FLT-02", "/dev/shm/ipcmark-"},
                                         Catch{"blocks_for_ever_when_full", "FLT-15", "still waits"},
                                         Catch{"wakes_too_few", "FLT-17", "sleeps on"},
                                         Catch{"claims_to_survive", "FLT-05", "waits for ever"}),
                         [](const testing::TestParamInfo<Catch>& one) {
                           return std::string(one.param.mechanism);
                         });

// A message in flight to a consumer that is killed is no finding.
TEST(BrokenMechanisms, AnHonestMechanismPasses) {
  for (const char* const clause : {"FLT-01", "FLT-02", "FLT-03", "FLT-04", "FLT-05", "FLT-08", "FLT-09",
                                   "FLT-13", "FLT-15", "FLT-16", "FLT-17"}) {
    VerifySettings settings;
    settings.each.quick = true;
    const CaseResult result = result_of(case_of(clause, "honest"), settings);
    EXPECT_EQ(name_of(result.outcome), name_of(Outcome::pass)) << clause << ": " << result.detail;
  }
}

}  // namespace
}  // namespace ipcmark
