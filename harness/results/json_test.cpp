#include "harness/results/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "harness/results/record_testing.hpp"
#include "harness/results/scratch_testing.hpp"

namespace ipcmark {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

Json written_and_read(const Json& json) { return Json::parse(json.dump()); }

// What comes back is the same when writing it again gives the same; fields that are never written are looked
// at one by one below.
TEST(ResultJson, ALaunchRoundTrips) {
  const Json json = to_json(made_up::launch());
  EXPECT_EQ(to_json(launch_from_json(written_and_read(json))), json);
}

TEST(ResultJson, WhatOnlySomeWorkloadsHaveRoundTripsAndIsLeftOutElsewhere) {
  Launch launch = made_up::launch();
  EXPECT_FALSE(to_json(launch).contains("fairness"));
  EXPECT_FALSE(to_json(launch).contains("overtaken_messages"));
  launch.fairness = Fairness{.producers = 0.75, .consumers = 0.5};
  launch.overtaken = 9.5;
  const Json json = to_json(launch);
  EXPECT_EQ(json.at("fairness"), Json({{"producers", 0.75}, {"consumers", 0.5}}));
  EXPECT_EQ(json.at("overtaken_messages"), 9.5);
  EXPECT_EQ(to_json(launch_from_json(written_and_read(json))), json);
}

TEST(ResultJson, EveryFieldOfALaunchIsWrittenUnderItsName) {
  const Json json = to_json(made_up::launch());
  EXPECT_EQ(json.at("messages"), 1000);
  EXPECT_EQ(json.at("bytes"), 64'000);
  EXPECT_EQ(json.at("seconds"), 0.00025);
  EXPECT_EQ(json.at("messages_per_s"), 4e6);
  EXPECT_EQ(json.at("bytes_per_s"), 256e6);
  EXPECT_EQ(json.at("verified"),
            Json({{"lost", 1}, {"repeated", 2}, {"reordered", 3}, {"torn", 4}, {"foreign", 5}}));
  EXPECT_EQ(json.at("latency_ns").at("p99"), 501);
  EXPECT_EQ(json.at("latency_ns").at("histogram").at("bins"), Json({{250.5, 900}, {501.0, 100}}));
  const Json& producer = json.at("resources").at("producer");
  EXPECT_EQ(producer.at("user_ns"), 100);
  EXPECT_EQ(producer.at("system_ns"), 101);
  EXPECT_EQ(producer.at("voluntary_switches"), 102);
  EXPECT_EQ(producer.at("involuntary_switches"), 103);
  EXPECT_EQ(producer.at("minor_faults"), 104);
  EXPECT_EQ(producer.at("major_faults"), 105);
  EXPECT_EQ(producer.at("peak_rss_bytes"), 106);
  EXPECT_EQ(producer.at("proportional_bytes"), 107);
  EXPECT_EQ(producer.at("counters").at("cache_misses"), 110);
  EXPECT_EQ(producer.at("counters").at("kernel_included"), false);
  EXPECT_EQ(json.at("resources").at("consumer").at("user_ns"), 200);
  EXPECT_EQ(json.at("noise").at("stolen_ns"), 1e7);
  EXPECT_EQ(json.at("noise").at("reasons").size(), 2U);
  EXPECT_EQ(json.at("set_up_ns"), 3.5e6);
  EXPECT_EQ(json.at("started"), "2026-01-02T03:04:05Z");
}

TEST(ResultJson, WhatASystemDoesNotCountIsUnknownAndComesBackSo) {
  Launch launch = made_up::launch();
  launch.producer.usage.voluntary_switches.reset();
  launch.producer.usage.major_faults.reset();
  launch.noise.involuntary_switches.reset();
  const Json json = to_json(launch);
  EXPECT_EQ(json.at("resources").at("producer").at("voluntary_switches"), "unknown");
  EXPECT_EQ(json.at("resources").at("producer").at("major_faults"), "unknown");
  EXPECT_EQ(json.at("noise").at("involuntary_switches"), "unknown");
  EXPECT_EQ(to_json(launch_from_json(json)), json);
}

TEST(ResultJson, WhatALaunchDoesNotHaveIsSaidAndNeverAZero) {
  Launch launch = made_up::launch();
  launch.latency.reset();
  launch.producer.proportional_bytes.reset();
  launch.producer.counters.reset();
  launch.producer.counters_unavailable = "perf_event_open: No such file or directory";
  launch.noise.stolen_ns.reset();
  launch.noise.cpu_pressure_ns.reset();
  const Json json = to_json(launch);
  EXPECT_TRUE(json.at("latency_ns").is_null());
  EXPECT_EQ(json.at("resources").at("producer").at("proportional_bytes"), "unknown");
  EXPECT_EQ(json.at("resources").at("producer").at("counters"),
            "not available here: perf_event_open: No such file or directory");
  EXPECT_EQ(json.at("noise").at("stolen_ns"), "unknown");
  EXPECT_EQ(json.at("noise").at("cpu_pressure_ns"), "unknown");

  const Launch read = launch_from_json(written_and_read(json));
  EXPECT_FALSE(read.latency.has_value());
  EXPECT_FALSE(read.producer.proportional_bytes.has_value());
  EXPECT_FALSE(read.producer.counters.has_value());
  EXPECT_EQ(read.producer.counters_unavailable, "perf_event_open: No such file or directory");
  EXPECT_FALSE(read.noise.stolen_ns.has_value());
  EXPECT_EQ(to_json(read), json);
}

TEST(ResultJson, ATrialRoundTrips) {
  const Json json = to_json(made_up::trial());
  EXPECT_EQ(to_json(trial_from_json(written_and_read(json))), json);
  EXPECT_EQ(json.at("stopped_by"), "precision");
  EXPECT_EQ(json.at("notes"), Json({"contaminated launches: 6 of 6"}));
  EXPECT_FALSE(json.contains("failure"));
}

TEST(ResultJson, ATrialsSummaryHasEveryStatisticWithItsInterval) {
  const Json summary = to_json(made_up::trial()).at("summary");
  std::set<std::string> names;
  for (const auto& [name, interval] : summary.items()) {
    names.insert(name);
    EXPECT_LE(interval.at("low"), interval.at("median")) << name;
    EXPECT_LE(interval.at("median"), interval.at("high")) << name;
  }
  EXPECT_EQ(names, (std::set<std::string>{"p50", "p90", "p99", "p999", "max", "mean", "messages_per_s",
                                          "bytes_per_s", "cpu_ns_per_message", "peak_rss_bytes"}));
  EXPECT_EQ(summary.at("p50"), Json({{"median", 252.5}, {"low", 250.0}, {"high", 255.0}}));
  EXPECT_NEAR(to_json(made_up::trial()).at("confidence").get<double>(), 0.96875, 1e-9);
}

TEST(ResultJson, AFailedTrialHasItsReasonAndNoFigures) {
  const Json json = to_json(made_up::failed_trial());
  EXPECT_TRUE(json.at("summary").is_null());
  EXPECT_TRUE(json.at("launches").empty());
  EXPECT_FALSE(json.contains("confidence"));
  EXPECT_EQ(json.at("failure").at("kind"), "verification");
  EXPECT_EQ(json.at("failure").at("detail"), "3 lost (launch 2)");
  EXPECT_EQ(json.at("failure").at("verified").at("lost"), 3);
  EXPECT_EQ(to_json(trial_from_json(written_and_read(json))), json);
}

TEST(ResultJson, ATrialThatHasNotBegunHasNoSummary) {
  Trial empty;
  empty.key = made_up::key();
  EXPECT_TRUE(to_json(empty).at("summary").is_null());
  EXPECT_EQ(to_json(trial_from_json(written_and_read(to_json(empty)))), to_json(empty));
}

TEST(ResultJson, EveryWaitAndPlacementOfAKeyRoundTrips) {
  for (const Wait wait : every_kind_of_wait) {
    for (const Placement placement : every_placement) {
      TrialKey key = made_up::key();
      key.wait = wait;
      key.placement = placement;
      EXPECT_EQ(key_from_json(written_and_read(to_json(key))), key);
    }
  }
}

TEST(ResultJson, TheOptionsOfAKeyRoundTripAndThoseThatAreUsualAreNotWritten) {
  TrialKey key = made_up::key();
  EXPECT_FALSE(to_json(key).contains("options"));
  key.tuning.depth = 256;
  EXPECT_EQ(to_json(key).at("options"), Json({{"depth", 256}}));
  EXPECT_EQ(key_from_json(written_and_read(to_json(key))), key);
  EXPECT_EQ(variant(key), key.mechanism + "[depth=256]");
}

TEST(ResultJson, AnOptionThatIsAChoiceIsWrittenByItsName) {
  TrialKey key = made_up::key();
  key.tuning.memory = static_cast<std::size_t>(os::Memory::memfd);
  EXPECT_EQ(to_json(key).at("options"), Json({{"memory", "memfd"}}));
  EXPECT_EQ(key_from_json(written_and_read(to_json(key))), key);
  EXPECT_EQ(variant(key), key.mechanism + "[memory=memfd]");
  Json json = to_json(key);
  json["options"]["memory"] = "paper";
  EXPECT_THROW(key_from_json(json), UsageError);
}

TEST(ResultJson, AKeyWithAnUnknownWaitOrPlacementIsRefused) {
  Json json = to_json(made_up::key());
  json["wait"] = "dozing";
  EXPECT_THROW(key_from_json(json), UsageError);
  json = to_json(made_up::key());
  json["placement"] = "everywhere";
  EXPECT_THROW(key_from_json(json), UsageError);
}

TEST(ResultJson, TheFactsOfAnUnfinishedRunRoundTripWithEveryDigitOfTheSeed) {
  const Json json = to_json(made_up::run());
  EXPECT_EQ(to_json(run_from_json(written_and_read(json))), json);
  EXPECT_EQ(json.at("seed"), ~std::uint64_t{0});
  EXPECT_EQ(json.at("touch_clipboard"), true);
  EXPECT_TRUE(json.at("finished").is_null());
  EXPECT_TRUE(json.at("interrupted_by").is_null());
}

TEST(ResultJson, AWholeResultHasSchemaEnvironmentTrialsAndWhatWasSkipped) {
  const Json json = to_json(made_up::result(), {{"kernel", {{"release", "6.1"}}}});
  EXPECT_EQ(json.at("schema"), schema_version);
  EXPECT_EQ(json.at("environment").at("kernel").at("release"), "6.1");
  EXPECT_EQ(json.at("trials").size(), 2U);
  EXPECT_EQ(json.at("skipped").at(0).at("reason"), "no queue of this size");
  EXPECT_EQ(json.at("skipped").at(0).at("mechanism"), "posix_mq");
}

TEST(ResultJson, FloorsSayNothingOfASecondCoreThatIsNotThere) {
  Floors floors;
  floors.clock = {
      .clock = {.source = os::ClockSource::counter, .ns_per_tick = 0.4}, .cost_ns = 18, .resolution_ns = 1};
  floors.copy = {{.size = 8, .bytes_per_s = 1e9}};
  EXPECT_TRUE(to_json(floors).at("cache_line_round_trip_ns").is_null());
  floors.cache_line_round_trip_ns = 110;
  const Json json = to_json(floors);
  EXPECT_EQ(json.at("cache_line_round_trip_ns"), 110);
  EXPECT_EQ(json.at("clock").at("source"), "tsc");
  EXPECT_EQ(json.at("clock").at("ns_per_tick"), 0.4);
  EXPECT_EQ(json.at("memcpy").at(0), Json({{"size", 8}, {"bytes_per_s", 1e9}}));
}

class ResultFile : public testing::Test {
 protected:
  // The text of the refusal of a file with this content.
  std::string refusal(const std::string& content) {
    std::ofstream(path_) << content;
    try {
      read_result_file(path_);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }
  const Scratch scratch_;
  const std::string path_ = scratch_.path("result.json");
};

TEST_F(ResultFile, AWholeOneIsRead) {
  std::ofstream(path_) << to_json(made_up::result(), Json::object()).dump();
  EXPECT_EQ(read_result_file(path_).at("trials").size(), 2U);
}

TEST_F(ResultFile, AMissingOneCannotBeRead) {
  try {
    read_result_file(path_);
    FAIL() << "a file that is not there was read";
  } catch (const UsageError& error) {
    EXPECT_EQ(std::string(error.what()),
              path_ + ": cannot be read; give a result directory of `ipcmark run`");
  }
}

TEST_F(ResultFile, OneThatIsCutOffIsSaidToBeDamagedAndHowToRestoreIt) {
  const std::string whole = to_json(made_up::result(), Json::object()).dump();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
    const std::string said = refusal(whole.substr(0, size));
    EXPECT_THAT(said, HasSubstr("damaged or cut off")) << size;
    EXPECT_THAT(said, HasSubstr("--resume")) << size;
  }
}

TEST_F(ResultFile, OneOfAnotherProgramIsNotAResult) {
  for (const char* foreign : {"[]", "{}", "7", R"({"schema":1})", R"({"trials":[]})",
                              R"({"schema":"one","trials":[]})", R"({"schema":1.5,"trials":[]})"}) {
    EXPECT_THAT(refusal(foreign), HasSubstr("not a result of ipcmark")) << foreign;
  }
}

TEST_F(ResultFile, OneOfANewerVersionSaysWhichAndWhatToDo) {
  const std::string newer = std::to_string(schema_version + 1);
  const std::string said = refusal(R"({"trials":[],"schema":)" + newer + "}");
  EXPECT_THAT(said, HasSubstr("written by a newer ipcmark"));
  EXPECT_THAT(said, HasSubstr("schema " + newer));
  EXPECT_THAT(said, HasSubstr("use that version"));
}

TEST_F(ResultFile, EveryRefusalBeginsWithTheFile) {
  for (const char* content : {"", "{}", R"({"trials":[],"schema":99})"})
    EXPECT_THAT(refusal(content), testing::StartsWith(path_));
}

}  // namespace
}  // namespace ipcmark
