// ipcmark report: finds a Python that can draw, and lets reports/report.py do it.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "harness/os/process.hpp"
#include "harness/results/json.hpp"
#include "suites/cli/program.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;

// Every python3 of PATH in order, then the system's own: the first is often one without the libraries.
std::vector<std::string> pythons() {
  if (const char* chosen = std::getenv("IPCMARK_PYTHON")) return {chosen};
  std::vector<std::string> found;
  const char* path = std::getenv("PATH");
  std::string folders = (path == nullptr ? std::string() : std::string(path)) + ":/usr/bin:/usr/local/bin";
  for (std::size_t from = 0; from < folders.size();) {
    const std::size_t end = std::min(folders.find(':', from), folders.size());
    const std::string candidate = folders.substr(from, end - from) + "/python3";
    std::error_code missing;
    if (end > from && fs::exists(candidate, missing)) found.push_back(candidate);
    from = end + 1;
  }
  return found;
}

int run_and_wait(const std::string& file, const std::vector<std::string>& arguments) {
  os::Process process = os::Process::start(file, arguments, {});
  const os::Exit exit = process.wait();
  return exit.signal != 0 ? 128 + exit.signal : exit.code;
}

std::string python_that_draws() {
  static constexpr const char* probe =
      "import sys, importlib.util as u; sys.exit(0 if u.find_spec('matplotlib') and u.find_spec('numpy') "
      "else 1)";
  std::string tried;
  for (const std::string& python : pythons()) {
    if (run_and_wait(python, {"-c", probe}) == 0) return python;
    tried += (tried.empty() ? "" : ", ") + python;
  }
  throw UsageError(fmt::format(
      "a report needs Python 3 with matplotlib and numpy, and {}; install them with: sudo apt-get "
      "install python3-matplotlib python3-numpy (or name an interpreter in IPCMARK_PYTHON)",
      tried.empty() ? "there is no python3" : "none of these has both: " + tried));
}

std::string report_script() {
  const fs::path beside =
      fs::path(os::executable_path()).parent_path() / "../share/ipcmark/reports/report.py";
  std::error_code missing;
  if (fs::exists(beside, missing)) return fs::canonical(beside).string();
  const fs::path own = fs::path(reports_folder()) / "report.py";
  if (fs::exists(own, missing)) return own.string();
  throw UsageError(
      fmt::format("the report's Python files are missing: neither {} nor {} exists; install ipcmark again",
                  beside.string(), own.string()));
}

}  // namespace

int report_command(const std::vector<std::string>& results, const std::string& verified,
                   const std::vector<std::string>& beside, const std::string& out) {
  std::vector<std::string> arguments{report_script()};
  arguments.insert(arguments.end(), results.begin(), results.end());
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
  return run_and_wait(python_that_draws(), arguments);
}

}  // namespace ipcmark
