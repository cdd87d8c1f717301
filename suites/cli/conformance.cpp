#include "suites/cli/conformance.hpp"

#include <utility>

#include "suites/benchmark/units.hpp"
#include "suites/cli/program.hpp"
#include "suites/conformance/actor.hpp"
#include "suites/conformance/clause.hpp"

namespace ipcmark {

struct ConformanceCommands::Typed {
  CLI::App *list = nullptr, *verify = nullptr;
  std::string listed = "mechanisms";
  std::vector<std::string> mechanisms, clauses;
  std::string watchdog, soak;
  VerifyOptions options;
};

namespace {

template <class Typed>
void add_verify(CLI::App& verify, Typed& typed) {
  VerifyOptions& options = typed.options;
  add_list(verify, "--mechanism,-m", typed.mechanisms, "names or patterns: 'shm_*,anonymous_pipe'");
  add_list(verify, "--contract,-c", typed.clauses,
           "clauses by id or title, or patterns of them: 'PIPE-*,GEN-05'; `ipcmark list contracts` has all");
  verify.add_flag("--contention", options.contention, "several producers and consumers on one link");
  verify.add_flag("--faults", options.faults,
                  "ends that are killed, stopped, signalled or short of something, at any point");
  verify.add_flag("--quick", options.quick,
                  "the short form: fewer repetitions, and without what takes seconds");
  verify.add_option("--seed", options.seed, "of everything that is drawn; a failing case prints it");
  verify.add_option("--soak", typed.soak,
                    "again and again for so long, every round with the next seed and in another order: 2h");
  verify.add_option("--out,-o", options.out, "directory of the result; default results/verify-<time>");
  verify.add_option("--jobs,-j", options.jobs, "cases at a time; default: one for each processor")
      ->check(CLI::Range(1, 256));
  verify.add_option("--watchdog", typed.watchdog, "time after which a case counts as hung: 30s");
  verify.add_flag("--quiet,-q", options.quiet, "no progress and no matrix, only errors");
}

void add_contention(CLI::App& verify, VerifyOptions& options) {
  verify.add_option("--messages", options.messages, "contention: messages of each producer")
      ->check(CLI::Range(1, 1 << 20));
  verify.add_option("--producers", options.producers, "contention: other than the clause's id says")
      ->check(CLI::Range(1, 64));
  verify.add_option("--consumers", options.consumers, "contention: other than the clause's id says")
      ->check(CLI::Range(1, 64));
  verify.add_option("--perturb", options.perturb,
                    "contention: how schedules are disturbed: none, or some of sleep,affinity,signal");
  verify.add_flag("--keep", options.keep, "contention: keep the histories of cases that pass as well");
  verify.add_flag("--minimise", options.minimise,
                  "contention: run what failed again with less, and print the smallest that fails so");
  verify.add_option("--recheck", options.recheck,
                    "judge the histories that are saved in this directory again, and run nothing");
}

}  // namespace

ConformanceCommands::ConformanceCommands(CLI::App& app, CLI::App& list, std::string command)
    : typed_(std::make_unique<Typed>()) {
  typed_->list = &list;
  typed_->options.command = std::move(command);
  list.add_option("what", typed_->listed,
                  "mechanisms (the default) or contracts: every clause, and those left out")
      ->check(CLI::IsMember({"mechanisms", "contracts"}));
  typed_->verify =
      app.add_subcommand("verify", "check contracts and contention; a matrix, verify.json, JUnit and TAP");
  add_verify(*typed_->verify, *typed_);
  add_contention(*typed_->verify, typed_->options);
  add_consent(*typed_->verify);
}

ConformanceCommands::~ConformanceCommands() = default;

std::optional<int> ConformanceCommands::run(bool as_json) {
  if (*typed_->list && typed_->listed == "contracts") return list_contracts_command(as_json);
  if (!*typed_->verify) return std::nullopt;
  VerifyOptions& options = typed_->options;
  options.mechanisms = split_list(typed_->mechanisms);
  options.clauses = split_list(typed_->clauses);
  if (!typed_->watchdog.empty()) options.watchdog_s = parse_duration(typed_->watchdog);
  if (!typed_->soak.empty()) options.soak_s = parse_duration(typed_->soak);
  return verify_command(options);
}

std::string_view conformance_examples() noexcept {
  return R"(  ipcmark verify                                    which promises are kept here, clause by clause
  ipcmark verify -m 'shm_*' --contention            ... and whether they hold when several share a link
  ipcmark verify -m 'shm_*' --faults                ... and when one of them is killed
)";
}

std::optional<int> conformance_role(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "--clause") return clause_main();
  if (first.starts_with("--actor") && argc == 4) return actor_main(first, argv[2], argv[3]);
  return std::nullopt;
}

}  // namespace ipcmark
