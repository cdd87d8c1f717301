#include "suites/compare/compare_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>

#include "harness/os/host.hpp"
#include "harness/results/json.hpp"
#include "suites/benchmark/units.hpp"
#include "suites/compare/compared_report.hpp"

namespace ipcmark {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using std::chrono::steady_clock;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

CompareStore::CompareStore(std::string directory, bool quiet)
    : directory_(std::move(directory)), quiet_(quiet), terminal_(os::is_terminal(2)) {
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) {
    throw UsageError(fmt::format("cannot make the output directory {}: {}; choose another with --out",
                                 directory_, error.message()));
  }
  if (fs::exists(directory_ + "/launches.jsonl"))
    throw UsageError(directory_ + " holds a comparison already; choose another --out");
  errno = 0;
  lines_.open(directory_ + "/launches.jsonl", std::ios::trunc);
  if (!lines_)
    throw UsageError(fmt::format("cannot write {}/launches.jsonl: {}; choose another directory with --out",
                                 directory_, std::strerror(errno)));
}

CompareStore::~CompareStore() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
}

void CompareStore::write_line(const Json& json) {
  errno = 0;
  lines_ << dump(json) << '\n' << std::flush;
  if (!lines_)
    throw UsageError(fmt::format("cannot write {}/launches.jsonl: {}; what was measured before is kept",
                                 directory_, std::strerror(errno)));
}

void CompareStore::begin(const Compared& compared, const Json& environment) {
  Json line = to_json(compared);
  line.erase("counts");
  line.erase("trials");
  line["environment"] = environment;
  write_line(line);
}

void CompareStore::launched(const char* batch, const Cell& cell, std::size_t side, std::size_t pair,
                            const std::vector<double>& values) {
  Json numbers = Json::object();
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!std::isnan(values[k])) numbers[cell.judged[k].statistic] = values[k];
  }
  write_line(
      {{"batch", batch}, {"trial", label(cell.key)}, {"side", side}, {"pair", pair}, {"values", numbers}});
}

void CompareStore::failed(const Cell& cell) {
  Json line{{"trial", label(cell.key)}};
  if (cell.failure) {
    line["side"] = cell.failure->side;
    line["failure"] = {{"kind", cell.failure->failure.kind}, {"detail", cell.failure->failure.detail}};
  } else {
    line["side"] = cell.lacking.value_or(0);
    line["lacking"] = cell.reason;
  }
  write_line(line);
}

void CompareStore::progress(const std::string& what, std::size_t done, std::size_t of, const Cell& cell) {
  if (quiet_) return;
  const auto now = steady_clock::now();
  if (what != stage_) {
    stage_ = what;
    stage_begun_ = next_line_ = now;
  }
  if (now < next_line_) return;
  next_line_ = now + std::chrono::seconds(terminal_ ? 0 : 10);
  std::string line = fmt::format("{}: {}/{} blocks", what, done, of);
  if (done >= 3) {
    const std::chrono::duration<double> spent = now - stage_begun_;
    line += fmt::format(", {} left", show_duration(spent.count() / static_cast<double>(done) *
                                                   static_cast<double>(of - done)));
  }
  if (!terminal_) {
    fmt::print(stderr, "{}\n", line);
    return;
  }
  const auto room = static_cast<std::size_t>(std::max(20, os::terminal_width() - 1));
  fmt::print(stderr, "\r\x1b[K{}", fmt::format("{} | {}", line, label(cell.key)).substr(0, room));
  std::fflush(stderr);
  shown_ = true;
}

void CompareStore::finish(const Compared& compared, const Json& environment) {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
  Json json = to_json(compared);
  json["environment"] = environment;
  const std::string path = directory_ + "/comparison.json", fresh = path + ".new";
  {
    std::ofstream file(fresh, std::ios::trunc);
    file << json.dump(1, ' ', false, Json::error_handler_t::replace) << '\n' << std::flush;
    if (!file) throw UsageError("cannot write " + fresh + "; the launches are in launches.jsonl beside it");
  }
  fs::rename(fresh, path);
}

}  // namespace ipcmark
