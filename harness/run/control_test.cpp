#include "harness/run/control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/run/control_testing.hpp"

namespace ipcmark {
namespace {

void expect_equal(const std::optional<Ticket>& got, const std::optional<Ticket>& wanted) {
  ASSERT_EQ(got.has_value(), wanted.has_value());
  if (!got) return;
  EXPECT_EQ(got->address, wanted->address);
  EXPECT_EQ(got->handles, wanted->handles);
  EXPECT_EQ(got->max_message, wanted->max_message);
  EXPECT_EQ(got->depth, wanted->depth);
  EXPECT_EQ(got->buffer, wanted->buffer);
  EXPECT_EQ(got->memory, wanted->memory);
  EXPECT_EQ(got->run_tag, wanted->run_tag);
}

void expect_equal(const Job& got, const Job& wanted) {
  EXPECT_EQ(got.role, wanted.role);
  EXPECT_EQ(got.loop, wanted.loop);
  EXPECT_EQ(got.mechanism, wanted.mechanism);
  EXPECT_EQ(got.wait, wanted.wait);
  EXPECT_EQ(got.size, wanted.size);
  EXPECT_EQ(got.run_tag, wanted.run_tag);
  EXPECT_EQ(got.producer, wanted.producer);
  EXPECT_EQ(got.lanes, wanted.lanes);
  EXPECT_EQ(got.rate, wanted.rate);
  EXPECT_EQ(got.processor, wanted.processor);
  EXPECT_EQ(got.clock.source, wanted.clock.source);
  EXPECT_EQ(got.clock.ns_per_tick, wanted.clock.ns_per_tick);
  EXPECT_EQ(got.out_role, wanted.out_role);
  EXPECT_EQ(got.in_role, wanted.in_role);
  EXPECT_EQ(got.duplex, wanted.duplex);
  expect_equal(got.out, wanted.out);
  expect_equal(got.in, wanted.in);
}

TEST(Control, AJobWithTicketsRoundTrips) {
  const Job job = full_job();
  expect_equal(decode_job(encode(job)), job);
}

TEST(Control, AJobWithoutTicketsAndPinningRoundTrips) {
  Job job = full_job();
  job.out.reset();
  job.in.reset();
  job.processor.reset();
  job.duplex = false;
  expect_equal(decode_job(encode(job)), job);
}

TEST(Control, SabotageRoundTrips) {
  Job job = full_job();
  EXPECT_FALSE(decode_job(encode(job)).sabotage);
  job.sabotage = Sabotage{.slower_ns = 12.5, .dies = true};
  const auto got = decode_job(encode(job)).sabotage;
  ASSERT_TRUE(got);
  EXPECT_EQ(got->slower_ns, 12.5);
  EXPECT_TRUE(got->dies);
}

TEST(Control, EveryKindOfWaitRoleAndClockRoundTrips) {
  for (const Wait wait : every_kind_of_wait) {
    for (const Role role : {Role::producer, Role::consumer}) {
      for (const auto source :
           {os::ClockSource::counter, os::ClockSource::monotonic, os::ClockSource::monotonic_coarse}) {
        Job job = full_job();
        job.wait = wait;
        job.out_role = job.in_role = role;
        job.clock.source = source;
        expect_equal(decode_job(encode(job)), job);
      }
    }
  }
}

TEST(Control, AnOrderRoundTripsAndTheLargestNumbersKeepEveryDigit) {
  const RoundOrder order{
      .plan = {.first = ~std::uint64_t{0} - 1, .end = ~std::uint64_t{0}, .sample_stride = 1ULL << 40},
      .measured = true};
  const auto got = decode_order(encode(order));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->plan.first, order.plan.first);
  EXPECT_EQ(got->plan.end, order.plan.end);
  EXPECT_EQ(got->plan.sample_stride, order.plan.sample_stride);
  EXPECT_TRUE(got->measured);
  EXPECT_FALSE(decode_order(encode(RoundOrder{}))->measured);
}

TEST(Control, WhatIsNoRoundIsTheEnd) { EXPECT_FALSE(decode_order(R"({"do":"finish"})").has_value()); }

TEST(Control, WhatIsNotJsonOrLacksAFieldIsAnError) {
  EXPECT_ANY_THROW(decode_job("nonsense"));
  EXPECT_ANY_THROW(decode_job("{}"));
  EXPECT_ANY_THROW(decode_report("{\"sent\":"));
}

void expect_equal_course(const RoundReport& got, const RoundReport& wanted) {
  EXPECT_EQ(got.begun, wanted.begun);
  EXPECT_EQ(got.ended, wanted.ended);
  EXPECT_EQ(got.sent, wanted.sent);
  EXPECT_EQ(got.received, wanted.received);
  EXPECT_EQ(got.next, wanted.next);
  EXPECT_EQ(got.status, wanted.status);
  EXPECT_EQ(got.os_error, wanted.os_error);
  EXPECT_EQ(got.tally.lost, wanted.tally.lost);
  EXPECT_EQ(got.tally.repeated, wanted.tally.repeated);
  EXPECT_EQ(got.tally.reordered, wanted.tally.reordered);
  EXPECT_EQ(got.tally.torn, wanted.tally.torn);
  EXPECT_EQ(got.tally.foreign, wanted.tally.foreign);
  EXPECT_EQ(got.lanes, wanted.lanes);
  EXPECT_EQ(got.overtaken, wanted.overtaken);
}

TEST(Control, AMeasuredReportRoundTripsWithItsHistogramBinByBin) {
  const RoundReport report = full_report();
  const RoundReport got = decode_report(encode(report, true));
  expect_equal_course(got, report);
  EXPECT_EQ(got.latency.count(), report.latency.count());
  EXPECT_EQ(got.latency.sum(), report.latency.sum());
  EXPECT_EQ(got.latency.max(), report.latency.max());
  EXPECT_EQ(got.latency.overflow(), report.latency.overflow());
  for (std::size_t bin = 0; bin < Histogram::bin_count; ++bin)
    ASSERT_EQ(got.latency.in_bin(bin), report.latency.in_bin(bin)) << bin;
}

TEST(Control, AMeasuredReportRoundTripsWithUsageAndCounters) {
  const RoundReport report = full_report();
  const RoundReport got = decode_report(encode(report, true));
  EXPECT_EQ(got.usage.user_ns, report.usage.user_ns);
  EXPECT_EQ(got.usage.system_ns, report.usage.system_ns);
  EXPECT_EQ(got.usage.voluntary_switches, report.usage.voluntary_switches);
  EXPECT_EQ(got.usage.involuntary_switches, report.usage.involuntary_switches);
  EXPECT_EQ(got.usage.minor_faults, report.usage.minor_faults);
  EXPECT_EQ(got.usage.major_faults, report.usage.major_faults);
  EXPECT_EQ(got.usage.peak_rss_bytes, report.usage.peak_rss_bytes);
  EXPECT_EQ(got.proportional_bytes, report.proportional_bytes);
  ASSERT_TRUE(got.counters.has_value());
  EXPECT_EQ(got.counters->cycles, report.counters->cycles);
  EXPECT_EQ(got.counters->instructions, report.counters->instructions);
  EXPECT_EQ(got.counters->cache_misses, report.counters->cache_misses);
  EXPECT_EQ(got.counters_include_kernel, report.counters_include_kernel);
}

TEST(Control, WhatASystemDoesNotCountStaysUnknown) {
  RoundReport report = full_report();
  report.usage.voluntary_switches.reset();
  report.usage.major_faults.reset();
  const os::Usage got = decode_report(encode(report, true)).usage;
  EXPECT_FALSE(got.voluntary_switches.has_value());
  EXPECT_EQ(got.involuntary_switches, report.usage.involuntary_switches);
  EXPECT_FALSE(got.major_faults.has_value());
}

TEST(Control, AReportWithoutCountersSaysWhy) {
  RoundReport report = full_report();
  report.counters.reset();
  report.proportional_bytes.reset();
  report.counters_unavailable = "perf_event_open: No such file or directory";
  const RoundReport got = decode_report(encode(report, true));
  EXPECT_FALSE(got.counters.has_value());
  EXPECT_FALSE(got.proportional_bytes.has_value());
  EXPECT_EQ(got.counters_unavailable, report.counters_unavailable);
}

TEST(Control, AReportOfARoundThatIsNotMeasuredHasNoHistogram) {
  const RoundReport report = full_report();
  const RoundReport got = decode_report(encode(report, false));
  expect_equal_course(got, report);
  EXPECT_EQ(got.latency.count(), 0U);
  EXPECT_FALSE(got.counters.has_value());
}

TEST(Control, EveryMessageIsOneLine) {
  Job job = full_job();
  job.out->address = "two\nlines";
  for (const std::string& line : {encode(job), encode(RoundOrder{}), encode(full_report(), true),
                                  encode_ready(), encode_failure("error", "two\nlines")}) {
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  }
  EXPECT_EQ(decode_job(encode(job)).out->address, "two\nlines");
}

TEST(Control, WhatAChildLacksIsThrownAsUnsupportedWithItsText) {
  try {
    throw_if_failure(encode_failure("unsupported", "no queues here"), "consumer");
    FAIL() << "nothing was thrown";
  } catch (const Unsupported& missing) {
    EXPECT_STREQ(missing.what(), "no queues here");
  }
}

TEST(Control, AnyOtherFailureOfAChildNamesItsRole) {
  try {
    throw_if_failure(encode_failure("error", "mq_open: no"), "consumer");
    FAIL() << "nothing was thrown";
  } catch (const Unsupported&) {
    FAIL() << "an error is not a missing facility";
  } catch (const std::runtime_error& broken) {
    EXPECT_STREQ(broken.what(), "the consumer could not be set up: mq_open: no");
  }
}

TEST(Control, ReadyIsNoFailure) { EXPECT_NO_THROW(throw_if_failure(encode_ready(), "producer")); }

TEST(Control, AFailureWhoseTextIsNoUtf8IsStillTold) {
  EXPECT_THROW(throw_if_failure(encode_failure("unsupported", "bad \xff byte"), "producer"), Unsupported);
}

}  // namespace
}  // namespace ipcmark
