#include "suites/compare/gate_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ipcmark {
namespace {

using testing::HasSubstr;
using testing::Not;

Change finding_of(Verdict verdict, bool confirmed) {
  Change change;
  change.of = {.statistic = "p50", .margin = 0.01, .less_is_better = true};
  change.baseline = 1000;
  change.candidate = 1100;
  change.log_ratio = {
      .median = std::log(1.1), .low = std::log(1.05), .high = std::log(1.15), .coverage = 0.95};
  change.pairs = 30;
  change.verdict = verdict;
  change.confirmed = confirmed;
  return change;
}

Cell cell_of(const std::string& mechanism, Verdict verdict, bool confirmed = true) {
  Cell cell;
  cell.key.mechanism = mechanism;
  cell.key.workload = "ping_pong";
  cell.key.size = 64;
  cell.changes = {{finding_of(verdict, confirmed)}};
  return cell;
}

Compared compared_of(std::vector<Cell> cells) {
  Compared compared;
  compared.sides = {{.name = "before", .program = "/before", .mechanism = {}},
                    {.name = "after", .program = "/after", .mechanism = {}}};
  compared.cells = std::move(cells);
  return compared;
}

TEST(Junit, ARegressionIsAFailureAndAnOpenVerdictIsSkipped) {
  const std::string xml =
      junit_of(compared_of({cell_of("a", Verdict::regressed), cell_of("b", Verdict::inconclusive),
                            cell_of("c", Verdict::unchanged), cell_of("d", Verdict::regressed, false)}));
  EXPECT_THAT(xml, HasSubstr("tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"2\""));
  EXPECT_THAT(xml, HasSubstr("+10.0 % [+5.0, +15.0]"));
}

TEST(Junit, WhatFailedIsAnErrorAndTextIsEscaped) {
  Cell cell = cell_of("a", Verdict::unchanged);
  cell.failure =
      CellFailure{.side = 1, .failure = {.kind = "crash", .detail = "<died> & \"so\"", .verified = {}}};
  const std::string xml = junit_of(compared_of({cell}));
  EXPECT_THAT(xml, HasSubstr("errors=\"1\""));
  EXPECT_THAT(xml, HasSubstr("after: &lt;died&gt; &amp; &quot;so&quot;"));
}

TEST(Markdown, StaysBelowItsLimitAndSaysWhatWasCut) {
  std::vector<Cell> cells;
  for (int k = 0; k < 2000; ++k)
    cells.push_back(cell_of("mechanism" + std::to_string(k), Verdict::regressed));
  const std::string page = markdown_of(compared_of(std::move(cells)));
  EXPECT_LT(page.size(), 60000U);
  EXPECT_THAT(page, HasSubstr("2000 confirmed regressions"));
  EXPECT_THAT(page, HasSubstr("of 2000 rows were cut"));
}

TEST(Markdown, KeepsForeignTextInItsCell) {
  Cell cell = cell_of("a", Verdict::unchanged);
  cell.failure =
      CellFailure{.side = 0, .failure = {.kind = "error", .detail = "a | b\n# c <script>", .verified = {}}};
  const std::string page = markdown_of(compared_of({cell}));
  EXPECT_THAT(page, HasSubstr("a \\| b # c \\<script>"));
}

TEST(Annotations, AreAtMostTenOfAKind) {
  std::vector<Cell> cells;
  for (int k = 0; k < 25; ++k) {
    cells.push_back(cell_of("worse" + std::to_string(k), Verdict::regressed));
    cells.push_back(cell_of("better" + std::to_string(k), Verdict::improved));
  }
  const std::string text = annotations_of(compared_of(std::move(cells)));
  const auto count = [&](const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("::error "), 10U);
  EXPECT_EQ(count("::notice "), 10U);
  EXPECT_THAT(text, HasSubstr("::error title=ipcmark: regressed::worse0/ping_pong"));
  EXPECT_THAT(text, HasSubstr("+10.0 %25"));
}

TEST(Brief, HasTheRegressionsThatCount) {
  const nlohmann::json brief =
      brief_of(compared_of({cell_of("a", Verdict::regressed), cell_of("b", Verdict::regressed, false)}), 1);
  ASSERT_EQ(brief.at("regressions").size(), 1U);
  EXPECT_EQ(brief.at("exit_code"), 1);
  EXPECT_EQ(brief.at("counts").at("inconclusive"), 1);
  EXPECT_NEAR(brief.at("regressions").at(0).at("change").get<double>(), 0.1, 1e-9);
}

}  // namespace
}  // namespace ipcmark
