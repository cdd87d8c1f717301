#include "harness/results/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace ipcmark {

std::string label(const TrialKey& key) {
  return fmt::format("{}/{}/{}/{}/{}", variant(key), key.workload, key.size, name_of(key.wait),
                     name_of(key.placement));
}

std::string variant(const TrialKey& key) {
  const std::string tuning = text_of(key.tuning);
  return tuning.empty() ? key.mechanism : fmt::format("{}[{}]", key.mechanism, tuning);
}

Latency latency_of(const Histogram& histogram, double ns_per_tick) {
  const auto quantile = [&](double share) { return histogram.quantile(share) * ns_per_tick; };
  Latency latency{.mean = histogram.mean() * ns_per_tick,
                  .p50 = quantile(0.5),
                  .p90 = quantile(0.9),
                  .p99 = quantile(0.99),
                  .p999 = quantile(0.999),
                  .max = static_cast<double>(histogram.max()) * ns_per_tick,
                  .count = histogram.count(),
                  .overflow = histogram.overflow(),
                  .bins = {}};
  for (std::size_t bin = 0; bin < Histogram::bin_count; ++bin) {
    if (histogram.in_bin(bin) == 0) continue;
    const auto upper = static_cast<double>(Histogram::lower_edge(bin + 1) - 1);
    latency.bins.push_back({.upper_edge = upper * ns_per_tick, .count = histogram.in_bin(bin)});
  }
  return latency;
}

namespace {

double cpu_ns(const ProcessUse& use) { return static_cast<double>(use.usage.user_ns + use.usage.system_ns); }

using Reading = std::function<std::optional<double>(const Launch&)>;

Reading of_latency(double Latency::*field) {
  return [field](const Launch& launch) -> std::optional<double> {
    if (!launch.latency || launch.latency->count == 0) return std::nullopt;
    return (*launch.latency).*field;
  };
}

Reading of_fairness(double Fairness::*field) {
  return [field](const Launch& launch) -> std::optional<double> {
    if (!launch.fairness) return std::nullopt;
    return (*launch.fairness).*field;
  };
}

std::vector<std::pair<const char*, Reading>> readings() {
  return {{"p50", of_latency(&Latency::p50)},
          {"p90", of_latency(&Latency::p90)},
          {"p99", of_latency(&Latency::p99)},
          {"p999", of_latency(&Latency::p999)},
          {"max", of_latency(&Latency::max)},
          {"mean", of_latency(&Latency::mean)},
          {"messages_per_s", [](const Launch& launch) { return launch.messages_per_s; }},
          {"bytes_per_s", [](const Launch& launch) { return launch.bytes_per_s; }},
          {"cpu_ns_per_message",
           [](const Launch& launch) {
             return (cpu_ns(launch.producer) + cpu_ns(launch.consumer)) /
                    static_cast<double>(launch.messages);
           }},
          {"peak_rss_bytes",
           [](const Launch& launch) {
             return static_cast<double>(
                 std::max(launch.producer.usage.peak_rss_bytes, launch.consumer.usage.peak_rss_bytes));
           }},
          {"producer_fairness", of_fairness(&Fairness::producers)},
          {"consumer_fairness", of_fairness(&Fairness::consumers)},
          {"overtaken_messages", [](const Launch& launch) { return launch.overtaken; }}};
}

}  // namespace

std::vector<Statistic> summarise(const Trial& trial) {
  std::vector<Statistic> statistics;
  for (const auto& [name, reading] : readings()) {
    std::vector<double> values;
    for (const Launch& launch : trial.launches) {
      if (const auto value = reading(launch)) values.push_back(*value);
    }
    if (!values.empty()) statistics.push_back({.name = name, .interval = median_interval(values)});
  }
  return statistics;
}

std::optional<double> value_of(const Launch& launch, std::string_view statistic) {
  for (const auto& [name, reading] : readings()) {
    if (name == statistic) return reading(launch);
  }
  return std::nullopt;
}

std::vector<std::string> notes_on(const Trial& trial, const ClockFacts& clock) {
  std::vector<std::string> notes;
  std::vector<double> medians, rates;
  std::size_t contaminated = 0, overflow = 0;
  for (const Launch& launch : trial.launches) {
    if (launch.latency && launch.latency->count > 0) medians.push_back(launch.latency->p50);
    if (launch.latency) overflow += launch.latency->overflow;
    rates.push_back(launch.messages_per_s);
    contaminated += launch.noise.contaminated ? 1 : 0;
  }
  if (const Modes modes = find_modes(medians.empty() ? rates : medians); modes.two) {
    notes.push_back(
        medians.empty()
            ? fmt::format("two modes: launches near {:.0f} and near {:.0f} messages/s", modes.lower,
                          modes.upper)
            : fmt::format("two modes: launches near {:.0f} ns and near {:.0f} ns", modes.lower, modes.upper));
  }
  if (contaminated > 0)
    notes.push_back(fmt::format("contaminated launches: {} of {}", contaminated, trial.launches.size()));
  if (overflow > 0) notes.push_back(fmt::format("{} values beyond the histogram's range", overflow));
  if (!medians.empty()) {
    const double median = median_interval(medians).median;
    if (!clock.fine_enough_for(median)) {
      notes.push_back(
          fmt::format("clock too coarse: it steps by {:.0f} ns, which is more than 5 % of what it measures",
                      clock.resolution_ns));
    }
  }
  return notes;
}

}  // namespace ipcmark
