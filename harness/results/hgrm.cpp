#include "harness/results/hgrm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

namespace ipcmark {
namespace {

struct Merged {
  std::map<double, std::uint64_t> bins;  // by upper edge, ns
  std::uint64_t count = 0;
  double sum = 0, max = 0;
};

Merged merge(const Trial& trial) {
  Merged all;
  for (const Launch& launch : trial.launches) {
    if (!launch.latency) continue;
    for (const Latency::Bin& bin : launch.latency->bins) all.bins[bin.upper_edge] += bin.count;
    all.count += launch.latency->count;
    all.sum += launch.latency->mean * static_cast<double>(launch.latency->count);
    all.max = std::max(all.max, launch.latency->max);
  }
  return all;
}

double deviation(const Merged& all, double mean) {
  double squares = 0;
  for (const auto& [edge, count] : all.bins)
    squares += (edge - mean) * (edge - mean) * static_cast<double>(count);
  return std::sqrt(squares / static_cast<double>(all.count));
}

}  // namespace

std::string hgrm_of(const Trial& trial) {
  const Merged all = merge(trial);
  if (all.count == 0) return {};
  std::string text =
      fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
  // Five steps for every halving of what remains, as HdrHistogram's percentile iterator takes them.
  constexpr double steps_per_halving = 5;
  std::uint64_t seen = 0;
  double level = 0;
  for (const auto& [edge, count] : all.bins) {
    seen += count;
    const double share = static_cast<double>(seen) / static_cast<double>(all.count);
    if (share < level) continue;
    const double value = std::min(edge, all.max);
    if (seen == all.count) break;
    text += fmt::format("{:12.3f} {:2.12f} {:10} {:14.2f}\n", value, share, seen, 1 / (1 - share));
    while (level <= share) level += std::exp2(std::floor(std::log2(1 - level))) / steps_per_halving / 2;
  }
  // The largest value, which may be beyond the last bin.
  text += fmt::format("{:12.3f} {:2.12f} {:10}\n", all.max, 1.0, all.count);
  const double mean = all.sum / static_cast<double>(all.count);
  text += fmt::format("#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n", mean, deviation(all, mean));
  text += fmt::format("#[Max     = {:12.3f}, Total count    = {:12}]\n", all.max, all.count);
  text += fmt::format("#[Buckets = {:12}, SubBuckets     = {:12}]\n",
                      Histogram::value_bits - Histogram::linear_bits + 1, 1U << Histogram::octave_bits);
  return text;
}

void write_hgrm(const Result& result, const std::string& directory) {
  std::filesystem::create_directories(directory + "/hgrm");
  for (const Trial& trial : result.trials) {
    const std::string text = hgrm_of(trial);
    if (text.empty()) continue;
    std::string name = label(trial.key);
    std::replace(name.begin(), name.end(), '/', '.');
    std::ofstream(directory + "/hgrm/" + name + ".hgrm") << text;
  }
}

}  // namespace ipcmark
