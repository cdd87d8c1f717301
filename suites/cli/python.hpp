// The parts of ipcmark that are written in Python, under reports/.
#pragma once

#include <string>
#include <vector>

namespace ipcmark {

struct PythonPart {
  std::string script;                // under reports/: "report.py"
  std::string what;                  // what needs Python, as a sentence begins: "a report"
  std::vector<std::string> modules;  // an interpreter without one of these is passed over
  std::string packages;              // of Debian and Ubuntu, which have them
};

// Runs it to its end in the first python3 that has the modules (of IPCMARK_PYTHON, or else of PATH, or else
// of the system), and returns its exit code, or 128 and the signal that killed it. Throws UsageError where
// there is no such interpreter, or no script.
int run_python(const PythonPart&, std::vector<std::string> arguments);

}  // namespace ipcmark
