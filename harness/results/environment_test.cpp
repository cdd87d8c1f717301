#include "harness/results/environment.hpp"

#include <gtest/gtest.h>

namespace ipcmark {
namespace {

using nlohmann::json;

const BuildInfo release_build{.version = "1.2.0",
                              .revision = "0123abc",
                              .compiler = "GNU 12.2.0",
                              .flags = "-O3 -DNDEBUG",
                              .build_type = "Release",
                              .assertions = false};

os::Topology two_cores() {
  os::Topology topology;
  topology.usable = {{.id = 0, .core = 0, .socket = 0, .numa = 0},
                     {.id = 1, .core = 1, .socket = 0, .numa = 0}};
  topology.cores = 2;
  topology.sockets = topology.numa_nodes = 1;
  return topology;
}

json made_up() {
  return environment_of({{"cpu", "model", "Intel(R) Xeon(R) Processor @ 2.50GHz"},
                         {"virtualisation", "hypervisor", "kvm"},
                         {"kernel", "name", "Linux"},
                         {"kernel", "release", "6.18.44"},
                         {"memory", "total_bytes", "25276514304"}},
                        two_cores(), release_build);
}

json with_model(const std::string& model) {
  return environment_of({{"cpu", "model", model}}, two_cores(), release_build);
}

TEST(Environment, keeps_plain_integers_as_numbers_and_everything_else_as_text) {
  const json record = environment_of({{"limits", "msgmnb", "16384"},
                                      {"limits", "shmmax", "18446744073692774399"},
                                      {"limits", "paranoid", "-1"},
                                      {"limits", "memlock", "unlimited"},
                                      {"cpu", "microcode", "0x1"},
                                      {"cpu", "padded", "08"},
                                      {"cpu", "quota", "1.50"},
                                      {"cpu", "turbo", "unknown"}},
                                     two_cores(), release_build);
  EXPECT_EQ(record["limits"]["msgmnb"], 16384);
  EXPECT_TRUE(record["limits"]["msgmnb"].is_number_integer());
  EXPECT_EQ(record["limits"]["shmmax"], 18446744073692774399U);
  EXPECT_EQ(record["limits"]["paranoid"], -1);
  EXPECT_EQ(record["limits"]["memlock"], "unlimited");
  EXPECT_EQ(record["cpu"]["microcode"], "0x1");
  EXPECT_EQ(record["cpu"]["padded"], "08");
  EXPECT_EQ(record["cpu"]["quota"], "1.50");
  EXPECT_EQ(record["cpu"]["turbo"], "unknown");
}

TEST(Environment, can_be_written_whatever_bytes_a_fact_has) {
  const json record =
      environment_of({{"virtualisation", "product", "\xff\xfe board"}}, two_cores(), release_build);
  EXPECT_NO_THROW(record.dump());
}

TEST(Environment, lists_every_usable_processor) {
  const json record = made_up();
  EXPECT_EQ(record["cpu"]["cores"], 2);
  EXPECT_EQ(record["cpu"]["threads"], 2);
  EXPECT_EQ(record["cpu"]["sockets"], 1);
  EXPECT_EQ(record["topology"][1], (json{{"id", 1}, {"core", 1}, {"socket", 0}, {"numa", 0}}));
  EXPECT_EQ(record["topology"].size(), 2U);
}

TEST(Environment, says_how_the_program_was_built) {
  const json build = made_up()["build"];
  EXPECT_EQ(build["compiler"], "GNU");
  EXPECT_EQ(build["compiler_version"], "12.2.0");
  EXPECT_EQ(build["flags"], "-O3 -DNDEBUG");
  EXPECT_EQ(build["build_type"], "Release");
  EXPECT_EQ(build["assertions"], false);
  EXPECT_EQ(build["sanitizers"], json::array());
  EXPECT_EQ(build["revision"], "0123abc");
}

TEST(Environment, says_unknown_for_what_the_build_does_not_tell) {
  BuildInfo bare = release_build;
  bare.compiler = "clang";
  bare.build_type = bare.revision = "";
  const json build = environment_of({}, two_cores(), bare)["build"];
  EXPECT_EQ(build["compiler"], "clang");
  EXPECT_EQ(build["compiler_version"], "unknown");
  EXPECT_EQ(build["build_type"], "unknown");
  EXPECT_EQ(build["revision"], "unknown");
}

TEST(Sanitizers, are_read_from_every_option_of_the_flags) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(sanitizers_in("-O1 -fsanitize=address,undefined -g"), (Names{"address", "undefined"}));
  EXPECT_EQ(sanitizers_in("-fsanitize=thread"), Names{"thread"});
  EXPECT_EQ(sanitizers_in("-fsanitize=address -fsanitize=leak"), (Names{"address", "leak"}));
  EXPECT_EQ(sanitizers_in("-O3 -fno-sanitize-recover=all"), Names{});
  EXPECT_EQ(sanitizers_in(""), Names{});
}

TEST(MachineLine, is_what_a_person_would_say) {
  EXPECT_EQ(machine_line(made_up()),
            "Intel Xeon 2.5 GHz, 2 cores, 1 thread per core, KVM guest, Linux 6.18, 23 GiB");
}

TEST(MachineLine, shortens_the_names_of_processors) {
  const auto model = [](const std::string& name) {
    const std::string line = machine_line(with_model(name));
    return line.substr(0, line.find(','));
  };
  EXPECT_EQ(model("Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz"), "Intel Core i7-9750H 2.6 GHz");
  EXPECT_EQ(model("AMD EPYC 7763 64-Core Processor"), "AMD EPYC 7763");
  EXPECT_EQ(model("Neoverse-N1"), "Neoverse-N1");
  EXPECT_EQ(model("unknown"), "unknown processor");
}

TEST(MachineLine, tells_siblings_and_a_part_of_the_machine) {
  os::Topology siblings = two_cores();
  siblings.usable[1].core = 0;
  siblings.cores = 1;
  EXPECT_NE(machine_line(environment_of({}, siblings, release_build)).find("1 core, 2 threads per core"),
            std::string::npos);
  os::Topology part = two_cores();
  part.usable.pop_back();
  EXPECT_NE(machine_line(environment_of({}, part, release_build)).find("1 of 2 cores, 1 thread per core"),
            std::string::npos);
}

TEST(MachineLine, says_what_is_unknown_even_of_an_empty_object) {
  const std::string nothing = "unknown processor, unknown cores, virtualisation unknown, unknown system";
  EXPECT_EQ(machine_line(json::object()), nothing);
  EXPECT_EQ(machine_line(json()), nothing);
  EXPECT_EQ(machine_line(json{{"cpu", "odd"}, {"kernel", nullptr}}), nothing);
}

TEST(ThisHostsEnvironment, has_the_groups_that_reports_read) {
  const json record = environment_record();
  for (const char* group : {"cpu", "kernel", "frequency", "smt", "memory", "virtualisation", "limits", "libc",
                            "os", "scheduler", "build"}) {
    EXPECT_TRUE(record.contains(group)) << group;
    EXPECT_TRUE(record[group].is_object()) << group;
  }
  EXPECT_EQ(record["topology"].size(), os::topology().usable.size());
  EXPECT_GT(record["memory"]["total_bytes"], 0);
}

TEST(ThisHostsEnvironment, is_the_same_when_it_is_asked_again_but_for_what_is_momentary) {
  json first = environment_record(), second = environment_record();
  first.erase("momentary");
  second.erase("momentary");
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace ipcmark
