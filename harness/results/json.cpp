#include "harness/results/json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include "harness/results/traits.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;

Json to_json(const Tally& tally) {
  return {{"lost", tally.lost},
          {"repeated", tally.repeated},
          {"reordered", tally.reordered},
          {"torn", tally.torn},
          {"foreign", tally.foreign}};
}
Tally tally_from(const Json& json) {
  return {.lost = json.at("lost"),
          .repeated = json.at("repeated"),
          .reordered = json.at("reordered"),
          .torn = json.at("torn"),
          .foreign = json.at("foreign")};
}

Json to_json(const Latency& latency) {
  Json bins = Json::array();
  // More digits than a thousandth of a nanosecond only make the file larger.
  for (const Latency::Bin& bin : latency.bins) {
    bins.push_back({std::round(bin.upper_edge * 1000) / 1000, bin.count});
  }
  return {{"mean", latency.mean},
          {"p50", latency.p50},
          {"p90", latency.p90},
          {"p99", latency.p99},
          {"p999", latency.p999},
          {"max", latency.max},
          {"count", latency.count},
          {"histogram", {{"unit", "ns"}, {"overflow", latency.overflow}, {"bins", std::move(bins)}}}};
}
Latency latency_from(const Json& json) {
  Latency latency{.mean = json.at("mean"),
                  .p50 = json.at("p50"),
                  .p90 = json.at("p90"),
                  .p99 = json.at("p99"),
                  .p999 = json.at("p999"),
                  .max = json.at("max"),
                  .count = json.at("count"),
                  .overflow = json.at("histogram").at("overflow"),
                  .bins = {}};
  for (const Json& bin : json.at("histogram").at("bins")) {
    latency.bins.push_back({.upper_edge = bin.at(0), .count = bin.at(1)});
  }
  return latency;
}

Json count_or_unknown(const os::Usage::MaybeCount& count) { return count ? Json(*count) : Json("unknown"); }
os::Usage::MaybeCount count_from(const Json& json) {
  if (!json.is_number()) return std::nullopt;
  return json.get<std::uint64_t>();
}

Json to_json(const ProcessUse& use) {
  Json json{{"user_ns", use.usage.user_ns},
            {"system_ns", use.usage.system_ns},
            {"voluntary_switches", count_or_unknown(use.usage.voluntary_switches)},
            {"involuntary_switches", count_or_unknown(use.usage.involuntary_switches)},
            {"minor_faults", use.usage.minor_faults},
            {"major_faults", count_or_unknown(use.usage.major_faults)},
            {"peak_rss_bytes", use.usage.peak_rss_bytes}};
  json["open_handles"] = count_or_unknown(use.open_handles);
  json["proportional_bytes"] = use.proportional_bytes ? Json(*use.proportional_bytes) : Json("unknown");
  if (use.counters) {
    json["counters"] = {{"cycles", use.counters->cycles},
                        {"instructions", use.counters->instructions},
                        {"cache_misses", use.counters->cache_misses},
                        {"kernel_included", use.counters_include_kernel}};
  } else {
    json["counters"] = "not available here: " + use.counters_unavailable;
  }
  return json;
}
ProcessUse use_from(const Json& json) {
  ProcessUse use;
  use.usage = {.user_ns = json.at("user_ns"),
               .system_ns = json.at("system_ns"),
               .voluntary_switches = count_from(json.at("voluntary_switches")),
               .involuntary_switches = count_from(json.at("involuntary_switches")),
               .minor_faults = json.at("minor_faults"),
               .major_faults = count_from(json.at("major_faults")),
               .peak_rss_bytes = json.at("peak_rss_bytes")};
  if (json.at("proportional_bytes").is_number())
    use.proportional_bytes = json.at("proportional_bytes").get<std::uint64_t>();
  use.open_handles = count_from(json.value("open_handles", Json("unknown")));
  const Json& counters = json.at("counters");
  if (counters.is_object()) {
    use.counters = {.cycles = counters.at("cycles"),
                    .instructions = counters.at("instructions"),
                    .cache_misses = counters.at("cache_misses")};
    use.counters_include_kernel = counters.at("kernel_included");
  } else {
    use.counters_unavailable = counters.get<std::string>().substr(std::string("not available here: ").size());
  }
  return use;
}

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json("unknown"); }
std::optional<double> number_or_unknown(const Json& json) {
  return json.is_number() ? std::optional<double>(json.get<double>()) : std::nullopt;
}

