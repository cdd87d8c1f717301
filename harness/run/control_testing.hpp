// Messages of the control channel in which every field has a value of its own.
#pragma once

#include "harness/run/control.hpp"

namespace ipcmark {

inline Job full_job() {
  Job job;
  job.role = "producer";
  job.loop = "ping";
  job.mechanism = "fifo";
  job.wait = Wait::adaptive;
  job.size = 4097;
  job.run_tag = 0xFEDC;
  job.producer = 7;
  job.lanes = 9;
  job.rate = 20'000;
  job.processor = 3;
  job.clock = {.source = os::ClockSource::counter, .ns_per_tick = 0.40000001234567891};
  job.out = Ticket{.address = "/a \"name\"",
                   .handles = {4, 5},
                   .max_message = 4097,
                   .depth = 64,
                   .buffer = 9,
                   .memory = os::Memory::memfd,
                   .run_tag = 1};
  job.in = Ticket{.address = "", .handles = {}, .max_message = 8, .depth = 2, .run_tag = 2};
  job.out_role = Role::consumer;
  job.in_role = Role::producer;
  job.duplex = true;
  return job;
}

inline RoundReport full_report() {
  RoundReport report;
  report.begun = 0xFFFF'FFFF'FFFF'FF00ULL;
  report.ended = 0xFFFF'FFFF'FFFF'FFF0ULL;
  report.sent = 1001;
  report.received = 1002;
  report.next = 1003;
  report.status = Status::stopped;
  report.os_error = 32;
  report.tally = {.lost = 1, .repeated = 2, .reordered = 3, .torn = 4, .foreign = 5};
  report.lanes.resize(2);
  report.lanes[0].add(5);
  report.lanes[1].add(~std::uint64_t{0});
  report.lanes[1].repeated = 6;
  report.lanes[1].reordered = 7;
  report.overtaken = 8;
  for (const std::uint64_t ticks : {0ULL, 1ULL, 255ULL, 256ULL, 99'999ULL, 99'999ULL, 1ULL << 39, 1ULL << 41})
    report.latency.record(ticks);
  report.usage = {.user_ns = 11,
                  .system_ns = 12,
                  .voluntary_switches = 13,
                  .involuntary_switches = 14,
                  .minor_faults = 15,
                  .major_faults = 16,
                  .peak_rss_bytes = 17};
  report.proportional_bytes = 18;
  report.counters = {.cycles = 19, .instructions = 20, .cache_misses = 21};
  report.counters_include_kernel = false;
  return report;
}

}  // namespace ipcmark
