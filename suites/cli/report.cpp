// The commands that Python does: ipcmark report, advise, history and export.
#include "suites/cli/program.hpp"
#include "suites/cli/python.hpp"

namespace ipcmark {

int report_command(const std::vector<std::string>& arguments) {
  return run_python({.script = "report.py",
                     .what = "a report",
                     .modules = {"matplotlib", "numpy"},
                     .packages = "python3-matplotlib python3-numpy"},
                    arguments);
}

int advise_command(const std::vector<std::string>& arguments) {
  return run_python({.script = "advice/advise.py",
                     .what = "advice",
                     .modules = {"numpy"},
                     .packages = "python3-numpy"},
                    arguments);
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