Json to_json(const Noise& noise) {
  return {{"wake_up_ns", noise.wake_up_ns},
          {"stolen_ns", optional_number(noise.stolen_ns)},
          {"cpu_pressure_ns", optional_number(noise.cpu_pressure_ns)},
          {"involuntary_switches", count_or_unknown(noise.involuntary_switches)},
          {"contaminated", noise.contaminated},
          {"reasons", noise.reasons}};
}
Noise noise_from(const Json& json) {
  return {.wake_up_ns = json.at("wake_up_ns"),
          .stolen_ns = number_or_unknown(json.at("stolen_ns")),
          .cpu_pressure_ns = number_or_unknown(json.at("cpu_pressure_ns")),
          .involuntary_switches = count_from(json.at("involuntary_switches")),
          .contaminated = json.at("contaminated"),
          .reasons = json.at("reasons")};
}

std::size_t option_from(const Axis& axis, const Json& given) {
  if (axis.names.empty()) return given;
  const auto value = value_named(axis, given.get<std::string>());
  if (!value) throw UsageError("a trial with an unknown " + std::string(axis.name));
  return *value;
}

}  // namespace

Json to_json(const TrialKey& key) {
  Json json{{"mechanism", key.mechanism}, {"family", key.family},      {"workload", key.workload},
            {"size", key.size},           {"wait", name_of(key.wait)}, {"placement", name_of(key.placement)}};
  for (const Axis& axis : axes) {
    const std::size_t value = key.tuning.*axis.value;
    if (value == 0) continue;
    json["options"][std::string(axis.name)] = axis.names.empty() ? Json(value) : Json(text_of(axis, value));
  }
  return json;
}

TrialKey key_from_json(const Json& json) {
  const auto wait = wait_named(json.at("wait").get<std::string>());
  const auto placement = placement_named(json.at("placement").get<std::string>());
  if (!wait || !placement) throw UsageError("a trial with an unknown wait or placement");
  TrialKey key{.mechanism = json.at("mechanism"),
               .family = json.at("family"),
               .workload = json.at("workload"),
               .size = json.at("size"),
               .wait = *wait,
               .placement = *placement,
               .tuning = {}};
  const Json options = json.value("options", Json::object());
  for (const Axis& axis : axes) {
    const auto given = options.find(std::string(axis.name));
    if (given != options.end()) key.tuning.*axis.value = option_from(axis, *given);
  }
  return key;
}

Json to_json(const Launch& launch) {
  Json json{{"messages", launch.messages},
            {"bytes", launch.bytes},
            {"seconds", launch.seconds},
            {"latency_ns", launch.latency ? to_json(*launch.latency) : Json(nullptr)},
            {"messages_per_s", launch.messages_per_s},
            {"bytes_per_s", launch.bytes_per_s},
            {"verified", to_json(launch.verified)},
            {"resources", {{"producer", to_json(launch.producer)}, {"consumer", to_json(launch.consumer)}}},
            {"set_up_ns", launch.set_up_ns},
            {"noise", to_json(launch.noise)},
            {"started", launch.started}};
  if (launch.fairness)
    json["fairness"] = {{"producers", launch.fairness->producers}, {"consumers", launch.fairness->consumers}};
  if (launch.overtaken) json["overtaken_messages"] = *launch.overtaken;
  return json;
}

Json to_json(const Trial& trial) {
  Json json = to_json(trial.key);
  json["launches"] = Json::array();
  for (const Launch& launch : trial.launches) json["launches"].push_back(to_json(launch));
  json["stopped_by"] = trial.stopped_by;
  json["notes"] = trial.notes;
  json["summary"] = nullptr;
  if (trial.failure) {
    json["failure"] = {{"kind", trial.failure->kind},
                       {"detail", trial.failure->detail},
                       {"verified", to_json(trial.failure->verified)}};
    return json;
  }
  if (trial.launches.empty()) return json;
  Json summary = Json::object();
  for (const Statistic& statistic : summarise(trial)) {
    summary[statistic.name] = {{"median", statistic.interval.median},
                               {"low", statistic.interval.low},
                               {"high", statistic.interval.high}};
    json["confidence"] = statistic.interval.coverage;
  }
  json["summary"] = std::move(summary);
  return json;
}

Launch launch_from_json(const Json& json) {
  Launch launch;
  launch.messages = json.at("messages");
  launch.bytes = json.at("bytes");
  launch.seconds = json.at("seconds");
  if (!json.at("latency_ns").is_null()) launch.latency = latency_from(json.at("latency_ns"));
  launch.messages_per_s = json.at("messages_per_s");
  launch.bytes_per_s = json.at("bytes_per_s");
  launch.verified = tally_from(json.at("verified"));
  if (json.contains("fairness")) {
    const Json& fairness = json.at("fairness");
    launch.fairness = Fairness{.producers = fairness.at("producers"), .consumers = fairness.at("consumers")};
  }
  if (json.contains("overtaken_messages")) launch.overtaken = json.at("overtaken_messages").get<double>();
  launch.producer = use_from(json.at("resources").at("producer"));
  launch.consumer = use_from(json.at("resources").at("consumer"));
  launch.set_up_ns = json.at("set_up_ns");
  launch.noise = noise_from(json.at("noise"));
  launch.started = json.at("started");
  return launch;
}

