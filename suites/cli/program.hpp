// The program ipcmark: its commands and their exit codes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "suites/benchmark/suite.hpp"

namespace ipcmark {

// Exit codes of all commands. An interrupted run ends with 128 and the signal's number, as shells expect.
namespace exit_code {
inline constexpr int fine = 0;
inline constexpr int regression = 1;  // confirmed
inline constexpr int usage = 2;       // what was typed, or a file, cannot be used
inline constexpr int failure = 3;     // a measurement or a check failed
inline constexpr int mismatch = 4;    // another environment or build than what is to be continued or compared
inline constexpr int inconclusive = 5;  // when asked for with --fail-inconclusive
}  // namespace exit_code

// What is to be compared or resumed was made elsewhere: exit code 4.
struct Mismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct RunOptions {
  std::string suite;
  Overrides overrides;
  std::string out, resume, clock = "auto";
  std::optional<std::uint64_t> seed;
  double watchdog_s = 10;
  bool dry_run = false, quiet = false, wait_for_host = false, hgrm = false, report = false;
  std::string command;  // as typed
};

struct VerifyOptions {
  std::vector<std::string> mechanisms, clauses;  // patterns; none: all
  bool contention = false, faults = false, quick = false, quiet = false;
  std::optional<std::uint64_t> seed;
  std::string out;
  unsigned jobs = 0;  // 0: one for each processor
  double watchdog_s = 30;
  double soak_s = 0;  // 0: each case once
  // Of contention: CaseSettings.
  unsigned producers = 0, consumers = 0;
  std::uint32_t messages = 0;
  std::string perturb, recheck;
  bool keep = false, minimise = false;
  std::string command;  // as typed
};

int list_command(bool as_json);
int list_contracts_command(bool as_json);
int verify_command(const VerifyOptions&);
int recheck_command(const std::string& directory);
int run_command(const RunOptions&);
int doctor_command(bool as_json);
// These understand their arguments, and tell of them, themselves: reports/README.md.
int report_command(const std::vector<std::string>& arguments);
int advise_command(const std::vector<std::string>& arguments);
int history_command(const std::vector<std::string>& arguments);
int export_command(const std::vector<std::string>& arguments);

// The whole program: parses the command line, runs a command, turns what it throws into a line and an exit
// code.
int program(int argc, char** argv);

// Where reports/ lies for this program when it is not installed beside it; generated with the list of
// mechanisms.
const char* reports_folder();

}  // namespace ipcmark
