#include "suites/conformance/verify.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <optional>
#include <random>

#include "harness/os/channel.hpp"

namespace ipcmark {
namespace {

using Moment = std::chrono::steady_clock::time_point;

// A case that is being run.
class Running {
 public:
  Running(const Case& one, const VerifySettings& settings, std::optional<std::string> broke_at_first = {})
      : begun_(std::chrono::steady_clock::now()),
        deadline_(begun_ +
                  std::chrono::duration_cast<std::chrono::steady_clock::duration>(settings.patience)) {
    result_.of = one;
    result_.how = settings.each;
    result_.broke_at_first = std::move(broke_at_first);
    auto [mine, theirs] = os::Channel::make();
    const os::RawHandle handle = theirs.raw();
    channel_ = std::move(mine);
    process_ = os::Process::start(os::executable_path(), {"--clause"}, std::span(&handle, 1));
    std::string folder;
    if (!settings.each.out.empty()) {
      folder = one.name();
      std::replace(folder.begin(), folder.end(), ' ', '-');
      std::replace(folder.begin(), folder.end(), '/', '-');
      folder = settings.each.out + "/" + folder;
    }
    channel_.write_line(nlohmann::json{{"case", one.name()},
                                       {"seed", settings.each.seed},
                                       {"quick", settings.each.quick},
                                       {"out", folder},
                                       {"keep", settings.each.keep},
                                       {"touch_clipboard", settings.each.touch_clipboard},
                                       {"producers", settings.each.producers},
                                       {"consumers", settings.each.consumers},
                                       {"messages", settings.each.messages},
                                       {"perturb", settings.each.perturb}}
                            .dump());
  }

  const os::Channel& channel() const noexcept { return channel_; }
  Moment deadline() const noexcept { return deadline_; }

  // What came of it; nothing while it goes on. A case is over when its process is: what it does at its end
  // belongs to it.
  std::optional<CaseResult> look() {
    bool closed = false;
    while (const auto line = channel_.take_line(closed)) {
      const auto said = nlohmann::json::parse(*line);
      if (said.contains("facts")) result_.facts.update(said.at("facts"));
      if (!said.contains("outcome")) continue;
      result_.outcome = outcome_named(said.at("outcome").get<std::string>()).value_or(Outcome::broken_setup);
      result_.detail = said.at("detail");
      told_ = true;
    }
    if (closed) {
      const os::Exit exit = process_.wait();
      if (!told_ || !exit.clean()) {
        result_.outcome = Outcome::broken_setup;
        result_.detail +=
            std::string(told_ ? "; " : "") + "the process of the case ended with " + exit.text();
      }
      return end();
    }
    if (std::chrono::steady_clock::now() < deadline_) return std::nullopt;
    result_.outcome = Outcome::hang;
    result_.detail = "no end within " + std::to_string(static_cast<int>(seconds())) + " s";
    if (const KnownFailure* known = known_failure(result_.of, {result_.detail})) {
      result_.outcome = Outcome::expected_deviation;
      result_.detail += "; " + std::string(known->why);
    }
    return end();
  }

 private:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }
  CaseResult end() {
    result_.seconds = seconds();
    if (result_.broke_at_first)
      result_.detail += (result_.detail.empty() ? "" : "; ") +
                        ("of a second set-up, since the first broke: " + *result_.broke_at_first);
    process_.kill();
    process_.wait();
    return result_;
  }

  CaseResult result_;
  bool told_ = false;
  os::Channel channel_;
  os::Process process_;
  Moment begun_, deadline_;
};

void wait_for_any(const std::deque<Running>& running) {
  std::vector<const os::Channel*> channels;
  Moment first = running.front().deadline();
  for (const Running& one : running) {
    channels.push_back(&one.channel());
    first = std::min(first, one.deadline());
  }
  os::wait_readable(channels, first);
}

}  // namespace

std::vector<CaseResult> run_cases(const std::vector<Case>& cases, const VerifySettings& settings,
                                  const std::function<void(const CaseResult&)>& done) {
  std::deque<const Case*> waiting;
  for (const bool alone : {false, true}) {
    for (const Case& one : cases) {
      if (one.clause->alone == alone) waiting.push_back(&one);
    }
  }
  std::vector<CaseResult> results;
  std::deque<Running> running;
  bool occupied = false;  // by one that must be alone
  while ((!waiting.empty() || !running.empty()) && os::termination_signal() == 0) {
    if (std::chrono::steady_clock::now() >= settings.until) waiting.clear();
    while (!waiting.empty() && running.size() < settings.jobs && !occupied) {
      if (waiting.front()->clause->alone && !running.empty()) break;
      occupied = waiting.front()->clause->alone;
      running.emplace_back(*waiting.front(), settings);
      waiting.pop_front();
    }
    if (running.empty()) break;
    wait_for_any(running);
    for (auto one = running.begin(); one != running.end();) {
      if (auto result = one->look()) {
        if (settings.second_set_up && result->outcome == Outcome::broken_setup && !result->broke_at_first) {
          *one = Running(result->of, settings, result->detail);
          ++one;
          continue;
        }
        occupied = false;
        results.push_back(std::move(*result));
        done(results.back());
        one = running.erase(one);
      } else {
        ++one;
      }
    }
  }
  return results;
}