Trial trial_from_json(const Json& json) {
  Trial trial;
  trial.key = key_from_json(json);
  for (const Json& launch : json.at("launches")) trial.launches.push_back(launch_from_json(launch));
  trial.stopped_by = json.at("stopped_by");
  trial.notes = json.at("notes");
  if (json.contains("failure")) {
    const Json& failure = json.at("failure");
    trial.failure = Failure{.kind = failure.at("kind"),
                            .detail = failure.at("detail"),
                            .verified = tally_from(failure.at("verified"))};
  }
  return trial;
}

Json to_json(const Skipped& skipped) {
  Json json = to_json(skipped.key);
  json["reason"] = skipped.reason;
  return json;
}

Json to_json(const RunFacts& run) {
  return {{"id", run.id},
          {"command", run.command},
          {"suite", run.suite},
          {"started", run.started},
          {"finished", run.finished.empty() ? Json(nullptr) : Json(run.finished)},
          {"partial", run.partial},
          {"interrupted_by", run.interrupted_by.empty() ? Json(nullptr) : Json(run.interrupted_by)},
          {"revision", run.revision},
          {"seed", run.seed},
          {"touch_clipboard", run.touch_clipboard},
          {"effort",
           {{"duration_s", run.duration_s},
            {"warm_up_s", run.warm_up_s},
            {"min_launches", run.min_launches},
            {"max_launches", run.max_launches},
            {"target", run.target},
            {"budget_s", run.budget_s}}}};
}

RunFacts run_from_json(const Json& json) {
  RunFacts run;
  run.id = json.at("id");
  run.command = json.at("command");
  run.suite = json.at("suite");
  run.started = json.at("started");
  run.partial = json.at("partial");
  run.revision = json.at("revision");
  run.seed = json.at("seed");
  run.touch_clipboard = json.at("touch_clipboard");
  const Json& effort = json.at("effort");
  run.duration_s = effort.at("duration_s");
  run.warm_up_s = effort.at("warm_up_s");
  run.min_launches = effort.at("min_launches");
  run.max_launches = effort.at("max_launches");
  run.target = effort.at("target");
  run.budget_s = effort.at("budget_s");
  return run;
}

Json to_json(const Floors& floors) {
  Json copy = Json::array();
  for (const CopySpeed& speed : floors.copy)
    copy.push_back({{"size", speed.size}, {"bytes_per_s", speed.bytes_per_s}});
  Json wake_ups = Json::object();
  for (const WakeUp& one : floors.wake_ups) wake_ups[std::string(name_of(one.placement))] = one.round_trip_ns;
  return {{"clock",
           {{"source", os::clock_name(floors.clock.clock.source)},
            {"ns_per_tick", floors.clock.clock.ns_per_tick},
            {"cost_ns", floors.clock.cost_ns},
            {"resolution_ns", floors.clock.resolution_ns}}},
          {"system_call_ns", floors.system_call_ns},
          {"cache_line_round_trip_ns",
           floors.cache_line_round_trip_ns ? Json(*floors.cache_line_round_trip_ns) : Json(nullptr)},
          {"wake_up_round_trip_ns", std::move(wake_ups)},
          {"memcpy", std::move(copy)}};
}

Json to_json(const Result& result, const Json& environment) {
  Json trials = Json::array(), skipped = Json::array();
  for (const Trial& trial : result.trials) trials.push_back(to_json(trial));
  for (const Skipped& one : result.skipped) skipped.push_back(to_json(one));
  return {{"schema", schema_version},
          {"run", to_json(result.run)},
          {"environment", environment},
          {"floors", to_json(result.floors)},
          {"trials", std::move(trials)},
          {"skipped", std::move(skipped)},
          {"mechanisms", descriptions_of(result)}};
}

Json read_result_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw UsageError(path + ": cannot be read; give a result directory of `ipcmark run`");
  const Json json = Json::parse(file, nullptr, false);
  if (json.is_discarded()) {
    throw UsageError(
        path +
        ": damaged or cut off, it is not whole JSON; if the run was killed, `ipcmark run --resume` "
        "restores it from the journal beside it");
  }
  if (!json.is_object() || !json.contains("schema") || !json["schema"].is_number_integer() ||
      !json.contains("trials")) {
    throw UsageError(path + ": not a result of ipcmark");
  }
  if (json["schema"].get<int>() > schema_version) {
    throw UsageError(
        fmt::format("{}: written by a newer ipcmark (schema {}, this one knows {}); use that version", path,
                    json["schema"].get<int>(), schema_version));
  }
  return json;
}

}  // namespace ipcmark
