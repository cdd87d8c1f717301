// ipcmark list: every mechanism of this program, with its traits, and whether this host has it.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/results/traits.hpp"
#include "harness/run/session.hpp"
#include "suites/cli/program.hpp"
#include "suites/workloads/launch.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;

std::vector<std::string_view> workloads_of(const Traits& traits) {
  std::vector<std::string_view> names;
  for (const Workload* workload : workloads()) {
    if (why_unfit(*workload, traits).empty()) names.push_back(workload->name);
  }
  return names;
}

// Who can carry a workload that not all can.
std::string carriers(const Workload& workload) {
  std::vector<std::string_view> names;
  for (const Mechanism* mechanism : mechanisms()) {
    if (why_unfit(workload, mechanism->traits).empty()) names.push_back(mechanism->traits.name);
  }
  if (names.size() == mechanisms().size()) return {};
  return names.empty() ? "of none in this program" : fmt::format("of: {}", fmt::join(names, ", "));
}

struct Row {
  const Mechanism* mechanism;
  std::string missing;  // empty when this host has it
};

std::string short_waits(const Traits& traits) {
  std::string text;
  for (const Wait wait : every_kind_of_wait) {
    if (traits.waits.offers(wait)) text += fmt::format("{}{}", text.empty() ? "" : ",", name_of(wait));
  }
  return text;
}

TrialKey ordinary_trial(const Mechanism& mechanism) {
  TrialKey key;
  key.mechanism = mechanism.traits.name;
  key.size = 64;
  return key;
}

bool some_have(const Axis& axis) {
  if (axis.value == &Tuning::rate) return true;  // of a workload
  return std::any_of(mechanisms().begin(), mechanisms().end(),
                     [&](const Mechanism* mechanism) { return mechanism->traits.axes.has(axis); });
}

void print_table(const std::vector<Row>& rows) {
  std::size_t width = 0, wide = 0;  // of the columns of names and of summaries
  for (const Row& row : rows) {
    width = std::max(width, row.mechanism->traits.name.size());
    wide = std::max(wide, row.mechanism->traits.summary.size());
  }
  const auto line = [width](std::string_view name, const std::string& text) {
    fmt::print("  {:<{}} {}\n", name, width, text);
  };
  std::string family;
  for (const Row& row : rows) {
    const Traits& traits = row.mechanism->traits;
    if (traits.family != family) fmt::print("{}{}\n", family.empty() ? "" : "\n", traits.family);
    family = traits.family;
    line(traits.name, fmt::format("{:<{}} {}", traits.summary, wide, short_waits(traits)));
    if (!row.missing.empty()) line("", "not here: " + row.missing);
  }
  fmt::print("\nworkloads\n");
  for (const Workload* workload : workloads()) {
    line(workload->name, std::string(workload->summary));
    if (const std::string of = carriers(*workload); !of.empty()) line("", of);
  }
  fmt::print("\noptions\n");
  for (const Axis& axis : axes) {
    if (!some_have(axis)) continue;
    line(axis.name,
         fmt::format("{}{}{}", axis.meaning, axis.names.empty() ? "" : ": ", fmt::join(axis.names, ", ")));
  }
  fmt::print("\nsuites\n");
  for (const SuiteText& text : built_in_suites()) line(text.name, load_suite(std::string(text.name)).summary);
}

}  // namespace

int list_command(bool as_json) {
  Session session;
  std::vector<Row> rows;
  for (const Mechanism* mechanism : mechanisms()) {
    rows.push_back({.mechanism = mechanism, .missing = why_unsupported(ordinary_trial(*mechanism), session)});
  }
  if (!as_json) {
    print_table(rows);
    return exit_code::fine;
  }
  Json all = Json::array();
  for (const Row& row : rows) {
    Json json = description_of(*row.mechanism);
    json["available"] = row.missing.empty();
    json["reason"] = row.missing.empty() ? Json(nullptr) : Json(row.missing);
    json["workloads"] = workloads_of(row.mechanism->traits);
    all.push_back(std::move(json));
  }
  fmt::print("{}\n", all.dump(2));
  return exit_code::fine;
}

}  // namespace ipcmark
