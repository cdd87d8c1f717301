#include "harness/run/cast.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "harness/run/session.hpp"

namespace ipcmark {
namespace {

using testing::HasSubstr;

std::set<pid_t> children_of_this_process() {
  std::set<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string line;
    if (!std::getline(file, line)) continue;
    // "pid (name) state parent": proc(5)
    std::istringstream behind_name(line.substr(line.rfind(')') + 1));
    char state = 0;
    pid_t parent = 0;
    if (behind_name >> state >> parent && parent == ::getpid())
      children.insert(std::stoi(entry.path().filename().string()));
  }
  return children;
}

// A mechanism that every host has, and jobs over it.
class CastTest : public testing::Test {
 protected:
  static constexpr std::size_t size = 64;

  std::unique_ptr<Link> link() {
    return mechanism_named(mechanism)->create(
        {.max_message = size, .depth = 64, .run = session_.id(), .link = session_.next_link()});
  }
  Job job(const std::string& role, Link& of) {
    Job part;
    part.role = role;
    part.loop = role == "producer" ? "produce" : "consume";
    part.mechanism = mechanism;
    part.size = size;
    part.run_tag = session_.tag();
    part.clock = os::choose_clock("monotonic");
    Ticket ticket = of.ticket(role == "producer" ? Role::producer : Role::consumer);
    ticket.max_message = size;
    ticket.depth = 64;
    ticket.run_tag = session_.tag();
    (role == "producer" ? part.out : part.in) = ticket;
    return part;
  }
  std::vector<Job> producer_and_consumer(Link& of) { return {job("producer", of), job("consumer", of)}; }

  // The newest of this process's children, which is the last job of the latest cast. The janitor is older.
  void send_to_the_newest_child(int signal) const {
    auto started = children_of_this_process();
    for (const pid_t known : before_) started.erase(known);
    ASSERT_FALSE(started.empty());
    ::kill(*started.rbegin(), signal);
  }

  const std::string mechanism = "anonymous_pipe";
  Session session_;
  const std::set<pid_t> before_ = children_of_this_process();
};

// Long enough for processes to start on a busy host.
constexpr std::chrono::seconds short_patience{4};
constexpr RoundOrder ten{.plan = {.first = 0, .end = 10, .sample_stride = 1}, .measured = true};

TEST_F(CastTest, EveryMessageOfARoundReachesTheOtherProcess) {
  const auto pipe = link();
  Cast cast(producer_and_consumer(*pipe));
  pipe->handed_over();
  const auto reports = cast.round(ten, std::chrono::seconds(0));
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].sent, 10U);
  EXPECT_EQ(reports[1].received, 10U);
  EXPECT_EQ(reports[1].latency.count(), 10U);
  EXPECT_TRUE(reports[1].tally.clean());
  EXPECT_GE(reports[1].ended, reports[0].begun);
  EXPECT_NO_THROW(cast.finish());
}

TEST_F(CastTest, RoundsGoOnWhereTheLastOneEnded) {
  const auto pipe = link();
  Cast cast(producer_and_consumer(*pipe));
  for (std::uint64_t round = 0; round < 5; ++round) {
    const RoundOrder order{.plan = {.first = 7 * round, .end = 7 * round + 7, .sample_stride = 1}};
    const auto reports = cast.round(order, std::chrono::seconds(0));
    EXPECT_EQ(reports[1].received, 7U);
    EXPECT_EQ(reports[1].next, 7 * round + 7);
    EXPECT_TRUE(reports[1].tally.clean());
  }
  EXPECT_NO_THROW(cast.finish());
}

TEST_F(CastTest, AChildThatCrashesIsNamedWithItsSignal) {
  const auto pipe = link();
  Cast cast({job("consumer", *pipe)});
  send_to_the_newest_child(SIGKILL);
  try {
    cast.round(ten, std::chrono::seconds(0));
    FAIL() << "the death of a child went unnoticed";
  } catch (const CastFailure& failure) {
    EXPECT_EQ(failure.kind, "crash");
    EXPECT_STREQ(failure.what(), "the consumer died: killed by signal 9 (Killed)");
  }
}

TEST_F(CastTest, AChildThatDiesBetweenRoundsIsNoticedAtTheEnd) {
  const auto pipe = link();
  Cast cast({job("consumer", *pipe)});
  send_to_the_newest_child(SIGABRT);
  try {
    cast.finish();
    FAIL() << "the death of a child went unnoticed";
  } catch (const CastFailure& failure) {
    EXPECT_EQ(failure.kind, "crash");
    EXPECT_THAT(failure.what(), HasSubstr("the consumer ended with killed by signal 6"));
  }
}

TEST_F(CastTest, AChildThatStaysSilentIsToldToStopAndSaysHowFarItCame) {
  const auto pipe = link(), other = link();
  // Its pipe stays open and empty, since the parent keeps the other end.
  Cast cast({job("producer", *pipe), job("consumer", *other)}, short_patience);
  const auto reports = cast.round(ten, std::chrono::seconds(0));
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].status, Status::ok);
  EXPECT_EQ(reports[0].sent, 10U);
  EXPECT_EQ(reports[1].status, Status::stopped);
  EXPECT_EQ(reports[1].received, 0U);
  EXPECT_NO_THROW(cast.finish());
}

