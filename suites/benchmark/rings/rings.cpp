// Our rings, and what one would pick instead, in one run: the same messages through the same loops between
// the same two processes, with the same checks. In each round every contestant of a row has one launch, in an
// order drawn anew; what is printed is the median of the ratios within a round, with its exact interval.
// Nothing is asserted: a ratio is for reading.
//
//   ipcmark_rings [rounds] [pattern]
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iterator>
#include <numeric>
#include <random>
#include <string>

#include "suites/benchmark/bare_loops.hpp"
#include "suites/benchmark/units.hpp"
#include "suites/cli/program.hpp"
#include "suites/workloads/launch.hpp"

namespace ipcmark {
namespace {

struct Contestant {
  std::string name;
  std::function<double()> figure;
};

// A line of the table for each of the others; the first contestant is ours. `wanted` is for our figure over
// each of the others'.
struct Row {
  std::string title;
  bool at_most;  // less is better
  double wanted;
  std::string (*show)(double);
  std::vector<Contestant> contestants;
};

using Figure = double (*)(const Launch&);
double rate_of(const Launch& launch) { return launch.messages_per_s; }
double p50_of(const Launch& launch) { return launch.latency->p50; }
double cpu_of(const Launch& launch) {
  const os::Usage& usage = launch.consumer.usage;
  return static_cast<double>(usage.user_ns + usage.system_ns) / static_cast<double>(launch.messages);
}

class Bench {
 public:
  Bench() {
    settings_.clock = measure_clock(os::choose_clock("auto"));
    settings_.probe_noise = false;
  }

  Contestant of(const std::string& mechanism, const char* workload, std::size_t size, Figure figure,
                Wait wait = Wait::spin, const Tuning& tuning = {}) {
    const TrialKey key{.mechanism = mechanism,
                       .family = {},
                       .workload = workload,
                       .size = size,
                       .wait = wait,
                       .placement = Placement::two_cores,
                       .tuning = tuning};
    std::string name = variant(key);
    if (wait != Wait::spin) name += fmt::format(" {}", name_of(wait));
    return {.name = name,
            .figure = [this, key, figure] { return figure(run_launch(key, settings_, session_)); }};
  }

  // Of the first name, which is ours, and of the others that this program was built with.
  Row row(const char* workload, std::size_t size, Figure figure, double wanted,
          const std::vector<std::string>& names, const Tuning& ours = {}, const Tuning& others = {}) {
    const bool latency = figure == p50_of;
    Row made{fmt::format("{} {}{}", workload, show_size(size), latency ? ", p50" : ""),
             latency,
             wanted,
             latency ? show_ns : show_rate,
             {}};
    for (const std::string& name : names) {
      if (mechanism_named(name) == nullptr) continue;
      const Tuning& tuning = name == names.front() ? ours : others;
      made.contestants.push_back(of(name, workload, size, figure, Wait::spin, tuning));
    }
    return made;
  }
  // The same mechanism with two waits.
  Row waits(const char* mechanism, const char* workload, Figure figure, double wanted, Wait other) {
    return {
        fmt::format("{} 64 B, {}", workload, figure == p50_of ? "p50" : "the consumer's CPU time for each"),
        true,
        wanted,
        show_ns,
        {of(mechanism, workload, 64, figure, Wait::adaptive), of(mechanism, workload, 64, figure, other)}};
  }

