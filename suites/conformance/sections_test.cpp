// The catalogue is whole: each clause is there once, or left out with a reason.
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <set>

#include "suites/conformance/clause.hpp"

namespace ipcmark {
namespace {

TEST(Sections, EveryClauseOfTheCatalogueIsThereOnceOrLeftOutWithAReason) {
  std::map<std::string_view, int> times;
  for (const Section* section : sections()) {
    for (const Clause& clause : section->clauses) ++times[clause.id];
    for (const LeftOut& one : section->left_out) {
      ++times[one.id];
      EXPECT_GE(one.reason.size(), 20U) << one.id;
    }
  }
  std::set<std::string> catalogue;
  for (const Section* section : sections()) {
    for (unsigned number = 1; number <= section->count; ++number) {
      const std::string digits = std::to_string(number);
      catalogue.insert(std::string(section->name) + (digits.size() == 1 ? "-0" : "-") + digits);
    }
  }
  for (const std::string& id : catalogue) EXPECT_EQ(times[id], 1) << id;
  for (const auto& [id, count] : times) EXPECT_EQ(count, 1) << id;
}

TEST(Sections, EachClauseIsOfAFacilityOrOfMechanismsAndSaysWhereItIsDocumented) {
  for (const Section* section : sections()) {
    for (const Clause& clause : section->clauses) {
      EXPECT_NE(clause.body == nullptr, clause.of == nullptr) << clause.id;
      EXPECT_EQ(clause.of == nullptr, clause.applies == nullptr) << clause.id;
      EXPECT_FALSE(clause.source.empty()) << clause.id;
      EXPECT_EQ(clause.documented.empty(), clause.observed.empty()) << clause.id;
    }
  }
}

TEST(Sections, ATitleIsOneWordOfCapitalisedOnes) {
  for (const Section* section : sections()) {
    for (const Clause& clause : section->clauses) {
      EXPECT_TRUE(std::isupper(static_cast<unsigned char>(clause.title.front()))) << clause.id;
      for (const char c : clause.title)
        EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c))) << clause.id << " " << clause.title;
    }
  }
}

TEST(Sections, EveryGenericClauseAppliesToSomeMechanism) {
  for (const Section* section : sections()) {
    for (const Clause& clause : section->clauses) {
      if (clause.of == nullptr) continue;
      bool any = false;
      for (const Mechanism* mechanism : mechanisms()) any = any || clause.applies(mechanism->traits);
      EXPECT_TRUE(any) << clause.id;
    }
  }
}

}  // namespace
}  // namespace ipcmark
