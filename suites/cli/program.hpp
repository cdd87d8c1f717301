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
inline constexpr int usage = 2;     // what was typed, or a file, cannot be used
inline constexpr int failure = 3;   // a measurement or a check failed
inline constexpr int mismatch = 4;  // another environment or build than what is to be continued or compared
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

int list_command(bool as_json);
int run_command(const RunOptions&);
int doctor_command(bool as_json);
int report_command(const std::vector<std::string>& results, const std::string& out);

// The whole program: parses the command line, runs a command, turns what it throws into a line and an exit
// code.
int program(int argc, char** argv);

// Where reports/ lies for this program when it is not installed beside it; generated with the list of
// mechanisms.
const char* reports_folder();

}  // namespace ipcmark
