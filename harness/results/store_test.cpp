#include "harness/results/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/results/record_testing.hpp"
#include "harness/results/scratch_testing.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Json = nlohmann::json;

class Store : public testing::Test {
 protected:
  Store() {
    for (const Trial& trial : {made_up::trial(0), made_up::failed_trial()}) {
      planned_.trials.emplace_back();
      planned_.trials.back().key = trial.key;
    }
    planned_.run = made_up::run();
    planned_.skipped = made_up::result().skipped;
  }
  ResultStore open(bool resumed = false) { return {directory_, resumed}; }
  Json result_file() const { return read_result_file(directory_ + "/result.json"); }
  std::string journal() const { return directory_ + "/journal.jsonl"; }
  std::string refusal(const std::string& directory, bool resumed = false) {
    try {
      ResultStore store(directory, resumed);
      store.begin(planned_, environment_);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }

  const Scratch scratch_;
  const std::string directory_ = scratch_.path("some/result");
  const Json environment_{{"kernel", "made up"}};
  Result planned_;
};

TEST_F(Store, TheResultFileIsValidAtEveryMoment) {
  ResultStore store = open();
  Result result = planned_;
  store.begin(result, environment_);
  EXPECT_EQ(result_file().at("trials").size(), 2U);
  EXPECT_EQ(result_file().at("run").at("partial"), true);
  for (int k = 0; k < 3; ++k) {
    result.trials[0].launches.push_back(made_up::launch());
    store.add_launch(result.trials[0].key, result.trials[0].launches.back());
    EXPECT_NO_THROW(result_file());
    store.save(result);
    EXPECT_NO_THROW(result_file());
  }
  result.run.partial = false;
  store.finish(result);
  EXPECT_EQ(result_file().at("run").at("partial"), false);
  EXPECT_EQ(result_file().at("trials").at(0).at("launches").size(), 3U);
  EXPECT_EQ(result_file().at("environment").at("kernel"), "made up");
}

TEST_F(Store, AFinishedRunLeavesTheResultAndNothingElse) {
  ResultStore store = open();
  Result result = planned_;
  store.begin(result, environment_);
  result.run.partial = false;
  store.finish(result);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory_)) names.push_back(entry.path().filename());
  EXPECT_THAT(names, testing::ElementsAre("result.json"));
}

TEST_F(Store, AnInterruptedRunKeepsItsJournal) {
  ResultStore store = open();
  store.begin(planned_, environment_);
  store.finish(planned_);
  EXPECT_TRUE(ResultStore::has_journal(directory_));
  EXPECT_EQ(result_file().at("run").at("partial"), true);
}

TEST_F(Store, WhatIsResumedEqualsWhatWasWritten) {
  const Launch launch = made_up::launch(), other = made_up::launch(777);
  {
    ResultStore store = open();
    store.begin(planned_, environment_);
    store.add_launch(planned_.trials[0].key, launch);
    store.add_failure(planned_.trials[1].key, *made_up::failed_trial().failure);
    store.add_launch(planned_.trials[0].key, other);
  }
  const ResultStore::Journal read = ResultStore::read_journal(directory_);
  EXPECT_EQ(to_json(read.run), to_json(planned_.run));
  ASSERT_EQ(read.trials.size(), 2U);
  ASSERT_EQ(read.trials[0].launches.size(), 2U);
  EXPECT_EQ(to_json(read.trials[0].launches[0]), to_json(launch));
  EXPECT_EQ(to_json(read.trials[0].launches[1]), to_json(other));
  EXPECT_EQ(to_json(read.trials[1]), to_json(made_up::failed_trial()));
  ASSERT_EQ(read.skipped.size(), 1U);
  EXPECT_EQ(to_json(read.skipped[0]), to_json(planned_.skipped[0]));
}

