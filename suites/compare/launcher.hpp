// Launches by another build of ipcmark, or by this one: a process that stays, and makes launch after launch
// for whoever compares. So two builds are measured in turn, each by itself.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "harness/os/channel.hpp"
#include "harness/os/process.hpp"
#include "suites/workloads/launch.hpp"

namespace ipcmark {

struct LaunchRequest {
  TrialKey key;
  double duration_s = 0.1, warm_up_s = 0.01, watchdog_s = 10;
  std::optional<Sabotage> sabotage = {};
};

// What became of a launch: one of the three.
struct Made {
  std::optional<Launch> launch;
  std::optional<Failure> failure;
  std::string unsupported;  // why this build cannot carry that trial here
};

class Launcher {
 public:
  // Throws UsageError when the program is none that makes launches.
  explicit Launcher(std::string program);

  // Throws Interrupted. A launcher that dies, or says nothing in time, is a failure of that launch, and is
  // started anew for the next.
  Made launch(const LaunchRequest&);

  const std::string& program() const noexcept { return program_; }
  // {revision, version, compiler, compiler_version, flags, build_type, ...}, as in an environment.
  const nlohmann::json& build() const noexcept { return build_; }
  bool has(const std::string& mechanism) const;

 private:
  void start();
  std::optional<std::string> answer(double within_s);

  std::string program_;
  os::Channel channel_;
  os::Process process_;
  nlohmann::json build_, mechanisms_;
};

// The role itself: `ipcmark --launcher`. One JSON object per line on os::first_handle(), as
// suites/compare/README.md says. Ends when the other side is gone.
int launcher_main();

}  // namespace ipcmark
