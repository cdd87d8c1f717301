// What the harness costs, side by side with bare loops in one run: launches of both alternate, and what is
// printed is the median of the paired ratios with its exact interval. Nothing is asserted: a ratio is for
// reading.
//
//   ipcmark_against_bare [rounds] [pattern]
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "harness/os/host.hpp"
#include "suites/benchmark/bare_loops.hpp"
#include "suites/benchmark/units.hpp"
#include "suites/cli/program.hpp"
#include "suites/workloads/launch.hpp"

namespace ipcmark {
namespace {

// One line of the table: a figure of ours over the same figure of a bare loop. `at_most` false: more is
// better.
struct Comparison {
  std::string name, figure;
  bool at_most;
  double wanted;
  std::function<double()> bare;
  std::function<double()> ours;
};

struct Bench {
  Session session;
  LaunchSettings settings;
  BarePlace same, two;

  Launch launch(const char* mechanism, const char* workload, std::size_t size, Wait wait,
                Placement placement) {
    const TrialKey key{.mechanism = mechanism,
                       .family = {},
                       .workload = workload,
                       .size = size,
                       .wait = wait,
                       .placement = placement};
    return run_launch(key, settings, session);
  }
  double p50(const char* mechanism) {
    return launch(mechanism, "ping_pong", 64, Wait::block, Placement::same_core).latency->p50;
  }
  double rate(std::size_t size) {
    return launch("shm_spsc", "stream", size, Wait::spin, Placement::two_cores).messages_per_s;
  }
  double ring(std::size_t size, std::uint64_t messages, BareRing kind) const {
    return bare_ring(two, size, depth_for(size), messages, kind);
  }
};

constexpr std::uint64_t kernel_trips = 30000, memory_trips = 300000;

std::vector<Comparison> kernel_comparisons(Bench& bench) {
  return {{"anonymous_pipe ping_pong 64 B same core", "p50", true, 1.03,
           [&] { return bare_pipe(bench.same, 64, kernel_trips).p50; },
           [&] { return bench.p50("anonymous_pipe"); }},
          {"unix_stream ping_pong 64 B same core", "p50", true, 1.03,
           [&] { return bare_unix_stream(bench.same, 64, kernel_trips).p50; },
           [&] { return bench.p50("unix_stream"); }},
          {"posix_mq ping_pong 64 B same core", "p50", true, 1.03,
           [&] {
             const std::string name = os::object_name(bench.session.id(), bench.session.next_link());
             return bare_posix_mq(bench.same, 64, kernel_trips, name).p50;
           },
           [&] { return bench.p50("posix_mq"); }}};
}

std::vector<Comparison> memory_comparisons(Bench& bench) {
  const auto spin_latency = [&] {
    return *bench.launch("shm_spsc", "ping_pong", 64, Wait::spin, Placement::two_cores).latency;
  };
  const auto bare = [&] { return bare_cache_lines(bench.two, memory_trips); };
  return {{"shm_spsc ping_pong 64 B spin / two cache lines", "bulk mean", true, 1.15,
           [=] { return bare().bulk_mean; }, [=] { return spin_latency().mean; }},
          {"shm_spsc ping_pong 64 B spin / two cache lines", "p50", true, 1.35, [=] { return bare().p50; },
           [=] { return spin_latency().p50; }},
          {"shm_spsc ping_pong 64 B spin / bare ring with marks", "bulk mean", true, 1.15,
           [&] { return bare_ring_trips(bench.two, 64, depth_for(64), memory_trips).bulk_mean; },
           [=] { return spin_latency().mean; }},
          {"shm_spsc stream 64 B spin / ring with two indices", "rate", false, 0.95,
           [&] { return bench.ring(64, 2'000'000, BareRing::indexed); }, [&] { return bench.rate(64); }},
          {"shm_spsc stream 64 B spin / ring with marks", "rate", false, 0.95,
           [&] { return bench.ring(64, 3'200'000, BareRing::marked); }, [&] { return bench.rate(64); }},
          {"shm_spsc stream 64 KiB spin / ring with two indices", "rate", false, 0.95,
           [&] { return bench.ring(65536, 20'000, BareRing::indexed); }, [&] { return bench.rate(65536); }},
          {"shm_spsc stream 64 KiB spin / ring with marks", "rate", false, 0.95,
           [&] { return bench.ring(65536, 20'000, BareRing::marked); }, [&] { return bench.rate(65536); }}};
}

// Ours and bare take turns at being first.
void measure_and_print(const Comparison& comparison, int rounds) {
  std::vector<double> ours, bare, ratios;
  for (int round = 0; round < rounds; ++round) {
    if (round % 2 == 0) bare.push_back(comparison.bare());
    ours.push_back(comparison.ours());
    if (round % 2 == 1) bare.push_back(comparison.bare());
    ratios.push_back(ours.back() / bare.back());
  }
  const Interval ratio = median_interval(ratios);
  const auto show = [&](double value) { return comparison.at_most ? show_ns(value) : show_rate(value); };
  const bool reached =
      comparison.at_most ? ratio.median <= comparison.wanted : ratio.median >= comparison.wanted;
  fmt::print("{:<52} {:<9} {:>9} {:>9} {:>6.3f} [{:.3f}, {:.3f}]  {} {:.2f} {}\n", comparison.name,
             comparison.figure, show(median_interval(bare).median), show(median_interval(ours).median),
             ratio.median, ratio.low, ratio.high, comparison.at_most ? "<=" : ">=", comparison.wanted,
             reached ? "yes" : "NO");
  std::fflush(stdout);
}

int against_bare(int rounds, const std::string& pattern) {
  Bench bench;
  bench.settings.clock = measure_clock(os::choose_clock("auto"));
  bench.settings.probe_noise = false;
  const os::Topology& host = os::topology();
  std::string reason;
  const auto pair = place(Placement::two_cores, 2, host, reason);
  bench.same = {host.usable.front().id, host.usable.front().id};
  std::vector<Comparison> all = kernel_comparisons(bench);
  if (pair) {
    bench.two = {(*pair)[0], (*pair)[1]};
    for (Comparison& one : memory_comparisons(bench)) all.push_back(std::move(one));
  } else {
    fmt::print("without two cores the comparisons in memory are left out: {}\n", reason);
  }
  fmt::print("{:<52} {:<9} {:>9} {:>9} {:>6} (median of {} pairs, 95 % interval)\n", "", "", "bare",
             "ipcmark", "ratio", rounds);
  for (const Comparison& one : all) {
    if (matches(pattern, one.name)) measure_and_print(one, rounds);
  }
  return 0;
}

}  // namespace
}  // namespace ipcmark

int main(int argc, char** argv) {
  if (argc > 1 && argv[1][0] == '-') return ipcmark::program(argc, argv);  // a child of its own launches
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
  return ipcmark::against_bare(rounds, argc > 2 ? argv[2] : "*");
}
