// The conformance half of the program: its commands and its roles.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/mechanism.hpp"
#include "suites/cli/selection.hpp"

namespace ipcmark {

class ConformanceCommands {
 public:
  // Adds the commands to the program's command line, and to `list` what else it can list. `command` is as
  // typed. Parsing writes into this object.
  ConformanceCommands(CLI::App& app, CLI::App& list, std::string command);
  ~ConformanceCommands();

  // Runs the command that was typed and returns its exit code; nothing when it is none of these.
  std::optional<int> run(bool as_json);

 private:
  struct Typed;
  std::unique_ptr<Typed> typed_;
};

// Lines of the program's help.
std::string_view conformance_examples() noexcept;

// Plays a role in which the conformance half starts this program anew; nothing when it is none of its roles.
std::optional<int> conformance_role(int argc, char** argv);

}  // namespace ipcmark
