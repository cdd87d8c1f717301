#include "harness/run/control.hpp"

#include <nlohmann/json.hpp>

namespace ipcmark {
namespace {

using Json = nlohmann::json;

Json to_json(const Ticket& ticket) {
  return {{"address", ticket.address}, {"handles", ticket.handles}, {"max_message", ticket.max_message},
          {"depth", ticket.depth},     {"buffer", ticket.buffer},   {"in_place", ticket.in_place},
          {"batch", ticket.batch},     {"memory", ticket.memory},   {"run_tag", ticket.run_tag}};
}
Ticket ticket_from(const Json& json) {
  return {.address = json.at("address"),
          .handles = json.at("handles"),
          .max_message = json.at("max_message"),
          .depth = json.at("depth"),
          .buffer = json.at("buffer"),
          .in_place = json.at("in_place"),
          .batch = json.at("batch"),
          .memory = json.at("memory"),
          .run_tag = json.at("run_tag")};
}

Json to_json(const Histogram& histogram) {
  Json bins = Json::array();
  for (std::size_t bin = 0; bin < Histogram::bin_count; ++bin) {
    if (histogram.in_bin(bin) != 0) bins.push_back({bin, histogram.in_bin(bin)});
  }
  return {{"bins", std::move(bins)},
          {"sum", histogram.sum()},
          {"max", histogram.max()},
          {"overflow", histogram.overflow()}};
}
void read_histogram(const Json& json, Histogram& histogram) {
  for (const Json& bin : json.at("bins")) histogram.add(bin.at(0), bin.at(1));
  histogram.set_extremes(json.at("sum"), json.at("max"), json.at("overflow"));
}

Json count_or_null(const os::Usage::MaybeCount& count) { return count ? Json(*count) : Json(nullptr); }
os::Usage::MaybeCount count_from(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<std::uint64_t>();
}

Json to_json(const os::Usage& usage) {
  return {usage.user_ns,
          usage.system_ns,
          count_or_null(usage.voluntary_switches),
          count_or_null(usage.involuntary_switches),
          usage.minor_faults,
          count_or_null(usage.major_faults),
          usage.peak_rss_bytes};
}
Json to_json(const std::vector<LaneCount>& lanes) {
  Json all = Json::array();
  for (const LaneCount& lane : lanes)
    all.push_back({lane.count, lane.sum, lane.mixed, lane.repeated, lane.reordered});
  return all;
}
std::vector<LaneCount> lanes_from(const Json& json) {
  std::vector<LaneCount> lanes;
  for (const Json& lane : json) {
    lanes.emplace_back();
    lanes.back().count = lane.at(0);
    lanes.back().sum = lane.at(1);
    lanes.back().mixed = lane.at(2);
    lanes.back().repeated = lane.at(3);
    lanes.back().reordered = lane.at(4);
  }
  return lanes;
}

os::Usage usage_from(const Json& json) {
  return {.user_ns = json.at(0),
          .system_ns = json.at(1),
          .voluntary_switches = count_from(json.at(2)),
          .involuntary_switches = count_from(json.at(3)),
          .minor_faults = json.at(4),
          .major_faults = count_from(json.at(5)),
          .peak_rss_bytes = json.at(6)};
}

}  // namespace

std::string encode(const Job& job) {
  Json json{{"do", "open"},
            {"role", job.role},
            {"loop", job.loop},
            {"mechanism", job.mechanism},
            {"wait", job.wait},
            {"size", job.size},
            {"run_tag", job.run_tag},
            {"producer", job.producer},
            {"lanes", job.lanes},
            {"rate", job.rate},
            {"clock", {{"source", job.clock.source}, {"ns_per_tick", job.clock.ns_per_tick}}},
            {"out_role", job.out_role},
            {"in_role", job.in_role},
            {"duplex", job.duplex}};
  if (job.processor) json["processor"] = *job.processor;
  if (job.sabotage) json["sabotage"] = {{"slower_ns", job.sabotage->slower_ns}, {"dies", job.sabotage->dies}};
  if (job.out) json["out"] = to_json(*job.out);
  if (job.in) json["in"] = to_json(*job.in);
  return json.dump();
}

Job decode_job(const std::string& line) {
  const Json json = Json::parse(line);
  Job job;
  job.role = json.at("role");
  job.loop = json.at("loop");
  job.mechanism = json.at("mechanism");
  job.wait = json.at("wait");
  job.size = json.at("size");
  job.run_tag = json.at("run_tag");
  job.producer = json.at("producer");
  job.lanes = json.at("lanes");
  job.rate = json.at("rate");
  job.clock = {.source = json.at("clock").at("source"), .ns_per_tick = json.at("clock").at("ns_per_tick")};
  job.out_role = json.at("out_role");
  job.in_role = json.at("in_role");
  job.duplex = json.at("duplex");
  if (json.contains("processor")) job.processor = json.at("processor").get<unsigned>();
  if (json.contains("sabotage")) {
    const Json& sabotage = json.at("sabotage");
    job.sabotage = Sabotage{.slower_ns = sabotage.at("slower_ns"), .dies = sabotage.at("dies")};
  }
  if (json.contains("out")) job.out = ticket_from(json.at("out"));
  if (json.contains("in")) job.in = ticket_from(json.at("in"));
  return job;
}

std::string encode(const RoundOrder& order) {
  return Json{{"do", "round"},
              {"first", order.plan.first},
              {"end", order.plan.end},
              {"stride", order.plan.sample_stride},
              {"measured", order.measured}}
      .dump();
}

std::optional<RoundOrder> decode_order(const std::string& line) {
  const Json json = Json::parse(line);
  if (json.at("do") != "round") return std::nullopt;
  return RoundOrder{
      .plan = {.first = json.at("first"), .end = json.at("end"), .sample_stride = json.at("stride")},
      .measured = json.at("measured")};
}

std::string encode(const RoundReport& report, bool measured) {
  const Tally& tally = report.tally;
  Json json{{"begun", report.begun},
            {"ended", report.ended},
            {"sent", report.sent},
            {"received", report.received},
            {"next", report.next},
            {"status", report.status},
            {"os_error", report.os_error},
            {"tally", {tally.lost, tally.repeated, tally.reordered, tally.torn, tally.foreign}}};
  if (!report.lanes.empty()) {
    json["lanes"] = to_json(report.lanes);
    json["overtaken"] = report.overtaken;
  }
  if (!measured) return json.dump();
  json["latency"] = to_json(report.latency);
  json["usage"] = to_json(report.usage);
  if (report.proportional_bytes) json["pss"] = *report.proportional_bytes;
  if (report.open_handles) json["handles"] = *report.open_handles;
  if (report.counters) {
    json["counters"] = {report.counters->cycles, report.counters->instructions,
                        report.counters->cache_misses};
  }
  json["counters_unavailable"] = report.counters_unavailable;
  json["counters_include_kernel"] = report.counters_include_kernel;
  return json.dump();
}

RoundReport decode_report(const std::string& line) {
  const Json json = Json::parse(line);
  const Json& tally = json.at("tally");
  RoundReport report;
  report.begun = json.at("begun");
  report.ended = json.at("ended");
  report.sent = json.at("sent");
  report.received = json.at("received");
  report.next = json.at("next");
  report.status = json.at("status");
  report.os_error = json.at("os_error");
  report.tally = {.lost = tally.at(0),
                  .repeated = tally.at(1),
                  .reordered = tally.at(2),
                  .torn = tally.at(3),
                  .foreign = tally.at(4)};
  if (json.contains("lanes")) {
    report.lanes = lanes_from(json.at("lanes"));
    report.overtaken = json.at("overtaken");
  }
  if (!json.contains("latency")) return report;
  read_histogram(json.at("latency"), report.latency);
  report.usage = usage_from(json.at("usage"));
  if (json.contains("pss")) report.proportional_bytes = json.at("pss").get<std::uint64_t>();
  if (json.contains("handles")) report.open_handles = json.at("handles").get<std::uint64_t>();
  if (json.contains("counters")) {
    const Json& counters = json.at("counters");
    report.counters = {
        .cycles = counters.at(0), .instructions = counters.at(1), .cache_misses = counters.at(2)};
  }
  report.counters_unavailable = json.at("counters_unavailable");
  report.counters_include_kernel = json.at("counters_include_kernel");
  return report;
}

std::string encode_ready() { return Json{{"ready", true}}.dump(); }

std::string encode_failure(const std::string& kind, const std::string& text) {
  return Json{{"failed", kind}, {"text", text}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void throw_if_failure(const std::string& line, const std::string& role) {
  const Json json = Json::parse(line);
  if (!json.contains("failed")) return;
  const std::string text = json.at("text");
  if (json.at("failed") == "unsupported") throw Unsupported(text);
  throw std::runtime_error("the " + role + " could not be set up: " + text);
}

}  // namespace ipcmark
