// ipcmark compare, gate and baseline: two or more builds, mechanisms or results, with a verdict for each
// figure.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

namespace ipcmark {

class CompareCommands {
 public:
  // Adds the commands to the program's command line; `command` is as typed. Parsing writes into this object.
  CompareCommands(CLI::App& app, const std::string& command);
  ~CompareCommands();

  // Runs the command that was typed and returns its exit code; nothing when it is none of these.
  std::optional<int> run();

 private:
  void add_compare(CLI::App&, const std::string& command);
  void add_gate(CLI::App&, const std::string& command);
  void add_baseline(CLI::App&);

  struct Typed;
  std::unique_ptr<Typed> typed_;
};

}  // namespace ipcmark
