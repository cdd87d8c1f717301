// What ipcmark verify says on a terminal.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "suites/conformance/verify_report.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;

std::string number_of(std::string_view id) {
  const std::size_t hyphen = id.find('-');
  return std::string(hyphen == std::string_view::npos ? id : id.substr(hyphen + 1));
}

char symbol_of(Outcome outcome) { return "+FdPuB?H"[static_cast<std::size_t>(outcome)]; }
constexpr const char* legend =
    "+ pass  F fail  d expected deviation  P unexpected pass  u unsupported here  B broken set-up  "
    "? inconclusive  H hang\n";

std::string counts_of(const std::vector<const CaseResult*>& results) {
  std::map<Outcome, std::size_t> counts;
  for (const CaseResult* result : results) ++counts[result->outcome];
  std::string text;
  for (const auto& [outcome, count] : counts) {
    std::string words(name_of(outcome));
    std::replace(words.begin(), words.end(), '_', ' ');
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, words);
  }
  return text.empty() ? "nothing" : text;
}

// Of the column of names.
std::size_t name_width() {
  std::size_t width = 20;
  for (const Mechanism* mechanism : mechanisms()) width = std::max(width, mechanism->traits.name.size());
  return width;
}

// Those of one section that are of mechanisms.
std::string matrix_of(const std::string& section, const std::vector<const CaseResult*>& results) {
  std::vector<std::string_view> ids;
  for (const CaseResult* result : results) {
    if (result->of.mechanism != nullptr && (ids.empty() || ids.back() != result->of.clause->id))
      ids.push_back(result->of.clause->id);
  }
  if (ids.empty()) return {};
  std::size_t width = 2;
  for (const std::string_view id : ids) width = std::max(width, number_of(id).size());
  std::string text = fmt::format("{:<{}}", section, name_width());
  for (const std::string_view id : ids) text += fmt::format(" {:>{}}", number_of(id), width);
  text += '\n';
  for (const Mechanism* mechanism : mechanisms()) {
    std::string row;
    bool any = false;
    for (const std::string_view id : ids) {
      const auto found = std::find_if(results.begin(), results.end(), [&](const CaseResult* result) {
        return result->of.mechanism == mechanism && result->of.clause->id == id;
      });
      any = any || found != results.end();
      row += fmt::format(" {:>{}}", found == results.end() ? '.' : symbol_of((*found)->outcome), width);
    }
    if (any) text += fmt::format("{:<{}}{}\n", mechanism->traits.name, name_width(), row);
  }
  return text + '\n';
}

// What the guarantees of a mechanism have recorded.
Json measured_of(const Mechanism* mechanism, const std::vector<CaseResult>& results) {
  Json facts = Json::object();
  for (const CaseResult& result : results) {
    if (result.of.mechanism == mechanism && result.of.clause->kind == Kind::guarantee)
      facts.update(result.facts);
  }
  return facts;
}

// A size that was searched for up to a bound, which it may have reached: ">= 64 MiB".
std::string bytes_in(const Json& facts, const std::string& name) {
  if (!facts.contains(name + "_bytes")) return "-";
  const auto bytes = facts.at(name + "_bytes").get<std::uint64_t>();
  constexpr std::uint64_t kib = 1024, mib = kib * kib;
  const std::string text = bytes >= mib && bytes % mib == 0   ? std::to_string(bytes / mib) + " MiB"
                           : bytes >= kib && bytes % kib == 0 ? std::to_string(bytes / kib) + " KiB"
                                                              : std::to_string(bytes) + " B";
  return (facts.value(name + "_more", false) ? ">= " : "") + text;
}

}  // namespace

std::string matrix_of(const std::vector<CaseResult>& results) {
  std::string matrices, facilities;
  for (const auto& [section, members] : by_section(results)) {
    matrices += matrix_of(section, members);
    std::vector<const CaseResult*> of_facility;
    std::copy_if(members.begin(), members.end(), std::back_inserter(of_facility),
                 [](const CaseResult* result) { return result->of.mechanism == nullptr; });
    if (!of_facility.empty())
      facilities +=
          fmt::format("{:<8}{:>4} clauses: {}\n", section, of_facility.size(), counts_of(of_facility));
  }
  return matrices + facilities + (matrices.empty() ? "" : legend);
}

