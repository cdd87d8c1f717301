// ipcmark list contracts: every clause of this program, and those of the catalogue that it does not have.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "suites/cli/program.hpp"
#include "suites/conformance/clause.hpp"

namespace ipcmark {
namespace {

using Json = nlohmann::json;

std::size_t mechanisms_under(const Clause& clause) {
  std::size_t count = 0;
  for (const Mechanism* mechanism : mechanisms())
    count += clause.of != nullptr && clause.applies(mechanism->traits) ? 1U : 0U;
  return count;
}

// Mechanisms that are known not to keep it at times, and why.
std::vector<std::pair<std::string, std::string>> known_failures(const Clause& clause) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Mechanism* mechanism : mechanisms()) {
    for (const KnownFailure& known : mechanism->known) {
      if (clause.of != nullptr && clause.id.starts_with(known.clauses) && clause.applies(mechanism->traits))
        all.emplace_back(mechanism->traits.name, known.why);
    }
  }
  return all;
}

Json to_json(const Clause& clause) {
  Json json{{"id", clause.id},
            {"title", clause.title},
            {"kind", name_of(clause.kind)},
            {"source", clause.source},
            {"mechanisms", mechanisms_under(clause)}};
  if (!clause.documented.empty()) json["documented"] = clause.documented;
  if (!clause.observed.empty()) json["observed"] = clause.observed;
  if (!clause.deviation.empty()) json["deviation"] = clause.deviation;
  for (const auto& [name, why] : known_failures(clause)) json["known"][name] = why;
  return json;
}

void print(const Clause& clause) {
  const std::size_t of = mechanisms_under(clause);
  fmt::print("{:<8} {}\n", clause.id, clause.title);
  fmt::print("{:<8} {}{}\n", "", clause.source, of == 0 ? "" : fmt::format("; of {} mechanisms", of));
  if (!clause.documented.empty()) fmt::print("{:<8} documented: {}\n", "", clause.documented);
  if (!clause.observed.empty()) fmt::print("{:<8} observed: {}\n", "", clause.observed);
  if (!clause.deviation.empty()) fmt::print("{:<8} known deviation: {}\n", "", clause.deviation);
  for (const auto& [name, why] : known_failures(clause))
    fmt::print("{:<8} known deviation of {}, at times: {}\n", "", name, why);
}

}  // namespace

int list_contracts_command(bool as_json) {
  if (as_json) {
    Json clauses = Json::array(), left_out = Json::array();
    for (const Section* section : sections()) {
      for (const Clause& clause : section->clauses) clauses.push_back(to_json(clause));
      for (const LeftOut& one : section->left_out)
        left_out.push_back({{"id", one.id}, {"reason", one.reason}});
    }
    fmt::print("{}\n", Json{{"clauses", clauses}, {"left_out", left_out}}.dump(2));
    return exit_code::fine;
  }
  std::size_t count = 0, left_out = 0;
  for (const Section* section : sections()) {
    count += section->clauses.size();
    for (const Clause& clause : section->clauses) print(clause);
  }
  fmt::print("\nleft out\n");
  for (const Section* section : sections()) {
    left_out += section->left_out.size();
    for (const LeftOut& one : section->left_out) fmt::print("{:<8} {}\n", one.id, one.reason);
  }
  fmt::print("\n{} clauses, {} left out\n", count, left_out);
  return exit_code::fine;
}

}  // namespace ipcmark
