#include "suites/compare/revision.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/errors.hpp"
#include "harness/os/channel.hpp"
#include "harness/os/process.hpp"
#include "harness/results/build_info.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;

constexpr const char* shell = "/bin/sh";

// Runs a line of shell with its arguments as $1, $2, ...; what it says goes into a file.
bool run(const std::string& line, const std::vector<std::string>& arguments, const std::string& log) {
  std::vector<std::string> words{"-c", fmt::format("exec >>\"$0\" 2>&1; {}", line), log};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return os::Process::start(shell, words, {}).wait().clean();
}

std::string content_of(const std::string& file) {
  std::ifstream in(file);
  std::string text(std::istreambuf_iterator<char>(in), {});
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// What a command says: its first line, or nothing where it fails.
std::string line_of(const std::string& command, std::vector<std::string> arguments) {
  auto [here, there] = os::Channel::make();
  arguments.insert(arguments.begin(), {"-c", fmt::format("{} >&{}", command, os::first_child_handle), shell});
  const std::array<os::RawHandle, 1> handles{there.raw()};
  os::Process process = os::Process::start(shell, arguments, handles);
  there.close();
  const std::string line = here.read_line().value_or("");
  return process.wait().clean() ? line : std::string();
}

std::string last_lines(const std::string& text) {
  std::size_t at = text.size();
  for (int lines = 0; lines < 5 && at != std::string::npos && at > 0; ++lines) at = text.rfind('\n', at - 1);
  return at == std::string::npos ? text : text.substr(at + (at < text.size() && text[at] == '\n' ? 1 : 0));
}

}  // namespace

std::string build_revision(const std::string& revision, bool quiet) {
  if (!fs::exists(shell))
    throw UsageError("--baseline-rev needs a POSIX shell; build that revision, and use --baseline-bin");
  const std::string top = line_of("git rev-parse --show-toplevel 2>/dev/null", {});
  if (top.empty())
    throw UsageError("--baseline-rev needs the source tree: the current folder is in no git repository");
  const std::string hash =
      line_of("git -C \"$1\" rev-parse --verify \"$2^{commit}\" 2>/dev/null", {top, revision});
  if (hash.size() < 40) throw UsageError(fmt::format("no revision '{}' in {}", revision, top));
  const fs::path folder = fs::path(top) / "build" / "revisions" / hash.substr(0, 12);
  const std::string tree = (folder / "tree").string(), build = (folder / "build").string();
  const std::string program = build + "/ipcmark", log = (folder / "build.log").string();
  if (fs::exists(program)) return program;
  fs::create_directories(folder);
  if (!quiet)
    fmt::print(stderr, "building revision {} in {}, which takes minutes\n", revision, folder.string());
  const bool built = (fs::exists(tree) ||
                      run("git -C \"$1\" worktree prune; git -C \"$1\" worktree add --detach \"$2\" \"$3\"",
                          {top, tree, hash}, log)) &&
                     run("cmake -S \"$1\" -B \"$2\" -G Ninja -DCMAKE_BUILD_TYPE=\"$3\" "
                         "-DCMAKE_CXX_COMPILER_LAUNCHER=\"$(command -v ccache)\" && cmake --build "
                         "\"$2\" --target ipcmark",
                         {tree, build, std::string(build_info.build_type)}, log);
  if (built && fs::exists(program)) return program;
  throw UsageError(fmt::format("revision {} does not build; the end of {}:\n{}", revision, log,
                               last_lines(content_of(log))));
}

}  // namespace ipcmark
