// Mechanisms that keep no limit, or let the wrong ones in, are found out by the clause that names it.
#include <gtest/gtest.h>

#include "suites/conformance/verify_testing.hpp"

namespace ipcmark {
namespace {

VerifySettings quick() {
  VerifySettings settings;
  settings.each.quick = true;
  return settings;
}

TEST(Limits, AMessageThatIsCutThoughCreateAcceptedItsSizeIsFound) {
  const CaseResult result = result_of(case_of("GUA-03", "ignores_a_limit"), quick());
  EXPECT_EQ(name_of(result.outcome), name_of(Outcome::fail)) << result.detail;
  EXPECT_NE(result.detail.find("another message"), std::string::npos) << result.detail;
}

TEST(Limits, ANameThatEveryUserMayOpenIsFound) {
  const CaseResult result = result_of(case_of("GEN-25", "lets_everybody_in"), quick());
  if (result.outcome == Outcome::unsupported) GTEST_SKIP() << result.detail;
  EXPECT_EQ(name_of(result.outcome), name_of(Outcome::fail)) << result.detail;
  EXPECT_NE(result.detail.find("send says ok"), std::string::npos) << result.detail;
}

}  // namespace
}  // namespace ipcmark
