#include "suites/cli/program.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "harness/results/build_info.hpp"
#include "harness/run/child.hpp"
#include "harness/run/session.hpp"
#include "suites/benchmark/units.hpp"
#include "suites/cli/compare.hpp"
#include "suites/cli/conformance.hpp"
#include "suites/cli/selection.hpp"
#include "suites/compare/launcher.hpp"

namespace ipcmark {
namespace {

// `--wait` alone means to wait for the host; with strategies behind it, it selects them. CLI11 cannot tell
// the two apart, since a suite's name may follow.
std::vector<std::string> with_clear_wait(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  for (std::size_t k = 0; k < words.size(); ++k) {
    if (words[k] != "--wait") continue;
    const auto strategies = k + 1 < words.size() ? split_list({words[k + 1]}) : std::vector<std::string>{};
    const bool selects =
        !strategies.empty() && std::all_of(strategies.begin(), strategies.end(), [](const auto& word) {
          return std::any_of(std::begin(every_kind_of_wait), std::end(every_kind_of_wait),
                             [&](Wait wait) { return matches(word, name_of(wait)); });
        });
    const bool alone = k + 1 == words.size() || words[k + 1].starts_with("-") ||
                       words[k + 1].ends_with(".toml") ||
                       std::any_of(built_in_suites().begin(), built_in_suites().end(),
                                   [&](const SuiteText& suite) { return suite.name == words[k + 1]; });
    if (!selects && alone) words[k] = "--wait-for-host";
  }
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  return words;
}

std::string command_line(int argc, char** argv) {
  std::string line = "ipcmark";
  for (int k = 1; k < argc; ++k) {
    const std::string word = argv[k];
    const bool plain = !word.empty() && word.find_first_of(" *?\"'$&|;<>()") == std::string::npos;
    line += plain ? " " + word : " '" + word + "'";
  }
  return line;
}

void add_effort(CLI::App& run, TypedSelection& typed, RunOptions& options) {
  run.add_option("--launches,-n", options.overrides.launches,
                 "exactly so many launches (fresh processes) of each trial; default: until precise enough")
      ->check(CLI::Range(1, 10000));
  run.add_option("--duration,-d", typed.duration, "measured time of a launch: 100ms, 2s");
  run.add_option("--target", options.overrides.target,
                 "stop when the 95 % interval of the median is within this share of it: 0.02 is 2 %")
      ->check(CLI::Range(0.0001, 1.0));
  run.add_option("--budget", typed.budget, "longest time for one trial: 10s");
  run.add_option("--watchdog", typed.watchdog,
                 "time without progress after which a launch counts as hung: 10s");
  run.add_option("--seed", options.seed, "of the order of launches; recorded in the result");
  run.add_option("--clock", options.clock, "auto, tsc, monotonic, monotonic_coarse")->capture_default_str();
}

void add_output(CLI::App& run, RunOptions& options) {
  run.add_option("--out,-o", options.out, "directory of the result; default results/<suite>-<time>");
  run.add_option("--resume", options.resume, "go on with an interrupted run in this directory");
  run.add_flag("--dry-run", options.dry_run, "print the plan and how long it takes, measure nothing");
  run.add_flag("--hgrm", options.hgrm, "also write percentile distributions as .hgrm text");
  run.add_flag("--report", options.report, "write the report as well");
  run.add_flag("--quiet,-q", options.quiet, "no progress and no table, only errors");
}

// A command that gets everything behind its name as it was typed, --help too.
CLI::App* add_passed_on(CLI::App& app, const char* name, const char* what) {
  CLI::App* command = app.add_subcommand(name, what);
  command->set_help_flag();
  command->prefix_command();
  return command;
}

// A mistyped command, before CLI11 takes it for a missing one.
void check_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  if (word.starts_with("-") || std::find(known.begin(), known.end(), word) != known.end()) return;
  const std::string near = suggestion(word, known);
  throw UsageError(fmt::format(
      "no command named '{}'; {}", word,
      near.empty() ? fmt::format("there are: {}; see ipcmark --help", fmt::join(known, ", ")) : near));
}

constexpr const char* examples = R"(examples:
  ipcmark list                                      what can be measured here
  ipcmark run quick --out first                     every mechanism, in some three minutes
  ipcmark run -m 'shm_*,unix_stream' -s 64,4KiB     a comparison of your own
{}  ipcmark report first                              the page: first/report/index.html
  ipcmark advise first --profile rpc                which mechanism to choose, and why not the others
  ipcmark compare shm_spsc unix_stream -w ping_pong interleaved, with a verdict for each figure
  ipcmark compare --baseline-bin ../old/ipcmark quick
  ipcmark history add first                         one more point of every series; ipcmark history check
  ipcmark doctor                                    is this host fit for measuring?

exit codes: 0 fine, 1 confirmed regression, 2 usage or configuration, 3 measurement or conformance failure,
4 environment mismatch, 5 inconclusive (only when asked for); 128 + n when signal n interrupted a run)";

