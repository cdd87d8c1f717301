#include "suites/cli/compare.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "suites/cli/gate.hpp"
#include "suites/cli/program.hpp"

namespace ipcmark {
namespace {

// Where baselines are kept when nothing is said.
std::string usual_store() {
  const char* chosen = std::getenv("IPCMARK_BASELINES");
  return chosen == nullptr ? ".ipcmark/baselines" : chosen;
}

void add_store(CLI::App& app, std::string& store) {
  app.add_option("--store", store,
                 "the folder where baselines are kept; default IPCMARK_BASELINES, else .ipcmark/baselines")
      ->default_str("");
}

}  // namespace

struct CompareCommands::Typed {
  CLI::App *compare = nullptr, *gate = nullptr, *baseline = nullptr;
  CLI::App *save = nullptr, *list = nullptr, *show = nullptr, *remove = nullptr;
  CompareOptions options;
  GateOptions gated;
  BaselineOptions kept;
};

CompareCommands::CompareCommands(CLI::App& app, const std::string& command)
    : typed_(std::make_unique<Typed>()) {
  add_compare(app, command);
  add_gate(app, command);
  add_baseline(app);
}

CompareCommands::~CompareCommands() = default;

void CompareCommands::add_compare(CLI::App& app, const std::string& command) {
  CompareOptions& options = typed_->options;
  options.command = command;
  options.store = usual_store();
  typed_->compare = app.add_subcommand(
      "compare", "builds, mechanisms or results: a verdict for each figure; what can be is measured in turn");
  add_sides(*typed_->compare, options);
  add_builds(*typed_->compare, options);
  add_selection(*typed_->compare, options.selection);
  add_judging(*typed_->compare, options);
  add_measuring(*typed_->compare, options);
}

void CompareCommands::add_gate(CLI::App& app, const std::string& command) {
  GateOptions& gated = typed_->gated;
  gated.compare.command = command;
  gated.compare.store = usual_store();
  CLI::App& gate = *(typed_->gate = app.add_subcommand(
                         "gate", "did it get slower? for CI: an exit code, JUnit, markdown, annotations"));
  gate.add_option("suite", gated.compare.words, "quick (the default), standard, full, load, or a TOML file");
  gate.add_option("--baseline", gated.compare.baseline,
                  "the baseline is this stored one: ipcmark baseline list");
  add_store(gate, gated.compare.store);
  add_builds(gate, gated.compare);
  add_selection(gate, gated.compare.selection);
  add_judging(gate, gated.compare);
  add_measuring(gate, gated.compare);
  gate.add_flag("--strict", gated.strict, "exit code 4 when a trial is on one side only");
  gate.add_option("--junit", gated.junit, "JUnit XML into this file as well; it is always in the directory");
  gate.add_option("--markdown", gated.markdown, "the summary into this file as well (GITHUB_STEP_SUMMARY)");
  gate.add_option("--json", gated.json, "a small JSON into this file as well");
  gate.add_flag("--github", gated.github, "annotations for GitHub Actions on standard output");
  gate.add_flag("--self-test", gated.self_test,
                "prove that this gate can fire: known changes must give their exit codes, and no change 0");
}

void CompareCommands::add_baseline(CLI::App& app) {
  BaselineOptions& kept = typed_->kept;
  kept.store = usual_store();
  CLI::App& baseline =
      *(typed_->baseline = app.add_subcommand("baseline", "results kept under a name, for a gate"));
  baseline.require_subcommand(1);
  typed_->save = baseline.add_subcommand("save", "keep a result under a name");
  typed_->save->add_option("name", kept.name, "a plain word")->required();
  typed_->save
      ->add_option("result", kept.result, "a result directory; of 30 launches or more it can be confirmed")
      ->required();
  typed_->save->add_flag("--replace", kept.replace, "in the place of one of that name");
  typed_->list = baseline.add_subcommand("list", "the names, with their machines and times");
  typed_->show = baseline.add_subcommand("show", "one of them: its environment and its trials");
  typed_->remove = baseline.add_subcommand("rm", "forget one");
  for (CLI::App* one : {typed_->show, typed_->remove})
    one->add_option("name", kept.name, "its name")->required();
  for (CLI::App* one : {typed_->save, typed_->list, typed_->show, typed_->remove})
    add_store(*one, kept.store);
}

std::optional<int> CompareCommands::run() {
  if (*typed_->compare) return compare_command(typed_->options);
  if (*typed_->gate) return typed_->gated.self_test ? self_test_command() : gate_command(typed_->gated);
  if (!*typed_->baseline) return std::nullopt;
  if (*typed_->save) return save_baseline(typed_->kept);
  if (*typed_->list) return list_baselines(typed_->kept);
  return *typed_->show ? show_baseline(typed_->kept) : remove_baseline(typed_->kept);
}

}  // namespace ipcmark
