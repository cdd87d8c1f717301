#include "suites/benchmark/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "suites/benchmark/units.hpp"
#include "suites/workloads/launch.hpp"

namespace ipcmark {
namespace {

using Names = std::vector<std::string>;

Names mechanism_names() {
  Names names;
  for (const Mechanism* mechanism : mechanisms()) names.emplace_back(mechanism->traits.name);
  return names;
}
Names workload_names() {
  Names names;
  for (const Workload* workload : workloads()) names.emplace_back(workload->name);
  return names;
}
Names wait_names() {
  Names names;
  for (const Wait wait : every_kind_of_wait) names.emplace_back(name_of(wait));
  return names;
}
Names placement_names() {
  Names names;
  for (const Placement placement : every_placement) names.emplace_back(name_of(placement));
  return names;
}

[[noreturn]] void refuse(const std::string& name, const Names& known, std::string_view kind) {
  const std::string near = suggestion(name, known);
  throw UsageError(fmt::format("no {} named '{}'; {}", kind, name,
                               near.empty() ? fmt::format("there are: {}", fmt::join(known, ", ")) : near));
}

// The known names that match, in their own order. A pattern that matches nothing is a mistake.
Names select(const Names& patterns, const Names& known, std::string_view kind) {
  for (const std::string& pattern : patterns) {
    if (std::any_of(known.begin(), known.end(), [&](const auto& name) { return matches(pattern, name); }))
      continue;
    refuse(pattern, known, kind);
  }
  Names chosen;
  for (const std::string& name : known) {
    if (std::any_of(patterns.begin(), patterns.end(),
                    [&](const auto& pattern) { return matches(pattern, name); })) {
      chosen.push_back(name);
    }
  }
  return chosen;
}

// Those of `patterns`' names that `narrower` names as well.
Names narrowed(const Names& patterns, const Names& narrower, const Names& known, std::string_view kind) {
  if (narrower.empty()) return patterns;
  Names both;
  const Names wanted = select(narrower, known, kind);
  for (const std::string& name : select(patterns, known, kind)) {
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) both.push_back(name);
  }
  return both;
}

// A rate is of a workload, whatever the mechanism.
bool has(const Workload& workload, const Mechanism& mechanism, const Axis& axis) {
  return axis.value == &Tuning::rate ? workload.scheduled : mechanism.traits.axes.has(axis);
}

// A rate is always told, also the usual one.
Tuning settled(const Workload& workload, Tuning tuning) {
  if (workload.scheduled && tuning.rate == 0) tuning.rate = usual_rate;
  return tuning;
}

// Every combination of the values of the axes that a mechanism, or this workload, has.
std::vector<Tuning> tunings(const Workload& workload, const Mechanism& mechanism,
                            const std::vector<AxisValues>& options) {
  std::vector<Tuning> all{Tuning{}};
  for (const AxisValues& one : options) {
    if (!has(workload, mechanism, *one.axis)) continue;
    std::vector<Tuning> next;
    for (Tuning tuning : all) {
      for (const std::size_t value : one.values) {
        tuning.*one.axis->value = value;
        next.push_back(tuning);
      }
    }
    all = std::move(next);
  }
  return all;
}

class Planner {
 public:
  explicit Planner(Session& session) : session_(session) {}

  void add(const Selection& selection) {
    check_sizes(selection.sizes);
    const Names placements = select(selection.placements, placement_names(), "placement");
    const Names waits = select(selection.waits, wait_names(), "wait");
    explicit_waits_ = selection.waits != Names{"*"};
    both_named_ = selection.workloads != Names{"*"} && selection.mechanisms != Names{"*"};
    for (const std::string& workload : select(selection.workloads, workload_names(), "workload")) {
      for (const std::string& name : select(selection.mechanisms, mechanism_names(), "mechanism")) {
        const Mechanism& mechanism = *mechanism_named(name);
        for (const std::size_t size : sizes_for(mechanism, selection.sizes)) {
          for (const Tuning& tuning : tunings(*workload_named(workload), mechanism, selection.options)) {
            for (const std::string& wait : waits) {
              for (const std::string& placement : placements)
                add_trial(mechanism, workload, size, tuning, wait, placement);
            }
          }
        }
      }
    }
  }

  Plan take() { return std::move(plan_); }

 private:
  static void check_sizes(const std::vector<std::size_t>& sizes) {
    for (const std::size_t size : sizes) {
      if (size < smallest_message || size > largest) {
        throw UsageError(
            fmt::format("a message of {} bytes is impossible: sizes go from {} B, which a message needs to "
                        "be checked, to {}",
                        size, smallest_message, show_size(largest)));
      }
    }
  }

  static std::vector<std::size_t> sizes_for(const Mechanism& mechanism,
                                            const std::vector<std::size_t>& sizes) {
    return mechanism.traits.framing == Framing::signal ? std::vector<std::size_t>{0} : sizes;
  }