int parse_and_run(int argc, char** argv) {
  CLI::App app{"ipcmark measures and verifies inter-process communication between real processes.",
               "ipcmark"};
  app.allow_windows_style_options(false);  // there too an absolute path is no option
  app.set_version_flag("--version", fmt::format("ipcmark {} ({})", build_info.version, build_info.revision));
  app.footer(fmt::format(examples, conformance_examples()));
  app.require_subcommand(1);
  bool json = false;
  TypedSelection typed;
  RunOptions options;
  options.command = command_line(argc, argv);

  CLI::App* list = app.add_subcommand(
      "list", "what can be measured here, and with which options; what cannot, and why not");
  list->add_flag("--json", json, "as an array of {name, family, summary, available, reason, traits}");
  add_consent(*list);
  CLI::App* run = app.add_subcommand("run", "measure a suite or a selection into a result directory");
  run->add_option("suite", options.suite,
                  "quick, standard, full, load, or a TOML file; without one, what the options below select");
  add_selection(*run, typed);
  run->add_flag("--wait-for-host", options.wait_for_host, "wait until another run on this host is over");
  add_effort(*run, typed, options);
  add_output(*run, options);
  add_consent(*run);
  ConformanceCommands conformance(app, *list, options.command);
  CompareCommands comparison(app, options.command);
  CLI::App* doctor =
      app.add_subcommand("doctor", "what makes figures unreliable on this host, and what to type");
  doctor->add_flag("--json", json, "as {schema, machine, findings}");
  CLI::App* report =
      add_passed_on(app, "report", "an HTML page with advice, figures and tables from results");
  CLI::App* advise = add_passed_on(app, "advise", "which mechanism to choose for what you need, and why");
  CLI::App* history = add_passed_on(app, "history", "add results to a series; show it, and where it changed");
  CLI::App* exported = add_passed_on(app, "export", "results in the formats of other tools");

  if (argc < 2) {
    fmt::print(stderr, "{}", app.help());
    return exit_code::usage;
  }
  check_command(app, argv[1]);
  try {
    app.parse(with_clear_wait(argc, argv));
  } catch (const CLI::Success& shown) {
    return app.exit(shown);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "ipcmark: {}; see ipcmark --help\n", error.what());
    return exit_code::usage;
  }
  if (const auto code = conformance.run(json)) return *code;
  if (const auto code = comparison.run()) return *code;
  if (*list) return list_command(json);
  if (*doctor) return doctor_command(json);
  if (*report) return report_command(report->remaining());
  if (*advise) return advise_command(advise->remaining());
  if (*history) return history_command(history->remaining());
  if (*exported) return export_command(exported->remaining());
  understand(typed, options.overrides);
  if (!typed.watchdog.empty()) options.watchdog_s = parse_duration(typed.watchdog);
  return run_command(options);
}

}  // namespace

int program(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  try {
    if (first == "--child") return child_main();
    if (first == "--launcher") return launcher_main();
    if (first == "--janitor" && argc == 3) return janitor_main(argv[2]);
    if (const auto code = conformance_role(argc, argv)) return *code;
    return parse_and_run(argc, argv);
  } catch (const UsageError& error) {
    fmt::print(stderr, "ipcmark: {}\n", error.what());
    return exit_code::usage;
  } catch (const Unsupported& error) {
    fmt::print(stderr, "ipcmark: not possible on this host: {}\n", error.what());
    return exit_code::usage;
  } catch (const Mismatch& error) {
    fmt::print(stderr, "ipcmark: {}\n", error.what());
    return exit_code::mismatch;
  } catch (const std::exception& error) {
    fmt::print(stderr, "ipcmark: {}\n", error.what());
    return exit_code::failure;
  }
}

}  // namespace ipcmark