TEST_F(CastTest, AChildThatDoesNotEvenStopIsAHangThatNamesIt) {
  const auto pipe = link();
  Cast cast({job("consumer", *pipe)}, short_patience);
  send_to_the_newest_child(SIGSTOP);
  try {
    cast.round(ten, std::chrono::seconds(0));
    FAIL() << "a stopped child came to its end";
  } catch (const CastFailure& failure) {
    EXPECT_EQ(failure.kind, "hang");
    EXPECT_STREQ(failure.what(), "the consumer neither came to its end nor stopped when told to");
  }
}

TEST_F(CastTest, AChildThatDoesNotOpenItsEndpointIsAHangThatNamesIt) {
  const auto fifo = mechanism_named("fifo")->create(
      {.max_message = size, .depth = 64, .run = session_.id(), .link = session_.next_link()});
  Job waiting = job("producer", *fifo);  // opening for writing waits for a reader, and none comes
  waiting.mechanism = "fifo";
  try {
    const Cast cast({waiting}, std::chrono::milliseconds(200));
    FAIL() << "a FIFO was opened for writing without a reader";
  } catch (const CastFailure& failure) {
    EXPECT_EQ(failure.kind, "hang");
    EXPECT_THAT(failure.what(), testing::StartsWith("the producer did not open its endpoint"));
  }
}

TEST_F(CastTest, AProducerWhoseConsumerIsMissingSaysClosed) {
  const auto pipe = link();
  Cast cast({job("producer", *pipe)});
  pipe->handed_over();
  EXPECT_EQ(cast.round(ten, std::chrono::seconds(0))[0].status, Status::closed);
}

TEST_F(CastTest, ASetUpThatFailsIsThrownWithItsRole) {
  const auto pipe = link();
  Job broken = job("consumer", *pipe);
  broken.mechanism = "no_such_mechanism";
  try {
    const Cast cast({job("producer", *pipe), broken});
    FAIL() << "a child without a mechanism became ready";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the consumer could not be set up: no mechanism named no_such_mechanism");
  }
}

TEST_F(CastTest, ConsumersWithLanesAreToldToStopWhenTheProducersAreThroughAndHaveThenTakenAll) {
  const auto link =
      mechanism_named("packet_pipe")
          ->create({.max_message = size, .depth = 64, .run = session_.id(), .link = session_.next_link()});
  std::vector<Job> jobs{job("producer", *link), job("producer", *link), job("consumer", *link),
                        job("consumer", *link)};
  jobs[1].producer = 1;
  for (Job& one : jobs) {
    one.mechanism = "packet_pipe";
    if (!one.in) continue;
    one.loop = "share";
    one.lanes = 2;
  }
  Cast cast(std::move(jobs));
  link->handed_over();
  for (std::uint64_t first = 0; first < 5000; first += 1000) {
    const RoundOrder order{.plan = {.first = first, .end = first + 1000, .sample_stride = 1}};
    const auto reports = cast.round(order, std::chrono::seconds(0));
    EXPECT_EQ(reports[2].received + reports[3].received, 2000U);
    for (const std::size_t lane : {0U, 1U}) {
      LaneCount seen = reports[2].lanes.at(lane);
      seen += reports[3].lanes.at(lane);
      EXPECT_EQ(seen, count_of({.first = first, .end = first + 1000}));
    }
    for (const RoundReport& report : reports) EXPECT_EQ(report.status, Status::ok);
  }
  EXPECT_NO_THROW(cast.finish());
}

TEST_F(CastTest, InTurnEachRunsItsLoopWhenTheOneBeforeIsThrough) {
  const auto pipe = link();
  Cast cast(producer_and_consumer(*pipe));
  pipe->handed_over();
  const auto reports = cast.in_turn(ten);
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[1].received, 10U);
  EXPECT_GE(reports[1].begun, reports[0].ended);
  EXPECT_NO_THROW(cast.finish());
}

TEST_F(CastTest, AnUnknownLoopIsRefused) {
  const auto pipe = link();
  Job broken = job("consumer", *pipe);
  broken.loop = "dance";
  EXPECT_THROW(Cast({broken}), std::runtime_error);
}

TEST_F(CastTest, ALoopForPrioritiesIsRefusedWhereThereAreNone) {
  const auto pipe = link();
  Job broken = job("producer", *pipe);
  broken.loop = "urge";
  EXPECT_THROW(Cast({broken}), std::runtime_error);
}

TEST_F(CastTest, NobodyIsLeftWhenItGoes) {
  const auto pipe = link();
  {
    const Cast cast(producer_and_consumer(*pipe));
    EXPECT_EQ(children_of_this_process().size(), before_.size() + 2);
  }
  EXPECT_EQ(children_of_this_process(), before_);
}

}  // namespace
}  // namespace ipcmark
