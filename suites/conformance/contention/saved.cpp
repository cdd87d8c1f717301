// GEN-26: what a verification has saved of a contention case can be judged again.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "suites/conformance/contention/folder.hpp"
#include "suites/conformance/contention/round.hpp"

namespace ipcmark {
namespace {

using namespace contention;

// Over the first mechanism that many may share and that this host has.
RoundOutcome play_somewhere(Round& round, const std::string& folder) {
  for (const Mechanism* mechanism : mechanisms()) {
    const Traits& traits = mechanism->traits;
    if (traits.framing != Framing::message || !traits.many_producers || !traits.many_consumers) continue;
    round.mechanism = traits.name;
    try {
      return play(*mechanism, round, folder);
    } catch (const Unsupported&) {
      continue;
    }
  }
  throw Unsupported("none of the mechanisms that several producers and consumers share is there");
}

bool is_receipt(const Record& record) { return record.status == Status::ok; }

}  // namespace

void a_saved_history_is_judged_alike() {
  const CaseFolder folder(true);
  Round round{.clause = "GEN-26", .mechanism = {}, .seed = case_settings().seed};
  round.producers = round.consumers = 2;
  round.messages = 200;
  const RoundOutcome before = play_somewhere(round, folder.path());
  EXPECT_TRUE(before.good()) << before.text();
  EXPECT_EQ(before.judgement.acknowledged, 400U);
  EXPECT_EQ(judge(load(folder.path())).judgement, before.judgement);

  // Histories that say something else are judged otherwise.
  const std::string path = folder.path() + "/consumer-0.history";
  History consumer = read_history(path);
  auto& records = consumer.records;
  const auto receipt = std::find_if(records.begin(), records.end(), is_receipt);
  if (receipt == records.end()) throw Inconclusive("one of the two consumers had nothing");
  records.erase(receipt);
  write_history(path, consumer);
  const std::vector<std::string> found = judge(load(folder.path())).judgement.found();
  EXPECT_EQ(found.size(), 1U);
  EXPECT_TRUE(found == std::vector<std::string>{"lost"} || found == std::vector<std::string>{"lost_tail"});

  std::filesystem::resize_file(path, 100);
  EXPECT_THROW(load(folder.path()), UsageError);
}

}  // namespace ipcmark
