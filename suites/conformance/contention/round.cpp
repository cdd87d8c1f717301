#include "suites/conformance/contention/round.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "harness/errors.hpp"
#include "harness/measure/statistics.hpp"
#include "harness/os/clock.hpp"
#include "suites/conformance/contention/crowd.hpp"
#include "suites/conformance/contention/part.hpp"
#include "suites/conformance/ends.hpp"

namespace ipcmark::contention {
namespace {

using Json = nlohmann::json;

class OverLink final : public Medium {
 public:
  explicit OverLink(Ends& ends) : ends_(ends) {}
  Actor& start(Side side, const std::string& order) override {
    return ends_.start(side == Side::producer ? Role::producer : Role::consumer, take_part, order);
  }
  void hand_over() override { ends_.hand_over(); }

 private:
  Ends& ends_;
};

// The largest messages that the mechanism takes here.
std::unique_ptr<Ends> link_for(const Mechanism& mechanism, Round& round) {
  for (const std::size_t largest : {std::size_t{8192}, std::size_t{4096}, std::size_t{1024}}) {
    try {
      round.largest = largest;
      return std::make_unique<Ends>(mechanism, Options{.max_message = largest, .depth = round.depth});
    } catch (const Unsupported&) {
      if (largest == 1024) throw;
    }
  }
  return nullptr;
}

void save(const Round& round, const std::string& folder, const std::string& failure) {
  Json json = to_json(round);
  json["failure"] = failure;
  const std::string path = folder + "/" + case_file;
  errno = 0;
  std::ofstream file(path, std::ios::trunc);
  file << json.dump(1) << '\n';
  file.flush();
  if (!file) throw_errno(path);
}

// How evenly producers came to send until the first was through, and how evenly consumers got messages.
Json facts_of(const Saved& saved, const Judgement& judgement) {
  std::uint64_t first = ~std::uint64_t{0}, first_end = first, last = 0, bytes = 0;
  std::vector<double> sent, received;
  for (const History& history : saved.histories) {
    if (history.records.empty()) continue;
    if (history.side == Side::producer) {
      first = std::min(first, history.records.front().began);
      first_end = std::min(first_end, history.records.back().ended);
    }
  }
  for (const History& history : saved.histories) {
    double count = 0;
    for (const Record& record : history.records) {
      if (record.status != Status::ok || record.progress != Progress::over) continue;
      if (history.side == Side::producer) {
        count += record.ended <= first_end ? 1 : 0;
      } else {
        count += 1;
        last = std::max(last, record.ended);
        bytes += record.size;
      }
    }
    (history.side == Side::producer ? sent : received).push_back(count);
  }
  const double seconds = last > first ? os::to_ns(static_cast<double>(last - first)) / 1e9 : 0;
  const auto rate = [&](std::uint64_t count) {
    return seconds == 0 ? 0 : static_cast<double>(count) / seconds;
  };
  return {{"producers", saved.round.producers},
          {"consumers", saved.round.consumers},
          {"messages", saved.round.messages},
          {"depth", saved.round.depth},
          {"largest", saved.round.largest},
          {"perturbations", text_of(saved.round.perturbations)},
          {"acknowledged", judgement.acknowledged},
          {"received", judgement.received},
          {"missed", judgement.missed},
          {"indeterminate", judgement.indeterminate},
          {"seconds", seconds},
          {"messages_per_second", rate(judgement.received)},
          {"bytes_per_second", rate(bytes)},
          {"fairness_of_producers", jain_index(sent)},
          {"fairness_of_consumers", jain_index(received)},
          {"found", judgement.found()}};
}

Delivery delivery_named(const std::string& name, const std::string& path) {
  for (const Delivery one : {Delivery::every, Delivery::lossy, Delivery::merged, Delivery::latest}) {
    if (name == name_of(one)) return one;
  }
  throw UsageError(path + " names the delivery '" + name + "', which there is not");
}

}  // namespace

std::string RoundOutcome::text() const {
  const std::string found = judgement.text();
  return failure + (failure.empty() || found.empty() ? "" : "; ") + found;
}

Json to_json(const Round& round) {
  return {{"version", 1},
          {"clause", round.clause},
          {"mechanism", round.mechanism},
          {"seed", round.seed},
          {"producers", round.producers},
          {"consumers", round.consumers},
          {"messages", round.messages},
          {"perturb", text_of(round.perturbations)},
          {"pinned", round.pinned},
          {"largest", round.largest},
          {"depth", round.depth},
          {"run_tag", round.run},
          {"delivery", name_of(round.rules.delivery)},
          {"fifo", round.rules.fifo},
          {"payload", round.rules.payload}};
}

Round round_from(const Json& json, const std::string& path) {
  try {
    if (json.at("version") != 1) throw UsageError(path + " is of another version than this program");
    return {.clause = json.at("clause"),
            .mechanism = json.at("mechanism"),
            .seed = json.at("seed"),
            .producers = json.at("producers"),
            .consumers = json.at("consumers"),
            .messages = json.at("messages"),
            .perturbations = perturbations_named(json.at("perturb").get<std::string>()),
            .pinned = json.at("pinned"),
            .largest = json.at("largest"),
            .depth = json.at("depth"),
            .run = json.at("run_tag"),
            .rules = {.delivery = delivery_named(json.at("delivery"), path),
                      .fifo = json.at("fifo"),
                      .payload = json.at("payload")}};
  } catch (const Json::exception& error) {
    throw UsageError(path + " is not as it was written: " + error.what());
  }
}

RoundOutcome play(const Mechanism& mechanism, Round round, const std::string& folder) {
  const Traits& traits = mechanism.traits;
  const std::unique_ptr<Ends> ends = link_for(mechanism, round);
  round.run = ends->session().tag();
  round.rules = {
      .delivery = traits.delivery, .fifo = traits.fifo, .payload = traits.framing != Framing::signal};
  OverLink medium(*ends);
  return play(round, medium, folder);
}

RoundOutcome play(const Round& round, Medium& medium, const std::string& folder) {
  std::filesystem::create_directories(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  save(round, folder, "the round was broken off");
  const std::string failure = play_processes(round, medium, folder);
  save(round, folder, failure);
  for (unsigned k = 0; k < round.producers; ++k) trim_history(folder + "/" + history_name(Side::producer, k));
  for (unsigned k = 0; k < round.consumers; ++k) trim_history(folder + "/" + history_name(Side::consumer, k));
  return judge(load(folder));
}

Saved load(const std::string& folder) {
  const std::string path = folder + "/" + case_file;
  std::ifstream file(path);
  if (!file) throw UsageError(path + " cannot be read");
  const Json json = Json::parse(file, nullptr, false);
  if (json.is_discarded()) throw UsageError(path + " is no JSON");
  Saved saved{.round = round_from(json, path), .histories = {}, .failure = json.value("failure", "")};
  for (const Side side : {Side::producer, Side::consumer}) {
    const unsigned count = side == Side::producer ? saved.round.producers : saved.round.consumers;
    for (unsigned number = 0; number < count; ++number) {
      const std::string name = folder + "/" + history_name(side, number);
      if (!std::filesystem::exists(name)) throw UsageError(name + " is missing");
      History history = read_history(name);
      if (history.side != side || history.number != number || history.run != saved.round.run)
        throw UsageError(name + " is of another process or another run than its name says");
      saved.histories.push_back(std::move(history));
    }
  }
  return saved;
}

RoundOutcome judge(const Saved& saved) {
  Rules rules = saved.round.rules;
  // What was under way when everybody was killed is not lost.
  if (!saved.failure.empty()) rules.delivery = Delivery::lossy;
  RoundOutcome outcome{.judgement = judge(saved.histories, rules), .failure = saved.failure};
  outcome.facts = facts_of(saved, outcome.judgement);
  return outcome;
}

}  // namespace ipcmark::contention
