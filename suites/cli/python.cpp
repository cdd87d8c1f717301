#include "suites/cli/python.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <filesystem>

#include "harness/os/process.hpp"
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

std::string python_for(const PythonPart& part) {
  const std::string probe = fmt::format(
      "import sys, importlib.util as u; sys.exit(0 if all(map(u.find_spec, '{}'.split())) else 1)",
      fmt::join(part.modules, " "));
  const std::vector<std::string> all = pythons();
  for (const std::string& python : all)
    if (run_and_wait(python, {"-c", probe}) == 0) return python;
  throw UsageError(fmt::format(
      "{} needs Python 3 with {}, and {}; install them with: sudo apt-get install {} (or name an interpreter "
      "in IPCMARK_PYTHON)",
      part.what, fmt::join(part.modules, " and "),
      all.empty() ? "there is no python3"
                  : fmt::format("none of these has them all: {}", fmt::join(all, ", ")),
      part.packages));
}

std::string path_of(const std::string& script) {
  const fs::path beside = fs::path(os::executable_path()).parent_path() / "../share/ipcmark/reports" / script;
  std::error_code missing;
  if (fs::exists(beside, missing)) return fs::canonical(beside).string();
  const fs::path own = fs::path(reports_folder()) / script;
  if (fs::exists(own, missing)) return own.string();
  throw UsageError(fmt::format("Python files are missing: neither {} nor {} exists; install ipcmark again",
                               beside.string(), own.string()));
}

}  // namespace

int run_python(const PythonPart& part, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), path_of(part.script));
  return run_and_wait(python_for(part), arguments);
}

}  // namespace ipcmark
