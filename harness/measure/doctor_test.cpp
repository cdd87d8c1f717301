#include "harness/measure/doctor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/measure/doctor_made_up.hpp"

namespace ipcmark {
namespace {

using namespace made_up;

TEST(Doctor, finds_nothing_on_a_sound_host) {
  for (const Finding& finding : judge(sound())) ADD_FAILURE() << finding.id << ": " << finding.what;
}

TEST(Doctor, says_of_a_host_of_which_nothing_is_known_that_it_is_unknown_and_never_that_it_is_fine) {
  const std::vector<Finding> findings = judge(Facts{});
  std::set<std::string> ids;
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.severity, "info") << finding.id;
    EXPECT_PRED2(says, finding.what, "unknown") << finding.id;
    ids.insert(finding.id);
  }
  // Every rule but that of sanitizers, which are always known: they are in the flags or they are not.
  EXPECT_EQ(ids, (std::set<std::string>{"assertions",
                                        "build_type",
                                        "clocksource",
                                        "coarse_clock",
                                        "container",
                                        "cpu_quota",
                                        "idle_states",
                                        "memory_lock",
                                        "frequency_governor",
                                        "hardware_counters",
                                        "invariant_counter",
                                        "one_core",
                                        "other_work",
                                        "pipes",
                                        "posix_queues",
                                        "shared_memory",
                                        "smt",
                                        "stolen_time",
                                        "system_v_queues",
                                        "turbo",
                                        "unix_datagrams",
                                        "virtual_machine"}));
}

TEST(Doctor, gives_every_finding_an_id_of_its_own_a_meaning_and_an_advice) {
  Facts worst = sound();
  worst.sanitizers = {"address"};
  worst.governor = worst.turbo = "on";
  for (const Facts& facts : {Facts{}, worst}) {
    std::set<std::string> ids;
    for (const Finding& finding : judge(facts)) {
      EXPECT_TRUE(ids.insert(finding.id).second) << finding.id;
      EXPECT_FALSE(finding.what.empty() || finding.meaning.empty() || finding.advice.empty()) << finding.id;
      EXPECT_EQ(std::count(finding.advice.begin(), finding.advice.end(), '`') % 2, 0) << finding.advice;
    }
  }
}

TEST(Doctor, says_on_another_system_what_it_does_not_examine_and_advises_nothing_of_linux) {
  Facts facts;
  facts.system = "Windows";
  facts.build_type = "Debug";
  EXPECT_WARNING(facts, "build_type");
  EXPECT_UNKNOWN(facts, "not_examined");
  for (const Finding& finding : judge(facts)) EXPECT_FALSE(says(finding.advice, "sudo")) << finding.advice;
  facts.system = "Linux";
  EXPECT_SILENT(facts, "not_examined");
}

TEST(Doctor, never_takes_wine_for_windows) {
  Facts facts;
  facts.system = "windows 10 (wine 8.0)";
  EXPECT_WARNING(facts, "wine");
  EXPECT_UNKNOWN(facts, "not_examined");
  facts.system = "windows 10";
  EXPECT_SILENT(facts, "wine");
}

TEST(Doctor, puts_warnings_first) {
  Facts facts;
  facts.smt = true;
  facts.assertions = true;
  const auto findings = judge(facts);
  EXPECT_TRUE(std::is_partitioned(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.severity == "warning"; }));
  EXPECT_EQ(findings.front().id, "assertions");
  EXPECT_EQ(findings.back().severity, "info");
}

TEST(Doctor, warns_of_builds_that_are_not_for_measuring) {
  Facts facts = sound();
  facts.build_type = "Debug";
  facts.assertions = true;
  facts.sanitizers = {"address", "undefined"};
  EXPECT_WARNING(facts, "build_type");
  EXPECT_WARNING(facts, "assertions");
  EXPECT_WARNING(facts, "sanitizers");
  EXPECT_PRED2(says, found(facts, "build_type").what, "Debug");
  EXPECT_PRED2(says, found(facts, "sanitizers").what, "address, undefined");
  facts.build_type = "RelWithDebInfo";
  EXPECT_SILENT(facts, "build_type");
}

TEST(Doctor, names_the_hypervisor_and_the_container) {
  EXPECT_WARNING(sound_guest(), "virtual_machine");
  EXPECT_PRED2(says, found(sound_guest(), "virtual_machine").what, "kvm");
  Facts facts = sound();
  facts.container = "docker";
  EXPECT_INFO(facts, "container");
  EXPECT_PRED2(says, found(facts, "container").what, "docker");
}

TEST(Doctor, tells_one_processor_from_two_siblings_on_one_core) {
  Facts facts = sound();
  facts.processors = facts.cores = 1U;
  EXPECT_WARNING(facts, "one_core");
  EXPECT_PRED2(says, found(facts, "one_core").what, "Only one processor");
  facts.processors = 2U;
  EXPECT_PRED2(says, found(facts, "one_core").what, "siblings");
  facts.cores = 2U;
  EXPECT_SILENT(facts, "one_core");
}

TEST(Doctor, warns_of_smt_and_does_not_believe_a_guest_that_has_none) {
  Facts facts = sound();
  facts.smt = true;
  EXPECT_WARNING(facts, "smt");
  EXPECT_PRED2(says, found(facts, "smt").advice, "/smt/control");
  EXPECT_UNKNOWN(sound_guest(), "smt");
}

TEST(Doctor, warns_of_a_quota_of_control_groups) {
  Facts facts = sound();
  facts.cpu_quota = 1.5;
  EXPECT_WARNING(facts, "cpu_quota");
  EXPECT_PRED2(says, found(facts, "cpu_quota").what, "1.50");
}

TEST(DoctorOfThisHost, knows_its_processors_its_clock_and_its_build) {
  const Facts facts = gather_facts();
  EXPECT_GE(facts.processors, 1U);
  EXPECT_GE(facts.cores, 1U);
  EXPECT_GT(facts.clock_step_ns, 0.0);
  EXPECT_TRUE(facts.assertions.has_value());
  EXPECT_TRUE(facts.stolen_share.has_value());
  EXPECT_TRUE(facts.load.has_value());
}

TEST(DoctorOfThisHost, examines_it_to_the_end) {
  for (const Finding& finding : examine_host()) {
    EXPECT_FALSE(finding.id.empty() || finding.what.empty() || finding.meaning.empty() ||
                 finding.advice.empty());
  }
}

}  // namespace
}  // namespace ipcmark
