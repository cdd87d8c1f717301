// The parent of a run is killed: its children go with it, and its janitor removes every name.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/os/host.hpp"
#include "suites/conformance/faults/faults.hpp"

namespace ipcmark::faults {
namespace {

// A run with a link, an end of it that waits, and one that sends. Every process of it has handle 0 as its
// standard output, so that whoever reads the other end of that pipe learns when the last one, which is the
// janitor, is gone.
void run_until_killed(Stage& stage) {
  check(::dup2(stage.fd(0), STDOUT_FILENO), "dup2");
  stage.close(0);
  Session session;
  Scene scene(session, *mechanism_named(stage.text()), Role::producer, 64);
  scene.let_wait(scene.peer());
  stage.say(session.id() + " " + std::to_string(scene.victim().id()) + " " +
            std::to_string(scene.peer().id()));
  Stage::wait_to_be_killed();
}

struct Pipe {
  Pipe() {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "pipe2");
    read = os::Handle(ends[0]);
    write = os::Handle(ends[1]);
  }
  void await_end() {
    write.reset();
    char byte = 0;
    while (::read(read.fd(), &byte, 1) > 0) {
    }
  }
  os::Handle read, write;
};

struct Run {
  const Mechanism* mechanism;
  std::string id;
  std::vector<std::int64_t> processes;
};

}  // namespace

// For every mechanism side by side, since a janitor stays for two seconds.
void killed_parent_leaves_nothing() {
  Pipe pipe;
  std::deque<Actor> parents;
  std::vector<Run> runs;
  for (const Mechanism* const mechanism : mechanisms()) {
    if (!transfers(mechanism->traits)) continue;
    Actor& parent = parents.emplace_back(run_until_killed, std::vector{pipe.write.raw()},
                                         std::string(mechanism->traits.name));
    try {
      std::istringstream words(parent.hear());
      Run run{.mechanism = mechanism, .id = {}, .processes = std::vector<std::int64_t>(2)};
      words >> run.id >> run.processes[0] >> run.processes[1];
      ASSERT_TRUE(words) << mechanism->traits.name << ": " << words.str();
      runs.push_back(run);
    } catch (const Unsupported& missing) {
      observe(std::string(mechanism->traits.name) + ": " + missing.what());
    }
  }
  const auto any_names = [&] {
    std::size_t names = 0;
    for (const Run& run : runs) names += os::leftovers(run.id).size();
    return names;
  };
  record("names_before", any_names());
  for (const Actor& parent : parents) parent.kill_unreaped();
  parents.clear();
  pipe.await_end();
  for (const Run& run : runs) {
    EXPECT_EQ(os::leftovers(run.id), std::vector<std::string>()) << run.mechanism->traits.name;
    for (const std::int64_t process : run.processes)
      EXPECT_FALSE(os::process_exists(process)) << run.mechanism->traits.name << " left process " << process;
  }
  record("runs", runs.size());
}

}  // namespace ipcmark::faults