namespace {

// Which of two outcomes of a case is the one to tell: what fails, then what is known of.
unsigned weight_of(Outcome outcome) noexcept {
  if (fails_the_run(outcome)) return 4;
  constexpr Outcome rising[]{Outcome::inconclusive, Outcome::unsupported, Outcome::pass,
                             Outcome::expected_deviation};
  return static_cast<unsigned>(std::find(std::begin(rising), std::end(rising), outcome) - std::begin(rising));
}

void merge(CaseResult& known, CaseResult&& next) {
  std::map<Outcome, unsigned> outcomes = std::move(known.outcomes);
  if (weight_of(next.outcome) > weight_of(known.outcome)) known = std::move(next);
  known.outcomes = std::move(outcomes);
}

}  // namespace

Soaked soak(const std::vector<Case>& cases, const VerifySettings& settings,
            const std::function<bool(unsigned)>& another,
            const std::function<void(const CaseResult&)>& done) {
  Soaked soaked;
  const auto index_of = [&](const CaseResult& result) {
    return std::find_if(soaked.results.begin(), soaked.results.end(), [&](const CaseResult& known) {
      return known.of.clause == result.of.clause && known.of.mechanism == result.of.mechanism;
    });
  };
  std::vector<Case> order = cases;
  while (os::termination_signal() == 0 && another(soaked.rounds + 1)) {
    VerifySettings round = settings;
    round.each.seed += soaked.rounds;
    round.each.out += "/round-" + std::to_string(++soaked.rounds);
    std::shuffle(order.begin(), order.end(), std::mt19937_64(round.each.seed));
    std::vector<CaseResult> results = run_cases(order, round, done);
    apply_controls(results);
    for (CaseResult& result : results) {
      const Outcome outcome = result.outcome;
      auto known = index_of(result);
      if (known == soaked.results.end()) known = soaked.results.insert(known, result);
      merge(*known, std::move(result));
      ++known->outcomes[outcome];
    }
    std::error_code not_empty;
    std::filesystem::remove(round.each.out, not_empty);
  }
  return soaked;
}

std::vector<Case> with_controls(std::vector<Case> cases) {
  const std::vector<Case> all = every_case();
  for (std::size_t k = 0; k < cases.size(); ++k) {
    const std::string_view control = cases[k].clause->control;
    const auto is_control = [control](const Case& one) { return one.clause->id == control; };
    if (control.empty() || std::any_of(cases.begin(), cases.end(), is_control)) continue;
    if (const auto found = std::find_if(all.begin(), all.end(), is_control); found != all.end())
      cases.push_back(*found);
  }
  return cases;
}

void apply_controls(std::vector<CaseResult>& results) {
  for (CaseResult& result : results) {
    const std::string_view control = result.of.clause->control;
    if (control.empty() || result.outcome != Outcome::pass) continue;
    const bool passed = std::any_of(results.begin(), results.end(), [control](const CaseResult& other) {
      return other.of.clause->id == control && other.outcome == Outcome::pass;
    });
    if (passed) continue;
    result.outcome = Outcome::inconclusive;
    result.detail += std::string(result.detail.empty() ? "" : "; ") + "nothing was found, and " +
                     std::string(control) + ", which shows that something would be, did not pass";
  }
}

nlohmann::json to_json(const CaseResult& result) {
  const Clause& clause = *result.of.clause;
  nlohmann::json json{
      {"id", clause.id},
      {"mechanism", result.of.mechanism != nullptr ? nlohmann::json(result.of.mechanism->traits.name)
                                                   : nlohmann::json(nullptr)},
      {"outcome", name_of(result.outcome)},
      {"title", clause.title},
      {"detail", result.detail},
      {"source", clause.source},
      {"seconds", result.seconds},
      {"seed", result.how.seed},
      {"facts", result.facts}};
  if (!clause.documented.empty() || !clause.observed.empty()) {
    json["documented"] = clause.documented;
    json["observed"] = clause.observed;
    json["asserted"] = clause.title;
  }
  for (const auto& [outcome, count] : result.outcomes)
    json["outcomes"][std::string(name_of(outcome))] = count;
  return json;
}

}  // namespace ipcmark