  // What only some mechanisms can carry is left out for the others, and told where both were asked for by
  // name.
  void add_trial(const Mechanism& mechanism, const std::string& workload, std::size_t size,
                 const Tuning& tuning, const std::string& wait_name, const std::string& placement_name) {
    const Wait wait = *wait_named(wait_name);
    if (!mechanism.traits.waits.offers(wait)) return;
    const Placement placement = *placement_named(placement_name);
    const Workload& about = *workload_named(workload);
    const TrialKey key{.mechanism = std::string(mechanism.traits.name),
                       .family = std::string(mechanism.traits.family),
                       .workload = workload,
                       .size = size,
                       .wait = wait,
                       .placement = placement,
                       .tuning = settled(about, tuning)};
    if (!seen_.insert(label(key)).second) return;
    const std::string unfit = why_unfit(about, mechanism.traits, size);
    if (!unfit.empty() && about.lanes != Lanes::none && !both_named_) return;
    if (const std::string reason = unfit.empty() ? why_not(key) : unfit; reason.empty()) {
      plan_.trials.push_back(key);
    } else {
      plan_.skipped.push_back({.key = key, .reason = reason});
    }
  }

  std::string why_not(const TrialKey& key) {
    std::string reason;
    if (!place(key.placement, 2, os::topology(), reason)) return reason;
    const Workload& workload = *workload_named(key.workload);
    const bool crowded =
        players_of(workload).size() > workload.parts.size() && key.placement != Placement::unpinned;
    if (key.wait == Wait::spin && (crowded || key.placement == Placement::same_core) && !explicit_waits_) {
      return fmt::format("spinning on one core burns the time slice of {}; ask for it with --wait spin",
                         crowded ? "whoever shares it" : "the other side");
    }
    const std::tuple launch(variant(key), key.workload, key.size);
    auto known = unsupported_.find(launch);
    if (known == unsupported_.end())
      known = unsupported_.emplace(launch, why_unsupported(key, session_)).first;
    return known->second;
  }

  static constexpr std::size_t largest = std::size_t{64} << 20;
  Session& session_;
  Plan plan_;
  bool explicit_waits_ = false, both_named_ = false;
  std::set<std::string> seen_;
  std::map<std::tuple<std::string, std::string, std::size_t>, std::string> unsupported_;
};

}  // namespace

const Axis& axis_named(const std::string& name) {
  Names known;
  for (const Axis& axis : axes) {
    if (axis.name == name) return axis;
    known.emplace_back(axis.name);
  }
  refuse(name, known, "option");
}

std::size_t parse_value(const Axis& axis, const std::string& text) {
  if (text == "usual") return 0;
  if (axis.value == &Tuning::rate) return parse_rate(text);
  if (axis.names.empty()) return parse_size(text);
  if (const auto value = value_named(axis, text)) return *value;
  refuse(text, Names(axis.names.begin(), axis.names.end()), axis.name);
}

std::vector<AxisValues> parse_options(const std::vector<std::string>& typed) {
  std::vector<AxisValues> options;
  for (const std::string& text : split_list(typed)) {
    const std::size_t sign = text.find('=');
    if (sign != std::string::npos)
      options.push_back({.axis = &axis_named(text.substr(0, sign)), .values = {}});
    if (options.empty()) throw UsageError(fmt::format("'{}' is no option; write NAME=VALUE,VALUE", text));
    const std::string value = sign == std::string::npos ? text : text.substr(sign + 1);
    options.back().values.push_back(parse_value(*options.back().axis, value));
  }
  return options;
}

Suite apply(Suite suite, const Overrides& typed) {
  for (Selection& selection : suite.selections) {
    selection.mechanisms = narrowed(selection.mechanisms, typed.mechanisms, mechanism_names(), "mechanism");
    selection.workloads = narrowed(selection.workloads, typed.workloads, workload_names(), "workload");
    selection.waits = narrowed(selection.waits, typed.waits, wait_names(), "wait");
    if (!typed.placements.empty()) selection.placements = typed.placements;
    if (!typed.sizes.empty()) selection.sizes = typed.sizes;
    if (!typed.options.empty()) selection.options = typed.options;
  }
  suite.effort.duration_s = typed.duration_s.value_or(suite.effort.duration_s);
  suite.effort.budget_s = typed.budget_s.value_or(suite.effort.budget_s);
  suite.effort.target = typed.target.value_or(suite.effort.target);
  if (typed.launches) suite.effort.min_launches = suite.effort.max_launches = *typed.launches;
  return suite;
}

Plan make_plan(const Suite& suite, Session& session) {
  Planner planner(session);
  for (const Selection& selection : suite.selections) planner.add(selection);
  Plan plan = planner.take();
  if (!plan.trials.empty()) return plan;
  if (plan.skipped.empty()) {
    throw UsageError(
        "nothing to measure: no mechanism of the selection offers such a wait or can carry such a workload; "
        "see "
        "ipcmark list");
  }
  throw Unsupported("nothing can be measured here: " + plan.skipped.front().reason);
}

Estimate estimate(const Plan& plan, const Effort& effort, double overhead_s) {
  const double launch = effort.duration_s + 1.3 * effort.warm_up_s + overhead_s;
  const auto trials = static_cast<double>(plan.trials.size());
  // A trial ends with the launch that passes its budget, which is half a launch later on the average.
  const double most = std::min(effort.max_launches * launch,
                               std::max(effort.budget_s + launch / 2, effort.min_launches * launch));
  return {.least_s = trials * effort.min_launches * launch, .most_s = trials * most};
}

}  // namespace ipcmark
