#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/results/scratch_testing.hpp"
#include "suites/benchmark/suite.hpp"

namespace ipcmark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(const std::string& toml) {
  try {
    parse_suite(toml, "mine.toml");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(SuiteToml, EveryKeyIsTaken) {
  const Suite suite = parse_suite(R"(
summary = "what it is for"
[effort]
duration = "30ms"
warm_up = "5ms"
min_launches = 7
max_launches = 9
target = 0.05
budget = "2s"
[[trials]]
mechanisms = ["shm_*", "fifo"]
workloads = ["ping_pong"]
sizes = [64, "4KiB"]
waits = ["spin"]
placements = ["same_core", "unpinned"]
)",
                                  "mine.toml");
  EXPECT_EQ(suite.name, "mine.toml");
  EXPECT_EQ(suite.summary, "what it is for");
  EXPECT_EQ(suite.effort.duration_s, 0.03);
  EXPECT_EQ(suite.effort.warm_up_s, 0.005);
  EXPECT_EQ(suite.effort.min_launches, 7U);
  EXPECT_EQ(suite.effort.max_launches, 9U);
  EXPECT_EQ(suite.effort.target, 0.05);
  EXPECT_EQ(suite.effort.budget_s, 2);
  ASSERT_EQ(suite.selections.size(), 1U);
  const Selection& selection = suite.selections[0];
  EXPECT_THAT(selection.mechanisms, ElementsAre("shm_*", "fifo"));
  EXPECT_THAT(selection.workloads, ElementsAre("ping_pong"));
  EXPECT_THAT(selection.sizes, ElementsAre(64, 4096));
  EXPECT_THAT(selection.waits, ElementsAre("spin"));
  EXPECT_THAT(selection.placements, ElementsAre("same_core", "unpinned"));
}

TEST(SuiteToml, WhatIsNotSaidHasItsDefault) {
  const Suite suite = parse_suite("[[trials]]\n", "mine.toml");
  const Effort usual;
  EXPECT_EQ(suite.effort.duration_s, usual.duration_s);
  EXPECT_EQ(suite.effort.warm_up_s, usual.warm_up_s);
  EXPECT_EQ(suite.effort.min_launches, usual.min_launches);
  EXPECT_EQ(suite.effort.max_launches, usual.max_launches);
  EXPECT_EQ(suite.effort.target, usual.target);
  EXPECT_EQ(suite.effort.budget_s, usual.budget_s);
  ASSERT_EQ(suite.selections.size(), 1U);
  EXPECT_THAT(suite.selections[0].mechanisms, ElementsAre("*"));
  EXPECT_THAT(suite.selections[0].workloads, ElementsAre("*"));
  EXPECT_THAT(suite.selections[0].waits, ElementsAre("*"));
  EXPECT_THAT(suite.selections[0].placements, ElementsAre("two_cores"));
  EXPECT_THAT(suite.selections[0].sizes, ElementsAre(64));
}

TEST(SuiteToml, ASingleTextOrNumberStandsForAListOfOne) {
  const Suite suite = parse_suite("[[trials]]\nmechanisms = \"fifo\"\nsizes = 128\n", "mine.toml");
  EXPECT_THAT(suite.selections[0].mechanisms, ElementsAre("fifo"));
  EXPECT_THAT(suite.selections[0].sizes, ElementsAre(128));
}

TEST(SuiteToml, OptionsAreAxesWithTheirValues) {
  const Suite suite = parse_suite("[[trials]]\noptions = { buffer = [0, \"1MiB\"] }\n", "mine.toml");
  ASSERT_EQ(suite.selections[0].options.size(), 1U);
  EXPECT_EQ(suite.selections[0].options[0].axis->name, "buffer");
  EXPECT_THAT(suite.selections[0].options[0].values, ElementsAre(0, 1U << 20));
}

TEST(SuiteToml, AnOptionThatIsAChoiceTakesItsNames) {
  const Suite suite = parse_suite(
      "[[trials]]\noptions = { memory = [\"usual\", \"memfd\"], depth = \"usual\" }\n", "mine.toml");
  ASSERT_EQ(suite.selections[0].options.size(), 2U);
  for (const AxisValues& given : suite.selections[0].options) {
    if (given.axis->names.empty()) {
      EXPECT_THAT(given.values, ElementsAre(0));
    } else {
      EXPECT_THAT(given.values, ElementsAre(0, std::size_t(os::Memory::memfd)));
    }
  }
}

TEST(SuiteToml, BlocksKeepTheirOrder) {
  const Suite suite = parse_suite("[[trials]]\nsizes = 8\n[[trials]]\nsizes = 16\n", "mine.toml");
  ASSERT_EQ(suite.selections.size(), 2U);
  EXPECT_THAT(suite.selections[1].sizes, ElementsAre(16));
}

struct Mistake {
  const char* name;
  const char* toml;
  const char* said;  // file, line and text
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.toml; }

const Mistake mistakes[]{
    {"syntax", "[[trials]]\nsizes = = 3\n", "mine.toml:2: "},
    {"unknown_key", "[[trials]]\nsize = 64\n", "mine.toml:2: unknown key 'size'; did you mean sizes?"},
    {"unknown_key_of_effort", "[effort]\n\nlaunches = 3\n[[trials]]\n",
     "mine.toml:3: unknown key 'launches'; did you mean min_launches or max_launches?"},
    {"unknown_key_at_the_top", "colour = 1\n[[trials]]\n",
     "mine.toml:1: unknown key 'colour'; there are: summary, effort, trials"},
    {"summary", "summary = 3\n[[trials]]\n", "mine.toml:1: this must be a text"},
    {"effort", "effort = 3\n[[trials]]\n", "mine.toml:1: effort must be a table"},
    {"duration_type", "[effort]\nduration = 100\n[[trials]]\n", "mine.toml:2: this must be a time such as"},
    {"duration_text", "[effort]\nduration = \"100\"\n[[trials]]\n", "mine.toml:2: '100' is not a time"},
    {"warm_up_text", "[effort]\nwarm_up = \"soon\"\n[[trials]]\n", "mine.toml:2: 'soon' is not a time"},
    {"budget_text", "[effort]\nbudget = \"\"\n[[trials]]\n", "mine.toml:2: '' is not a time"},
    {"launches_type", "[effort]\nmin_launches = \"6\"\n[[trials]]\n", "mine.toml:2: this must be a number"},
    {"launches_of_yes", "[effort]\nmin_launches = true\n[[trials]]\n", "mine.toml:2: this must be a number"},
    {"no_launches", "[effort]\nmin_launches = 0\n[[trials]]\n", "mine.toml:2: this must be from 1 to 10000"},
    {"many_launches", "[effort]\nmax_launches = 10001\n[[trials]]\n",
     "mine.toml:2: this must be from 1 to 10000"},
    {"launches_the_wrong_way_round", "\n[effort]\nmin_launches = 9\nmax_launches = 8\n[[trials]]\n",
     "mine.toml:2: min_launches is more than max_launches"},
    {"target_type", "[effort]\ntarget = \"2%\"\n[[trials]]\n", "mine.toml:2: this must be a number such as"},
    {"target_of_nothing", "[effort]\ntarget = 0\n[[trials]]\n", "mine.toml:2: this must be from 0.0001 to 1"},
    {"target_of_more_than_all", "[effort]\ntarget = 2.0\n[[trials]]\n",
     "mine.toml:2: this must be from 0.0001 to 1"},
    {"no_trials", "summary = \"nothing\"\n", "mine.toml: no [[trials]] block"},
    {"trials_type", "trials = 5\n", "mine.toml: no [[trials]] block"},
    {"trials_of_numbers", "trials = [5]\n", "mine.toml:1: trials must be [[trials]] blocks"},
    {"names_type", "[[trials]]\nmechanisms = 5\n", "mine.toml:2: this must be a text or a list of texts"},
    {"name_in_a_list", "[[trials]]\nwaits = [\"spin\",\n5]\n", "mine.toml:3: this must be a text"},
    {"size_type", "[[trials]]\nsizes = [64, true]\n", "mine.toml:2: this must be a size such as"},
    {"size_text", "[[trials]]\nsizes = [64,\n\"4XB\"]\n", "mine.toml:3: '4XB' is not a size"},
    {"options_type", "[[trials]]\noptions = 5\n", "mine.toml:2: this must be a table such as"},
    {"option_name", "[[trials]]\noptions = { dept = 5 }\n",
     "mine.toml:2: no option named 'dept'; did you mean"},
    {"option_value", "[[trials]]\noptions = { memory = [\"memfd\",\n\"paper\"] }\n",
     "mine.toml:3: no memory named 'paper'; there are: posix_shm"},
    {"option_value_type", "[[trials]]\noptions = { memory = 2 }\n",
     "mine.toml:2: this must be the name of a choice"},
    {"option_number", "[[trials]]\noptions = { depth = \"deep\" }\n", "mine.toml:2: 'deep' is not a size"},
    {"size_below_zero", "[[trials]]\nsizes = -8\n", "mine.toml:2: this must be a size such as"},
};

class SuiteMistake : public testing::TestWithParam<Mistake> {};
INSTANTIATE_TEST_SUITE_P(Toml, SuiteMistake, testing::ValuesIn(mistakes),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_P(SuiteMistake, IsAUsageErrorWithItsFileItsLineAndWhatIsWrong) {
  EXPECT_THAT(refusal(GetParam().toml), StartsWith(GetParam().said));
}

TEST(LoadSuite, EveryBuiltInSuiteIsValidAndSaysWhatItIsFor) {
  EXPECT_FALSE(built_in_suites().empty());
  for (const SuiteText& text : built_in_suites()) {
    const Suite suite = load_suite(std::string(text.name));
    EXPECT_EQ(suite.name, text.name);
    EXPECT_FALSE(suite.summary.empty()) << text.name;
    EXPECT_FALSE(suite.selections.empty()) << text.name;
  }
}

TEST(LoadSuite, WithoutANameItIsEverythingAtOneSize) {
  const Suite suite = load_suite("");
  EXPECT_EQ(suite.name, "selection");
  ASSERT_EQ(suite.selections.size(), 1U);
  EXPECT_THAT(suite.selections[0].mechanisms, ElementsAre("*"));
}

TEST(LoadSuite, AFileIsReadByItsPath) {
  const Scratch scratch;
  const std::string path = scratch.path("mine.toml");
  std::ofstream(path) << "summary = \"mine\"\n[[trials]]\n";
  EXPECT_EQ(load_suite(path).summary, "mine");
  EXPECT_EQ(load_suite(path).name, path);
}

TEST(LoadSuite, AFileThatIsNotThereCannotBeRead) {
  try {
    load_suite("/nonexistent/mine.toml");
    FAIL() << "a file that is not there was read";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "/nonexistent/mine.toml: cannot be read");
  }
}

TEST(LoadSuite, AnUnknownNameIsRefusedWithASuggestionOrWithAllThereAre) {
  const auto said = [](const std::string& name) -> std::string {
    try {
      load_suite(name);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(said("quik"), "no suite named 'quik'; did you mean quick?");
  EXPECT_THAT(said("everything"), HasSubstr("there are: quick, standard, full, load, or give a TOML file"));
}

}  // namespace
}  // namespace ipcmark