 private:
  Session session_;
  LaunchSettings settings_;
};

const std::vector<std::string> single{"shm_spsc", "boost_spsc_queue", "boost_message_queue", "iceoryx",
                                      "cached_index_ring"};
constexpr std::size_t kib = 1024, mib = 1024 * kib;

// One way, from a buffer to another, as often as it fits into some milliseconds.
double memcpy_rate(std::size_t size) {
  constexpr int copies = 200;
  std::vector<std::byte> from(size, std::byte{1}), to(size, std::byte{2});
  const std::uint64_t start = os::read_monotonic();
  for (int k = 0; k < copies; ++k) {
    std::memcpy(to.data(), from.data(), size);
    asm volatile("" : : "r"(to.data()) : "memory");
  }
  return copies / (static_cast<double>(os::read_monotonic() - start) / 1e9);
}

std::vector<Row> rows(Bench& bench, BarePlace two) {
  const Tuning shallow{.depth = 64}, deep{.depth = 1024}, batch{.depth = 1024, .batch = 64};
  std::vector<Row> all{
      bench.row("stream", 64, rate_of, 1.0, single, deep, deep),
      bench.row("stream", 64, rate_of, 1.0, single, shallow, shallow),
      bench.row("ping_pong", 64, p50_of, 1.0, single, shallow, shallow),
      bench.row("stream", 4 * kib, rate_of, 0.95, single),
      bench.row("stream", 64 * kib, rate_of, 0.95, single),
      bench.row("stream", mib, rate_of, 0.5, {"shm_spsc"}),
      bench.row("stream", 64, rate_of, 2.5, single, batch, deep),
      bench.row("stream", 64, rate_of, 0.9, {"shm_spsc"}, batch),
      bench.row("ping_pong", 64, p50_of, 1.0, {"shm_spsc"}, batch),
      bench.row("crowd", 64, rate_of, 1.0, {"shm_mpmc", "vyukov_queue"}),
      bench.row("crowd", 64, rate_of, 3.0, {"shm_mpmc", "shm_mutex"}),
      bench.row("stream", 64, rate_of, 1 / 1.3, {"shm_broadcast", "shm_spsc"}),
      bench.row("ping_pong", 64, p50_of, 1.3, {"shm_broadcast", "shm_spsc"}),
  };
  const auto against = [&](std::size_t row, Contestant other) {
    all[row].contestants.push_back(std::move(other));
  };
  against(5, {"memcpy, one way", [] { return memcpy_rate(mib); }});
  against(7, {"bare ring in batches, nothing checked",
              [=] { return bare_ring(two, 64, 1024, 4'000'000, BareRing::batched); }});
  against(8, bench.of("shm_spsc", "ping_pong", 64, p50_of, Wait::spin, deep));
  for (const char* mechanism : {"shm_spsc", "shm_mpmc", "shm_broadcast", "shm_semaphore"}) {
    all.push_back(bench.waits(mechanism, "ping_pong", p50_of, 1.15, Wait::spin));
    all.push_back(bench.waits(mechanism, "idle", cpu_of, 1.1, Wait::block));
  }
  return all;
}

// Without those that this host lacks, which are named with the reason.
void leave_out_unsupported(std::vector<Contestant>& contestants) {
  std::erase_if(contestants, [](const Contestant& one) {
    try {
      one.figure();
      return false;
    } catch (const Unsupported& missing) {
      fmt::print("  {:<40} not here: {}\n", one.name, missing.what());
      return true;
    }
  });
}

// The figures of each contestant, one for each round.
std::vector<std::vector<double>> measure(const std::vector<Contestant>& contestants, int rounds,
                                         std::mt19937& random) {
  std::vector<std::vector<double>> figures(contestants.size());
  std::vector<std::size_t> order(contestants.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (int round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t k : order) figures[k].push_back(contestants[k].figure());
  }
  return figures;
}

void measure_and_print(Row row, int rounds, std::mt19937& random) {
  fmt::print("{}\n", row.title);
  leave_out_unsupported(row.contestants);
  const auto figures = measure(row.contestants, rounds, random);
  for (std::size_t k = 0; k < figures.size(); ++k) {
    fmt::print("  {:<40} {:>9}", row.contestants[k].name, row.show(median_interval(figures[k]).median));
    if (k > 0) {
      std::vector<double> ratios;
      std::transform(figures[0].begin(), figures[0].end(), figures[k].begin(), std::back_inserter(ratios),
                     std::divides<>());
      const Interval ratio = median_interval(ratios);
      const bool reached = row.at_most ? ratio.median <= row.wanted : ratio.median >= row.wanted;
      fmt::print("   ours is {:.3f} [{:.3f}, {:.3f}] of it   {} {:.2f} {}", ratio.median, ratio.low,
                 ratio.high, row.at_most ? "<=" : ">=", row.wanted, reached ? "yes" : "NO");
    }
    fmt::print("\n");
  }
  std::fflush(stdout);
}

int rings(int rounds, const std::string& pattern) {
  std::string reason;
  const auto pair = place(Placement::two_cores, 2, os::topology(), reason);
  if (!pair) {
    fmt::print(stderr, "ipcmark_rings: two processors are needed: {}\n", reason);
    return exit_code::failure;
  }
  Bench bench;
  std::mt19937 random(1);
  for (const char* wanted : {"boost_spsc_queue", "boost_message_queue", "iceoryx"}) {
    if (mechanism_named(wanted) == nullptr)
      fmt::print("without {}: its library was not there at the build\n", wanted);
  }
  fmt::print("medians of {} rounds; of the ratios with intervals of 95 %\n", rounds);
  int failed = 0;
  for (const Row& row : rows(bench, {(*pair)[0], (*pair)[1]})) {
    if (!matches(pattern, row.title)) continue;
    try {
      measure_and_print(row, rounds, random);
    } catch (const std::exception& wrong) {
      fmt::print("{}: {}\n", row.title, wrong.what());
      ++failed;
    }
  }
  return failed == 0 ? exit_code::fine : exit_code::failure;
}

}  // namespace
}  // namespace ipcmark

int main(int argc, char** argv) {
  if (argc > 1 && argv[1][0] == '-') return ipcmark::program(argc, argv);  // a child of its own launches
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
  return ipcmark::rings(rounds, argc > 2 ? argv[2] : "*");
}
