// What the harness costs, side by side with bare loops in one run: launches of both alternate, and what is
// printed is the median of the paired ratios with its exact interval. Nothing is asserted: a ratio is for
// reading.
//
//   ipcmark_against_bare [rounds] [pattern]
#include "suites/benchmark/against_bare.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "suites/benchmark/units.hpp"
#include "suites/cli/program.hpp"

namespace ipcmark {
namespace {

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
  fmt::print("{:<52} {:<9} {:>9} {:>9} {:>6.3f} [{:.3f}, {:.3f}]", comparison.name, comparison.figure,
             show(median_interval(bare).median), show(median_interval(ours).median), ratio.median, ratio.low,
             ratio.high);
  if (comparison.wanted != 0) {
    fmt::print("  {} {:.2f} {}", comparison.at_most ? "<=" : ">=", comparison.wanted, reached ? "yes" : "NO");
  }
  fmt::print("\n");
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
  if (const auto code = ipcmark::bare_child(argc, argv)) return *code;
  if (argc > 1 && argv[1][0] == '-') return ipcmark::program(argc, argv);  // a child of its own launches
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
  return ipcmark::against_bare(rounds, argc > 2 ? argv[2] : "*");
}
