// Google Benchmark's front end: every trial of a suite as a case, so that its JSON, its compare.py and
// whatever else people have built around it work. One iteration is one launch of fresh processes, and its
// time is that of one message, taken by the harness. Beside them, what the harness itself costs.
//
//   ipcmark_benchmark [--suite=NAME] [Google Benchmark's own options]
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstring>

#include "harness/os/host.hpp"
#include "suites/benchmark/suite.hpp"
#include "suites/cli/program.hpp"
#include "suites/workloads/launch.hpp"

namespace ipcmark {
namespace {

struct Bench {
  Session session;
  LaunchSettings settings;
};

void run_trial(benchmark::State& state, Bench& bench, const TrialKey& key) {
  for ([[maybe_unused]] auto iteration : state) {
    try {
      const Launch launch = run_launch(key, bench.settings, bench.session);
      const auto messages = static_cast<double>(launch.messages);
      const auto cpu = [](const ProcessUse& use) {
        return static_cast<double>(use.usage.user_ns + use.usage.system_ns);
      };
      state.SetIterationTime(launch.seconds / messages);
      if (launch.latency) {
        state.counters["p50_ns"] = launch.latency->p50;
        state.counters["p99_ns"] = launch.latency->p99;
      }
      state.counters["messages_per_s"] = launch.messages_per_s;
      state.counters["cpu_ns_per_message"] = (cpu(launch.producer) + cpu(launch.consumer)) / messages;
    } catch (const std::exception& failed) {
      state.SkipWithError(failed.what());
      break;
    }
  }
}

void clock_read(benchmark::State& state) {
  for ([[maybe_unused]] auto iteration : state) benchmark::DoNotOptimize(os::ticks());
}

void histogram_record(benchmark::State& state) {
  const auto histogram = std::make_unique<Histogram>();
  std::uint64_t value = 1;
  for ([[maybe_unused]] auto iteration : state) {
    histogram->record(value);
    value = value * 6364136223846793005U + 1442695040888963407U;
    value >>= 40;
  }
  benchmark::DoNotOptimize(histogram->count());
}

// The mechanism that transfers nothing.
std::string idle_mechanism() {
  for (const Mechanism* mechanism : mechanisms()) {
    if (mechanism->traits.framing == Framing::none) return std::string(mechanism->traits.name);
  }
  throw std::runtime_error("this program has no mechanism that transfers nothing");
}

Job idle_job(const Bench& bench) {
  Job job;
  job.role = "producer";
  job.loop = "produce";
  job.mechanism = idle_mechanism();
  job.size = smallest_message;
  job.clock = bench.settings.clock.clock;
  job.out = Ticket{.address = {}, .handles = {}, .max_message = smallest_message, .depth = 1, .run_tag = 1};
  return job;
}

// An order to one child and its answer, with no message in between.
void control_round_trip(benchmark::State& state, Bench& bench) {
  Cast cast({idle_job(bench)});
  for ([[maybe_unused]] auto iteration : state)
    benchmark::DoNotOptimize(cast.round({}, std::chrono::seconds(1)));
  cast.finish();
}

// Two processes from nothing to ready, and to their end.
void cast_launch(benchmark::State& state, Bench& bench) {
  for ([[maybe_unused]] auto iteration : state) Cast({idle_job(bench), idle_job(bench)}).finish();
}

void add_all(Bench& bench, const std::string& suite_name) {
  benchmark::RegisterBenchmark("harness/clock_read", clock_read);
  benchmark::RegisterBenchmark("harness/histogram_record", histogram_record);
  benchmark::RegisterBenchmark("harness/control_round_trip",
                               [&](auto& state) { control_round_trip(state, bench); });
  benchmark::RegisterBenchmark("harness/cast_launch", [&](auto& state) { cast_launch(state, bench); });
  const Suite suite = load_suite(suite_name);
  bench.settings.duration_s = suite.effort.duration_s;
  bench.settings.warm_up_s = suite.effort.warm_up_s;
  for (const TrialKey& key : make_plan(suite, bench.session).trials) {
    benchmark::RegisterBenchmark(label(key).c_str(),
                                 [&bench, key](auto& state) { run_trial(state, bench, key); })
        ->UseManualTime()
        ->Iterations(1);
  }
}

// Names without the words that Google Benchmark adds for what every case here has: one iteration, manual
// time.
template <class Reporter>
class PlainNames final : public Reporter {
 public:
  void ReportRuns(const std::vector<benchmark::BenchmarkReporter::Run>& runs) override {
    auto plain = runs;
    for (auto& run : plain) {
      run.run_name.iterations.clear();
      run.run_name.time_type.clear();
    }
    Reporter::ReportRuns(plain);
  }
};

struct Wanted {
  std::string suite = "quick";
  bool json = false;  // on the screen
  bool file = false;  // --benchmark_out is given; its format is JSON
};

// Takes this program's own options out of the arguments.
Wanted read_options(int& argc, char** argv) {
  Wanted wanted;
  constexpr std::string_view option = "--suite=";
  int kept = 1;
  for (int k = 1; k < argc; ++k) {
    const std::string_view word = argv[k];
    wanted.json = wanted.json || word == "--benchmark_format=json";
    wanted.file = wanted.file || word.starts_with("--benchmark_out=");
    if (word.starts_with(option)) {
      wanted.suite = word.substr(option.size());
    } else {
      argv[kept++] = argv[k];
    }
  }
  argc = kept;
  return wanted;
}

int run(int argc, char** argv) {
  const Wanted wanted = read_options(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return exit_code::usage;
  const auto [lock, holder] = os::HostLock::acquire();
  if (!lock) {
    fmt::print(stderr, "ipcmark_benchmark: another run is measuring on this host: process {} ({})\n", holder,
               os::command_of(holder));
    return exit_code::usage;
  }
  Bench bench;
  bench.settings.clock = measure_clock(os::choose_clock("auto"));
  add_all(bench, wanted.suite);
  PlainNames<benchmark::ConsoleReporter> console;
  PlainNames<benchmark::JSONReporter> json, file;
  benchmark::BenchmarkReporter* screen = &console;
  if (wanted.json) screen = &json;
  benchmark::RunSpecifiedBenchmarks(screen, wanted.file ? &file : nullptr);
  return exit_code::fine;
}

}  // namespace
}  // namespace ipcmark

int main(int argc, char** argv) {
  const bool child =
      argc > 1 && (std::strcmp(argv[1], "--child") == 0 || std::strcmp(argv[1], "--janitor") == 0);
  if (child) return ipcmark::program(argc, argv);
  try {
    return ipcmark::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "ipcmark_benchmark: {}\n", error.what());
    return ipcmark::exit_code::usage;
  }
}
