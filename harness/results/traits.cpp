#include "harness/results/traits.hpp"

#include <algorithm>

namespace ipcmark {
namespace {

using Json = nlohmann::json;

Json waits_of(const Traits& traits) {
  Json waits = Json::array();
  for (const Wait wait : every_kind_of_wait) {
    if (traits.waits.offers(wait)) waits.push_back(name_of(wait));
  }
  return waits;
}

Json options_of(const Traits& traits) {
  Json options = Json::array();
  for (const Axis& axis : axes) {
    if (traits.axes.has(axis)) options.push_back(axis.name);
  }
  return options;
}

// The parts of "xcb,xcb-xfixes".
Json split(std::string_view joined) {
  Json parts = Json::array();
  while (!joined.empty()) {
    const std::size_t comma = joined.find(',');
    parts.push_back(joined.substr(0, comma));
    joined.remove_prefix(comma == std::string_view::npos ? joined.size() : comma + 1);
  }
  return parts;
}

}  // namespace

Json to_json(const Traits& traits) {
  return {{"framing", name_of(traits.framing)},
          {"delivery", name_of(traits.delivery)},
          {"lifetime", name_of(traits.lifetime)},
          {"waits", waits_of(traits)},
          {"options", options_of(traits)},
          {"fifo", traits.fifo},
          {"duplex", traits.duplex},
          {"many_producers", traits.many_producers},
          {"many_consumers", traits.many_consumers},
          {"broadcasts", traits.broadcasts},
          {"loans", traits.loans},
          {"priorities", traits.priorities},
          {"selects", traits.selects},
          {"sees_peer_death", traits.sees_peer_death},
          {"survives_peer_kill", traits.survives_peer_kill},
          {"named", traits.named},
          {"passes_descriptors", traits.passes_descriptors},
          {"needs", traits.needs},
          {"manual", traits.manual}};
}

Json description_of(const Mechanism& mechanism) {
  const Traits& traits = mechanism.traits;
  Json json{{"name", traits.name},
            {"family", traits.family},
            {"summary", traits.summary},
            {"traits", to_json(traits)},
            {"counterpart", traits.counterpart.empty() ? Json(nullptr) : Json(traits.counterpart)}};
  for (const SourceFacts& facts : source_facts()) {
    if (facts.mechanism != traits.name) continue;
    json["systems"] = split(facts.systems);
    json["lines"] = facts.lines;
    json["libraries"] = split(facts.libraries);
  }
  return json;
}

Json descriptions_of(const Result& result) {
  Json all = Json::array();
  for (const Mechanism* mechanism : mechanisms()) {
    const auto is_of = [&](const auto& one) { return one.key.mechanism == mechanism->traits.name; };
    if (std::any_of(result.trials.begin(), result.trials.end(), is_of) ||
        std::any_of(result.skipped.begin(), result.skipped.end(), is_of))
      all.push_back(description_of(*mechanism));
  }
  return all;
}

}  // namespace ipcmark
