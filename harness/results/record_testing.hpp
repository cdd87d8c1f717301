// Records in which every field has a value of its own.
#pragma once

#include <string>

#include "harness/results/record.hpp"

namespace ipcmark::made_up {

inline TrialKey key(const std::string& mechanism = "shm_spsc", const std::string& workload = "ping_pong",
                    std::size_t size = 64) {
  return {.mechanism = mechanism,
          .family = "shm",
          .workload = workload,
          .size = size,
          .wait = Wait::adaptive,
          .placement = Placement::smt_siblings};
}

inline ProcessUse process_use(std::uint64_t from) {
  ProcessUse use;
  use.usage = {.user_ns = from,
               .system_ns = from + 1,
               .voluntary_switches = from + 2,
               .involuntary_switches = from + 3,
               .minor_faults = from + 4,
               .major_faults = from + 5,
               .peak_rss_bytes = from + 6};
  use.proportional_bytes = from + 7;
  use.counters = {.cycles = from + 8, .instructions = from + 9, .cache_misses = from + 10};
  use.counters_include_kernel = false;
  return use;
}

// Round trips of `ns` and of twice as many, nine to one.
inline Latency latency_near(double ns) {
  return {.mean = 1.1 * ns,
          .p50 = ns,
          .p90 = ns,
          .p99 = 2 * ns,
          .p999 = 2 * ns,
          .max = 2 * ns,
          .count = 1000,
          .overflow = 0,
          .bins = {{.upper_edge = ns, .count = 900}, {.upper_edge = 2 * ns, .count = 100}}};
}

inline Launch launch(double p50 = 250.5) {
  Launch one;
  one.messages = 1000;
  one.bytes = 64'000;
  one.seconds = 0.00025;
  one.latency = latency_near(p50);
  one.messages_per_s = 4e6;
  one.bytes_per_s = 256e6;
  one.verified = {.lost = 1, .repeated = 2, .reordered = 3, .torn = 4, .foreign = 5};
  one.producer = process_use(100);
  one.consumer = process_use(200);
  one.set_up_ns = 3.5e6;
  one.noise = {.wake_up_ns = 52'000.5,
               .stolen_ns = 1e7,
               .cpu_pressure_ns = 2e6,
               .involuntary_switches = 30,
               .contaminated = true,
               .reasons = {"the hypervisor took 10 ms", "30 involuntary switches"}};
  one.started = "2026-01-02T03:04:05Z";
  return one;
}

inline Trial trial(std::size_t launches = 6) {
  Trial measured;
  measured.key = key();
  for (std::size_t k = 0; k < launches; ++k)
    measured.launches.push_back(launch(250.0 + static_cast<double>(k)));
  measured.stopped_by = "precision";
  measured.notes = {"contaminated launches: 6 of 6"};
  return measured;
}

inline Trial failed_trial() {
  Trial failed;
  failed.key = key("fifo", "stream", 4096);
  failed.failure = Failure{.kind = "verification",
                           .detail = "3 lost (launch 2)",
                           .verified = {.lost = 3, .repeated = 0, .reordered = 0, .torn = 0, .foreign = 0}};
  failed.stopped_by = "failure";
  return failed;
}

inline RunFacts run() {
  RunFacts facts;
  facts.id = "20260102T030405Z-17-0a1b";
  facts.command = "ipcmark run quick --out here";
  facts.suite = "quick";
  facts.started = "2026-01-02T03:04:05Z";
  facts.revision = "0123456789ab";
  facts.partial = true;
  facts.seed = ~std::uint64_t{0};
  facts.touch_clipboard = true;
  facts.duration_s = 0.03;
  facts.warm_up_s = 0.005;
  facts.target = 0.05;
  facts.budget_s = 0.4;
  facts.min_launches = 6;
  facts.max_launches = 12;
  return facts;
}

inline Result result() {
  Result whole;
  whole.run = run();
  whole.trials = {trial(), failed_trial()};
  whole.skipped = {{.key = key("posix_mq", "stream", 1 << 20), .reason = "no queue of this size"}};
  return whole;
}

}  // namespace ipcmark::made_up
