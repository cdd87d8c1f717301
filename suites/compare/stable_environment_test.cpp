#include "suites/compare/stable_environment.hpp"

#include <gtest/gtest.h>

#include "harness/results/environment.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;

Json changed(const char* group, const char* name, const Json& value) {
  Json environment = environment_record();
  environment[group][name] = value;
  return environment;
}

TEST(StableEnvironment, IsTheSameTwiceInARow) {
  const Json one = environment_record(), other = environment_record();
  EXPECT_TRUE(environment_differences(one, other).empty()) << text_of(environment_differences(one, other));
  EXPECT_EQ(environment_id(one), environment_id(other));
  EXPECT_EQ(environment_id(one).size(), 16U);
}

struct Field {
  const char *group, *name;
  Json value;
};
class Stable : public testing::TestWithParam<Field> {};
INSTANTIATE_TEST_SUITE_P(
    Fields, Stable,
    testing::Values(Field{"cpu", "model", "another"}, Field{"cpu", "cores", 77},
                    Field{"kernel", "release", "1.2.3"}, Field{"virtualisation", "hypervisor", "another"},
                    Field{"build", "compiler", "another"}, Field{"build", "flags", "-O9"},
                    Field{"build", "build_type", "another"}, Field{"libc", "version", "another"}),
    [](const auto& one) { return std::string(one.param.group) + "_" + one.param.name; });

TEST_P(Stable, ThatDiffersIsNamed) {
  const Field& field = GetParam();
  const auto differences =
      environment_differences(environment_record(), changed(field.group, field.name, field.value));
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].field, std::string(field.group) + "." + field.name);
  EXPECT_NE(environment_id(environment_record()),
            environment_id(changed(field.group, field.name, field.value)));
}

TEST(StableEnvironment, HasNothingThatChangesByItself) {
  Json other = environment_record();
  other["momentary"]["cpu_mhz"] = "1";
  other["frequency"]["governor"] = "another";
  other["memory"]["total_bytes"] = 1;
  EXPECT_TRUE(environment_differences(environment_record(), other).empty());
}

TEST(StableEnvironment, HasTheKernelUpToItsMinorVersion) {
  const auto differ = [](const char* one, const char* other) {
    return !environment_differences(changed("kernel", "release", one), changed("kernel", "release", other))
                .empty();
  };
  EXPECT_FALSE(differ("6.1.0-13-amd64", "6.1.0-28-amd64"));
  EXPECT_TRUE(differ("6.1.0-13-amd64", "6.10.0"));
}

}  // namespace
}  // namespace ipcmark
