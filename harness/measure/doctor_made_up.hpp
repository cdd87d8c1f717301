// Made-up hosts, and what the doctor says of them; for its tests only.
#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "harness/measure/doctor.hpp"

namespace ipcmark::made_up {

// A host with which nothing is wrong and of which everything is known.
inline Facts sound() {
  Facts facts;
  facts.build_type = "Release";
  facts.assertions = false;
  facts.hypervisor = facts.container = "none";
  facts.processors = facts.cores = 8U;
  facts.smt = false;
  facts.cpu_quota = std::numeric_limits<double>::infinity();
  facts.governor = "performance";
  facts.turbo = "off";
  facts.frequency_driver = facts.idle_driver = "intel_idle";
  facts.idle_state = "C1";
  facts.idle_exit_us = 2U;
  facts.invariant_counter = facts.counters_see_kernel = true;
  facts.clocksource = "tsc";
  facts.clocksources_available = "tsc hpet acpi_pm";
  facts.clock_step_ns = 20.0;
  facts.counters_unavailable = "";
  facts.perf_event_paranoid = 1;
  facts.stolen_share = facts.stolen_s = facts.waiting_share = 0.0;
  facts.load = 0.05;
  facts.mqueue_msg_max = facts.unix_max_dgram_qlen = 1024U;
  facts.mqueue_msgsize_max = facts.msgmax = facts.msgmnb = facts.pipe_max_size = 1U << 20U;
  facts.rlimit_msgqueue = facts.rlimit_memlock = Facts::unlimited;
  facts.pipe_user_pages_soft = 16384U;
  facts.dev_shm_free = std::uint64_t{8} << 30U;
  return facts;
}

inline Facts sound_guest() {
  Facts facts = sound();
  facts.hypervisor = "kvm";
  return facts;
}

// The finding with this id; one that is empty when there is none.
inline Finding found(const Facts& facts, const std::string& id) {
  for (const Finding& finding : judge(facts)) {
    if (finding.id == id) return finding;
  }
  return {};
}

inline bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace ipcmark::made_up

#define EXPECT_WARNING(facts, id) EXPECT_EQ(found(facts, id).severity, "warning")
#define EXPECT_INFO(facts, id) EXPECT_EQ(found(facts, id).severity, "info")
#define EXPECT_SILENT(facts, id) EXPECT_EQ(found(facts, id).what, "")
#define EXPECT_UNKNOWN(facts, id) \
  EXPECT_INFO(facts, id);         \
  EXPECT_PRED2(says, found(facts, id).what, "unknown")
