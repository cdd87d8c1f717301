// The commands that Python does: ipcmark report, history and export.
#include "suites/cli/program.hpp"
#include "suites/cli/python.hpp"

namespace ipcmark {

int report_command(const std::vector<std::string>& results, const std::string& verified,
                   const std::vector<std::string>& beside, const std::string& out) {
  std::vector<std::string> arguments = results;
  if (!verified.empty()) {
    arguments.emplace_back("--verify");
    arguments.push_back(verified);
  }
  for (const std::string& other : beside) {
    arguments.emplace_back("--beside");
    arguments.push_back(other);
  }
  if (!out.empty()) {
    arguments.emplace_back("--out");
    arguments.push_back(out);
  }
  return run_python({.script = "report.py",
                     .what = "a report",
                     .modules = {"matplotlib", "numpy"},
                     .packages = "python3-matplotlib python3-numpy"},
                    std::move(arguments));
}

int history_command(const std::vector<std::string>& arguments) {
  return run_python({.script = "history/history.py",
                     .what = "a history",
                     .modules = {"sqlalchemy", "matplotlib", "numpy"},
                     .packages = "python3-sqlalchemy python3-matplotlib python3-numpy"},
                    arguments);
}

int export_command(const std::vector<std::string>& arguments) {
  return run_python({.script = "exchange/exchange.py",
                     .what = "an export",
                     .modules = {"json"},
                     .packages = "python3"},
                    arguments);
}

}  // namespace ipcmark