std::string guarantees_of(const std::vector<CaseResult>& results) {
  std::string rows;
  for (const Mechanism* mechanism : mechanisms()) {
    const Json facts = measured_of(mechanism, results);
    if (facts.empty()) continue;
    std::string fits = "-";
    if (facts.contains("capacity")) {
      const Json& capacity = facts.at("capacity");
      const Json& at = capacity.contains("64") ? capacity.at("64") : capacity.at("0");
      fits =
          (at.at("more").get<bool>() ? ">= " : "") + std::to_string(at.at("messages").get<std::uint64_t>());
    }
    rows +=
        fmt::format("{:<{}} {:>13} {:>13} {:>13}  {:<23} {:<9} {}\n", mechanism->traits.name, name_width(),
                    bytes_in(facts, "atomic"), fits, bytes_in(facts, "largest"), facts.value("order", "-"),
                    facts.value("delivery", "-"), facts.value("slow_consumer", "-"));
  }
  if (rows.empty()) return {};
  return fmt::format("{:<{}} {:>13} {:>13} {:>13}  {:<23} {:<9} {}\n", "guarantees", name_width(),
                     "atomic up to", "64 B fit", "largest", "order", "delivery", "slow consumer causes") +
         rows + "\n";
}

std::string again(const CaseResult& result) {
  const CaseSettings& settings = result.how;
  std::string command = fmt::format("ipcmark verify --contract {}", result.of.clause->id);
  if (result.of.mechanism != nullptr)
    command += fmt::format(" --mechanism {}", result.of.mechanism->traits.name);
  command += fmt::format(" --seed {}", settings.seed);
  if (settings.touch_clipboard) command += " --touch-clipboard";
  if (const auto shape = result.facts.find("shape"); shape != result.facts.end()) {
    for (const char* const count : {"producers", "consumers", "messages"})
      command += fmt::format(" --{} {}", count, shape->at(count).get<std::uint64_t>());
    return command + " --perturb " + shape->at("perturb").get<std::string>();
  }
  if (result.of.clause->kind == Kind::contention) {
    for (const auto& [name, count] : {std::pair{"producers", std::uint64_t{settings.producers}},
                                      {"consumers", std::uint64_t{settings.consumers}},
                                      {"messages", std::uint64_t{settings.messages}}}) {
      if (count != 0) command += fmt::format(" --{} {}", name, count);
    }
    if (!settings.perturb.empty()) command += " --perturb " + settings.perturb;
  }
  return command + (settings.quick ? " --quick" : "");
}

namespace {

// "3 of 40 times: "
std::string how_often(const CaseResult& result) {
  unsigned all = 0;
  for (const auto& [outcome, count] : result.outcomes) all += count;
  return all < 2 ? "" : fmt::format("{} of {} times: ", result.outcomes.at(result.outcome), all);
}

}  // namespace

std::string remarks_on(const std::vector<CaseResult>& results) {
  std::string failed, others;
  // What lacks for many clauses of a mechanism is said once, and so is what lacks for many mechanisms.
  std::map<std::pair<const Mechanism*, std::string>, std::vector<std::string_view>> lacking;
  std::map<std::pair<std::string_view, std::string>, std::vector<const Mechanism*>> lacking_of_clause;
  for (const CaseResult& result : results) {
    if (result.outcome == Outcome::unsupported)
      lacking[{result.of.mechanism, result.detail}].push_back(result.of.clause->id);
  }
  for (const CaseResult& result : results) {
    if (result.outcome == Outcome::unsupported &&
        lacking.at({result.of.mechanism, result.detail}).size() == 1)
      lacking_of_clause[{result.of.clause->id, result.detail}].push_back(result.of.mechanism);
  }
  for (const CaseResult& result : results) {
    if (result.outcome == Outcome::pass && !result.broke_at_first) continue;
    std::string who = result.of.name();
    if (result.outcome == Outcome::unsupported && result.of.mechanism != nullptr) {
      const auto& clauses = lacking.at({result.of.mechanism, result.detail});
      if (clauses.front() != result.of.clause->id) continue;
      if (clauses.size() > 1) {
        who = fmt::format("{}, {} clauses from {} to {}", result.of.mechanism->traits.name, clauses.size(),
                          clauses.front(), clauses.back());
      } else if (const auto& fellows = lacking_of_clause.at({result.of.clause->id, result.detail});
                 fellows.size() > 1) {
        if (fellows.front() != result.of.mechanism) continue;
        who = fmt::format("{} {}, {} mechanisms from {} to {}", result.of.clause->id, result.of.clause->title,
                          fellows.size(), fellows.front()->traits.name, fellows.back()->traits.name);
      }
    }
    const std::string line =
        fmt::format("{:<18} {}: {}{}\n", name_of(result.outcome), who, how_often(result), result.detail);
    if (!fails_the_run(result.outcome)) {
      others += line;
      continue;
    }
    failed += line;
    failed += fmt::format("{:<18} {}\n", "  again:", again(result));
  }
  return others + failed;
}

std::string counts_of(const std::vector<CaseResult>& results) {
  std::vector<const CaseResult*> all;
  for (const CaseResult& result : results) all.push_back(&result);
  return counts_of(all);
}

}  // namespace ipcmark
