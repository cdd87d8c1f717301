#include "suites/conformance/clause.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <tuple>

#include "harness/os/channel.hpp"
#include "harness/os/process.hpp"

namespace ipcmark {
namespace {

constexpr std::array<std::string_view, 8> outcome_names{
    "pass",        "fail",         "expected_deviation", "unexpected_pass",
    "unsupported", "broken_setup", "inconclusive",       "hang"};

// What happened in a body, beyond what GoogleTest keeps.
struct Happened {
  std::string observed, unsupported, inconclusive, broken;
} happened;
CaseSettings settings;
os::Channel parent;

void tell(const nlohmann::json& what) {
  parent.write_line(what.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void append(std::string& text, const std::string& more) { text += (text.empty() ? "" : "; ") + more; }

class ClauseTest : public testing::Test {
 public:
  explicit ClauseTest(const Case& one) : case_(one) {}
  void TestBody() override {
    try {
      case_.mechanism != nullptr ? case_.clause->of(*case_.mechanism) : case_.clause->body();
    } catch (const Unsupported& missing) {
      append(happened.unsupported, missing.what());
    } catch (const Inconclusive& reason) {
      append(happened.inconclusive, reason.what());
    } catch (const Failed& failure) {
      ADD_FAILURE() << failure.what();
    } catch (const std::exception& error) {
      append(happened.broken, error.what());
    }
  }

 private:
  Case case_;
};

// The text of a failed assertion, on one line.
std::string told(const testing::TestPartResult& part) {
  std::string text = part.message();
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (part.file_name() == nullptr) return text;
  const std::string_view file = part.file_name();
  return std::string(file.substr(file.find_last_of("/\\") + 1)) + ":" + std::to_string(part.line_number()) +
         ": " + text;
}

class Collector : public testing::EmptyTestEventListener {
 public:
  void OnTestPartResult(const testing::TestPartResult& part) override {
    if (part.failed()) each.push_back(told(part));
    if (part.skipped()) append(happened.unsupported, part.message());
  }
  std::string failures() const {
    std::string all;
    for (const std::string& one : each) append(all, one);
    return all;
  }
  std::vector<std::string> each;
};

Outcome outcome_of(const Clause& clause, bool failed, const KnownFailure* known) {
  if (failed && known != nullptr) return Outcome::expected_deviation;
  if (failed) return clause.is_to_fail() ? Outcome::expected_deviation : Outcome::fail;
  if (!happened.broken.empty()) return Outcome::broken_setup;
  if (!happened.unsupported.empty()) return Outcome::unsupported;
  if (!happened.inconclusive.empty()) return Outcome::inconclusive;
  return clause.is_to_fail() ? Outcome::unexpected_pass : Outcome::pass;
}

std::string detail_of(const Clause& clause, const std::string& failures, const KnownFailure* known) {
  std::string detail;
  for (const std::string& part : {failures, happened.broken, happened.unsupported, happened.inconclusive,
                                  happened.observed, std::string(clause.is_to_fail() ? clause.deviation : ""),
                                  std::string(known != nullptr ? known->why : "")}) {
    if (!part.empty()) append(detail, part);
  }
  return detail;
}

}  // namespace

const KnownFailure* known_failure(const Case& one, const std::vector<std::string>& failures) {
  if (one.mechanism == nullptr || failures.empty()) return nullptr;
  for (const KnownFailure& known : one.mechanism->known) {
    if (known.here != nullptr && !known.here()) continue;
    const auto is_told = [&known](const std::string& failure) {
      return failure.find(known.told) != std::string::npos;
    };
    if (one.clause->id.starts_with(known.clauses) && std::all_of(failures.begin(), failures.end(), is_told))
      return &known;
  }
  return nullptr;
}

std::string_view name_of(Outcome outcome) noexcept {
  return outcome_names[static_cast<std::size_t>(outcome)];
}
std::string_view name_of(Kind kind) noexcept {
  constexpr std::array<std::string_view, 4> names{"contract", "contention", "fault", "guarantee"};
  return names[static_cast<std::size_t>(kind)];
}
std::optional<Outcome> outcome_named(std::string_view name) noexcept {
  const auto* const found = std::find(outcome_names.begin(), outcome_names.end(), name);
  if (found == outcome_names.end()) return std::nullopt;
  return static_cast<Outcome>(found - outcome_names.begin());
}

std::string Case::name() const {
  return std::string(clause->id) + " " + std::string(clause->title) +
         (mechanism != nullptr ? "/" + std::string(mechanism->traits.name) : "");
}

std::vector<Case> every_case() {
  std::vector<Case> cases;
  for (const Section* section : sections()) {
    for (const Clause& clause : section->clauses) {
      if (clause.body != nullptr) cases.push_back({.clause = &clause});
      for (const Mechanism* mechanism : mechanisms()) {
        if (clause.of != nullptr && clause.applies(mechanism->traits))
          cases.push_back({.clause = &clause, .mechanism = mechanism});
      }
    }
  }
  return cases;
}

void observe(const std::string& what) { append(happened.observed, what); }
void record(const std::string& name, const nlohmann::json& value) { tell({{"facts", {{name, value}}}}); }
const CaseSettings& case_settings() noexcept { return settings; }

int clause_main() {
  parent = os::Channel(os::Handle(os::first_handle()));
  const auto line = parent.read_line();
  if (!line) return 1;
  const auto order = nlohmann::json::parse(*line);
  settings = {.seed = order.at("seed"),
              .quick = order.at("quick"),
              .out = order.at("out"),
              .keep = order.at("keep"),
              .touch_clipboard = order.at("touch_clipboard"),
              .producers = order.at("producers"),
              .consumers = order.at("consumers"),
              .messages = order.at("messages"),
              .perturb = order.at("perturb")};
  clipboard_may_be_touched = settings.touch_clipboard;
  const std::string name = order.at("case");
  const std::vector<Case> cases = every_case();
  const auto found =
      std::find_if(cases.begin(), cases.end(), [&](const Case& one) { return one.name() == name; });
  if (found == cases.end()) return 2;
  const Case& wanted = *found;

  testing::InitGoogleTest();
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  auto* const collector = new Collector;
  listeners.Append(collector);
  const std::size_t space = name.find(' ');
  testing::RegisterTest(name.substr(0, space).c_str(), name.substr(space + 1).c_str(), nullptr, nullptr,
                        __FILE__, __LINE__, [wanted]() -> testing::Test* { return new ClauseTest(wanted); });
  // In a filter a hyphen begins what is not wanted.
  std::string filter = name;
  std::replace(filter.begin(), filter.end(), '-', '?');
  testing::GTEST_FLAG(filter) = filter.replace(space, 1, ".");
  std::ignore = RUN_ALL_TESTS();  // the collector knows
  const KnownFailure* const known = known_failure(wanted, collector->each);
  tell({{"outcome", name_of(outcome_of(*wanted.clause, !collector->each.empty(), known))},
        {"detail", detail_of(*wanted.clause, collector->failures(), known)}});
  return 0;
}

}  // namespace ipcmark
