// ipcmark gate --self-test: the gate is given what it must notice, and what it must not.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "harness/os/process.hpp"
#include "harness/run/session.hpp"
#include "suites/cli/gate.hpp"
#include "suites/cli/program.hpp"
#include "suites/compare/stored.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

struct Step {
  std::string what;
  Words words;
  std::vector<int> expected;
};

int code_of(const Words& words) {
  os::Process process = os::Process::start(os::executable_path(), words, {});
  const os::Exit exit = process.wait();
  return exit.signal != 0 ? 128 + exit.signal : exit.code;
}

// A trial that every host has, quick and steady: both ends on one core.
const Words trial{"-m", "anonymous_pipe", "-w",     "ping_pong", "-s", "64",
                  "-p", "same_core",      "--wait", "block"};

Words with_trial(Words words) {
  words.insert(words.end(), trial.begin(), trial.end());
  return words;
}

class SelfTest {
 public:
  explicit SelfTest(std::string folder) : folder_(std::move(folder)), store_(folder_ + "/baselines") {}

  int run() {
    prepare();
    int wrong = 0;
    for (const Step& step : steps()) {
      Words words = step.words;
      words.insert(words.end(), {"--quiet", "--out", fmt::format("{}/{}", folder_, step_++)});
      const int code = code_of(words);
      const bool fine = std::find(step.expected.begin(), step.expected.end(), code) != step.expected.end();
      wrong += fine ? 0 : 1;
      fmt::print("{:<6} exit code {} ({} expected): {}\n", fine ? "ok" : "WRONG", code,
                 fmt::join(step.expected, " or "), step.what);
      std::fflush(stdout);
      if (os::termination_signal() != 0) return 128 + os::termination_signal();
    }
    fmt::print("{}\n", wrong == 0 ? "the gate notices what it must, and nothing else"
                                  : "this gate cannot be relied on here");
    return wrong == 0 ? exit_code::fine : exit_code::failure;
  }

 private:
  Words gate(Words more) const {
    Words words =
        with_trial({"gate", "--force", "--statistic", "p50", "--baseline-bin", os::executable_path()});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Words against(const std::string& baseline) const {
    return {"gate", "--baseline", baseline, "--store", store_};
  }

  // A result, the same of another machine, and one that was cut off.
  void prepare() {
    const std::string measured = folder_ + "/measured";
    if (const int code = code_of(with_trial({"run", "-n", "18", "-d", "5ms", "--quiet", "--out", measured}));
        code != 0)
      throw UsageError(fmt::format("the gate cannot be tested, since a run fails here (exit code {})", code));
    nlohmann::json result = read_result(measured);
    const Baselines baselines(store_);
    baselines.save("here", result, false);
    result["environment"]["cpu"]["model"] = "another processor";
    baselines.save("elsewhere", result, false);
    std::ofstream(store_ + "/damaged.json") << result.dump().substr(0, 2000);
  }

  std::vector<Step> steps() const {
    return {{"the same program twice", gate({}), {exit_code::fine}},
            {"the consumer slower by a quarter of a message's time",
             gate({"--inject", "25%"}),
             {exit_code::regression}},
            {"a consumer that dies", gate({"--inject", "crash"}), {exit_code::failure}},
            {"a baseline of another machine", against("elsewhere"), {exit_code::mismatch}},
            {"a baseline that is cut off", against("damaged"), {exit_code::usage, exit_code::failure}},
            {"a baseline that is not there", against("nowhere"), {exit_code::usage}}};
  }

  std::string folder_, store_;
  int step_ = 0;
};

}  // namespace

int self_test_command() {
  const std::string folder = (fs::temp_directory_path() / ("ipcmark-self-test-" + Session().id())).string();
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::owner_all);
  struct Removed {
    std::string folder;
    ~Removed() {
      std::error_code error;
      fs::remove_all(folder, error);
    }
  } const removed{folder};
  return SelfTest(folder).run();
}

}  // namespace ipcmark