TEST_F(Store, AJournalWithATornLastLineIsReadUpToIt) {
  {
    ResultStore store = open();
    store.begin(planned_, environment_);
    store.add_launch(planned_.trials[0].key, made_up::launch());
    store.add_launch(planned_.trials[0].key, made_up::launch());
  }
  const std::string whole = content_of(journal());
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  for (const std::size_t kept : {std::size_t{1}, std::size_t{100}, whole.size() - last - 2}) {
    std::ofstream(journal(), std::ios::trunc) << whole.substr(0, last + kept);
    EXPECT_EQ(ResultStore::read_journal(directory_).trials[0].launches.size(), 1U) << kept;
  }
}

TEST_F(Store, ALaunchThatWasMeasuredAfterATornLineIsNotLost) {
  {
    ResultStore store = open();
    store.begin(planned_, environment_);
    store.add_launch(planned_.trials[0].key, made_up::launch());
  }
  std::ofstream(journal(), std::ios::app) << R"({"mechanism":"shm_sp)";
  {
    ResultStore store = open(true);
    store.begin(planned_, environment_);
    store.add_launch(planned_.trials[0].key, made_up::launch());
  }
  EXPECT_EQ(ResultStore::read_journal(directory_).trials[0].launches.size(), 2U);
}

TEST_F(Store, ASecondRunIntoTheSameDirectoryIsRefusedAndToldHowToGoOn) {
  { open().begin(planned_, environment_); }
  const std::string before = content_of(journal());
  EXPECT_EQ(refusal(directory_),
            directory_ + " holds a result already; choose another --out, or go on with it by --resume " +
                directory_);
  EXPECT_EQ(content_of(journal()), before);
  fs::remove(journal());
  EXPECT_THAT(refusal(directory_), HasSubstr("holds a result already"));
  EXPECT_TRUE(fs::exists(directory_ + "/result.json"));
}

TEST_F(Store, ADirectoryThatCannotBeMadeIsAUsageError) {
  std::ofstream(scratch_.path("file")) << "in the way";
  EXPECT_THAT(refusal(scratch_.path("file/below")), HasSubstr("cannot make the output directory"));
  EXPECT_THAT(refusal(scratch_.path("file/below")), HasSubstr("--out"));
}

TEST_F(Store, ADirectoryInWhichNothingCanBeWrittenIsAUsageError) {
  // Nobody may create files in it, not even root.
  EXPECT_THAT(refusal("/proc/self"), HasSubstr("cannot write /proc/self/journal.jsonl"));
}

TEST_F(Store, AFullDiskIsAUsageErrorThatSaysThatTheRestIsKept) {
  fs::create_directories(directory_);
  fs::create_symlink("/dev/full", journal());
  const std::string said = refusal(directory_, true);
  EXPECT_THAT(said, HasSubstr("No space left on device"));
  EXPECT_THAT(said, HasSubstr("make room"));
}

TEST_F(Store, AFullDiskLeavesTheLastResultFileAsItWas) {
  ResultStore store = open();
  store.begin(planned_, environment_);
  const std::string before = content_of(directory_ + "/result.json");
  fs::create_symlink("/dev/full", directory_ + "/result.json.new");
  EXPECT_THROW(store.finish(made_up::result()), UsageError);
  EXPECT_EQ(content_of(directory_ + "/result.json"), before);
}

TEST_F(Store, ThereIsNothingToResumeWithoutAJournal) {
  try {
    ResultStore::read_journal(scratch_.path("nowhere"));
    FAIL() << "a journal that is not there was read";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("nothing to resume"));
  }
}

TEST_F(Store, AJournalWithoutItsFirstLineIsDamaged) {
  fs::create_directories(directory_);
  for (const char* content : {"", "{\"schema\":1,\"run\":{", "[1]\n", "{}\n"}) {
    std::ofstream(journal(), std::ios::trunc) << content;
    try {
      ResultStore::read_journal(directory_);
      FAIL() << "read: " << content;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("damaged")) << content;
    }
  }
}

TEST_F(Store, ATextThatIsNotUtf8IsWrittenAllTheSame) {
  planned_.run.command = "ipcmark run --out caf\xe9";
  EXPECT_NO_THROW(open().begin(planned_, environment_));
  EXPECT_THAT(result_file().at("run").at("command").get<std::string>(), HasSubstr("caf\xEF\xBF\xBD"));
}

}  // namespace
}  // namespace ipcmark
