// Rules about noise, clocks and limits; those about the host itself are in doctor_test.cpp.
#include "harness/measure/doctor_rules.hpp"

#include <gtest/gtest.h>

#include "harness/measure/doctor_made_up.hpp"

namespace ipcmark {
namespace {

using namespace made_up;

TEST(DoctorRules, warns_of_time_stolen_now_and_notes_what_was_stolen_before) {
  Facts facts = sound_guest();
  facts.stolen_share = 0.05;
  facts.stolen_s = 3.0;
  EXPECT_WARNING(facts, "stolen_time");
  EXPECT_PRED2(says, found(facts, "stolen_time").what, "5.0 %");
  facts.stolen_share = 0.0;
  EXPECT_INFO(facts, "stolen_time");
  EXPECT_PRED2(says, found(facts, "stolen_time").what, "3.0 s");
}

TEST(DoctorRules, takes_no_stolen_time_for_good_news_only_without_a_hypervisor) {
  EXPECT_SILENT(sound(), "stolen_time");
  EXPECT_UNKNOWN(sound_guest(), "stolen_time");
}

TEST(DoctorRules, warns_of_other_work_by_load_or_by_waiting) {
  Facts loaded = sound(), waiting = sound();
  loaded.load = 1.25;
  waiting.waiting_share = 0.2;
  EXPECT_WARNING(loaded, "other_work");
  EXPECT_PRED2(says, found(loaded, "other_work").what, "1.25");
  EXPECT_WARNING(waiting, "other_work");
  EXPECT_PRED2(says, found(waiting, "other_work").what, "20 %");
}

TEST(DoctorRules, judges_other_work_by_the_load_alone_where_the_kernel_tells_no_pressure) {
  Facts facts = sound();
  facts.waiting_share = {};
  EXPECT_SILENT(facts, "other_work");
  facts.load = 2.0;
  EXPECT_WARNING(facts, "other_work");
  facts = sound();
  facts.load = {};
  EXPECT_UNKNOWN(facts, "other_work");
}

TEST(DoctorRules, warns_of_every_governor_but_performance) {
  Facts facts = sound();
  for (const char* governor : {"powersave", "schedutil", "performance, powersave"}) {
    facts.governor = governor;
    EXPECT_WARNING(facts, "frequency_governor");
    EXPECT_EQ(found(facts, "frequency_governor").advice, "`sudo cpupower frequency-set -g performance`");
  }
  facts = sound_guest();
  facts.governor = {};
  EXPECT_UNKNOWN(facts, "frequency_governor");
  EXPECT_PRED2(says, found(facts, "frequency_governor").advice, "Nothing can be changed");
}

TEST(DoctorRules, turns_turbo_off_by_the_switch_of_the_driver) {
  Facts facts = sound();
  facts.turbo = "on";
  facts.frequency_driver = "intel_pstate";
  EXPECT_WARNING(facts, "turbo");
  EXPECT_PRED2(says, found(facts, "turbo").advice,
               "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo");
  facts.frequency_driver = "acpi-cpufreq";
  EXPECT_PRED2(says, found(facts, "turbo").advice, "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost");
}

TEST(DoctorRules, warns_of_idle_states_that_take_long_to_leave) {
  Facts facts = sound();
  facts.idle_state = "C6";
  facts.idle_exit_us = 133U;
  EXPECT_WARNING(facts, "idle_states");
  EXPECT_PRED2(says, found(facts, "idle_states").what, "C6, which takes 133 us");
  facts.idle_exit_us = {};
  EXPECT_UNKNOWN(facts, "idle_states");
}

TEST(DoctorRules, knows_how_guests_idle) {
  Facts facts = sound_guest();
  facts.idle_driver = "none";
  EXPECT_WARNING(facts, "idle_states");
  facts.idle_driver = "haltpoll";
  EXPECT_INFO(facts, "idle_states");
  facts.idle_driver = "none";
  facts.hypervisor = "none";
  EXPECT_SILENT(facts, "idle_states");
}

TEST(DoctorRules, notes_a_counter_that_cannot_be_the_clock) {
  Facts facts = sound();
  facts.invariant_counter = false;
  EXPECT_INFO(facts, "invariant_counter");
  EXPECT_FALSE(says(found(facts, "invariant_counter").what, "unknown"));
}

TEST(DoctorRules, warns_of_clock_sources_that_need_a_system_call) {
  Facts facts = sound();
  facts.clocksource = "hpet";
  EXPECT_WARNING(facts, "clocksource");
  EXPECT_PRED2(says, found(facts, "clocksource").advice, "echo tsc | sudo tee");
  facts.clocksources_available = "hpet acpi_pm";
  EXPECT_FALSE(says(found(facts, "clocksource").advice, "echo tsc"));
  facts.clocksource = "kvm-clock";
  EXPECT_INFO(facts, "clocksource");
  facts.clocksource = "arch_sys_counter";
  EXPECT_SILENT(facts, "clocksource");
}

TEST(DoctorRules, warns_of_a_coarse_clock) {
  Facts facts = sound();
  facts.clock_step_ns = 4e6;
  EXPECT_WARNING(facts, "coarse_clock");
  EXPECT_PRED2(says, found(facts, "coarse_clock").what, "4000000 ns");
}

TEST(DoctorRules, says_why_there_are_no_hardware_counters_and_who_may_change_that) {
  Facts facts = sound();
  facts.counters_unavailable = "perf_event_open: No such file or directory";
  EXPECT_INFO(facts, "hardware_counters");
  EXPECT_PRED2(says, found(facts, "hardware_counters").what, "No such file");
  facts.perf_event_paranoid = 3;
  EXPECT_PRED2(says, found(facts, "hardware_counters").advice, "sysctl kernel.perf_event_paranoid=1");
  facts.perf_event_paranoid = 2;
  facts.hypervisor = "kvm";
  EXPECT_PRED2(says, found(facts, "hardware_counters").advice, "Nothing can be done");
}

TEST(DoctorRules, tells_counters_that_are_refused_from_those_that_do_not_exist) {
  Facts facts = sound_guest();
  facts.counters_unavailable = "perf_event_open: Permission denied";
  EXPECT_PRED2(says, found(facts, "hardware_counters").advice, "sysctl kernel.perf_event_paranoid=1");
  facts.container = "docker";
  EXPECT_PRED2(says, found(facts, "hardware_counters").advice, "--cap-add=PERFMON");
}

TEST(DoctorRules, notes_hardware_counters_that_do_not_see_the_kernel) {
  Facts facts = sound();
  facts.counters_see_kernel = false;
  EXPECT_INFO(facts, "hardware_counters");
  EXPECT_PRED2(says, found(facts, "hardware_counters").what, "not the kernel");
}

TEST(DoctorRules, names_only_those_limits_of_posix_queues_that_are_too_low) {
  Facts facts = sound();
  facts.mqueue_msg_max = 10U;
  EXPECT_INFO(facts, "posix_queues");
  EXPECT_EQ(found(facts, "posix_queues").advice, "`sudo sysctl fs.mqueue.msg_max=64`");
  facts.mqueue_msgsize_max = 8192U;
  facts.rlimit_msgqueue = 819200U;
  EXPECT_PRED2(says, found(facts, "posix_queues").what,
               "10 messages in a queue, 8192 bytes in a message, 819200 bytes");
  EXPECT_PRED2(says, found(facts, "posix_queues").advice,
               "fs.mqueue.msg_max=64 fs.mqueue.msgsize_max=65536`");
  EXPECT_PRED2(says, found(facts, "posix_queues").advice, "--msgqueue=unlimited");
}

TEST(DoctorRules, says_how_few_messages_fit_into_a_system_v_queue) {
  Facts facts = sound();
  facts.msgmnb = 16384U;
  facts.msgmax = 8192U;
  EXPECT_INFO(facts, "system_v_queues");
  EXPECT_PRED2(says, found(facts, "system_v_queues").meaning, "4 messages of 4096 bytes");
  EXPECT_EQ(found(facts, "system_v_queues").advice, "`sudo sysctl kernel.msgmnb=262144 kernel.msgmax=65536`");
}

TEST(DoctorRules, notes_low_limits_of_pipes_and_takes_zero_for_no_limit) {
  Facts facts = sound();
  facts.pipe_user_pages_soft = 1024U;
  EXPECT_INFO(facts, "pipes");
  facts.pipe_user_pages_soft = 0U;
  EXPECT_SILENT(facts, "pipes");
  facts.pipe_max_size = 65536U;
  EXPECT_INFO(facts, "pipes");
}

TEST(DoctorRules, notes_short_datagram_queues_little_shared_memory_and_little_lockable_memory) {
  Facts facts = sound();
  facts.unix_max_dgram_qlen = 10U;
  facts.dev_shm_free = 64U << 20U;
  facts.rlimit_memlock = 8U << 20U;
  EXPECT_INFO(facts, "unix_datagrams");
  EXPECT_INFO(facts, "shared_memory");
  EXPECT_INFO(facts, "memory_lock");
  EXPECT_PRED2(says, found(facts, "shared_memory").what, "64 MiB");
  EXPECT_PRED2(says, found(facts, "shared_memory").advice, "mount -o remount");
  facts.container = "docker";
  EXPECT_PRED2(says, found(facts, "shared_memory").advice, "--shm-size");
}

}  // namespace
}  // namespace ipcmark
