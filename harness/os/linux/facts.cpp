// Small files of /proc and /sys, the counters of contention, and the list of facts.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <utility>

#include "harness/os/linux/facts_parts.hpp"

namespace ipcmark::os {
namespace {

constexpr std::string_view blanks = " \t\r\n";

// Field `index` of a line of words; the first is 0.
std::optional<std::uint64_t> nth_number(const std::string& line, unsigned index) {
  std::istringstream words(line);
  std::string word;
  for (unsigned at = 0; at <= index; ++at) {
    if (!(words >> word)) return std::nullopt;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

}  // namespace

// A file that opens but cannot be read (a directory; /proc/pressure/cpu of a kernel started with psi=0) has
// no line.
std::optional<std::string> first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) return std::nullopt;
  while (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

std::optional<std::int64_t> number_in(const std::string& path) {
  const auto line = first_line(path);
  if (!line) return std::nullopt;
  const std::string digits = trimmed(*line);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// "cpu user nice system idle iowait irq softirq steal guest guest_nice", in ticks of USER_HZ.
std::optional<std::uint64_t> stolen_ns() {
  const auto line = first_line("/proc/stat");
  const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
  if (!line || ticks_per_second <= 0) return std::nullopt;
  const auto ticks = nth_number(*line, 8);
  if (!ticks) return std::nullopt;
  return *ticks * (1'000'000'000U / static_cast<std::uint64_t>(ticks_per_second));
}

std::optional<std::uint64_t> cpu_pressure_us() {
  const auto line = first_line("/proc/pressure/cpu");
  if (!line || !line->starts_with("some ")) return std::nullopt;
  constexpr std::string_view key = "total=";
  const auto at = line->find(key);
  if (at == std::string::npos) return std::nullopt;
  return nth_number(line->substr(at + key.size()), 0);
}

// Of the last minute: getloadavg(3). Not a number when it cannot be known, so that it compares as neither
// high nor low.
double load_average() {
  double last_minute = 0.0;
  return ::getloadavg(&last_minute, 1) == 1 ? last_minute : std::numeric_limits<double>::quiet_NaN();
}

std::vector<Fact> host_facts() { return facts_below(""); }

std::vector<Fact> facts_below(const std::string& root) {
  Gatherer facts(root);
  constexpr std::array groups{cpu_facts,    power_facts, memory_facts,    virtualisation_facts,
                              kernel_facts, limit_facts, scheduler_facts, software_facts};
  for (const auto gather : groups) gather(facts);
  return facts.take();
}

std::optional<std::string> Gatherer::text(const std::string& path) const {
  std::ifstream file(root_ + path);
  std::ostringstream all;
  if (!file || !(all << file.rdbuf())) return std::nullopt;
  return all.str();
}

bool Gatherer::exists(const std::string& path) const {
  std::error_code error;
  return std::filesystem::exists(root_ + path, error);
}

std::vector<std::string> Gatherer::names_in(const std::string& folder) const {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(root_ + folder, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Gatherer::link_target(const std::string& path) const {
  std::error_code error;
  return std::filesystem::read_symlink(root_ + path, error).string();
}

void Gatherer::add(std::string group, std::string name, std::optional<std::string> value) {
  std::string known = value ? trimmed(*value) : std::string();
  if (known.empty()) known = "unknown";
  facts_.push_back({std::move(group), std::move(name), std::move(known)});
}

void Gatherer::add_number(std::string group, std::string name, std::optional<std::uint64_t> value) {
  add(std::move(group), std::move(name), value ? std::optional(std::to_string(*value)) : std::nullopt);
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::optional<std::string> field(std::string_view text, std::string_view key, char separator) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto at = line.find(separator);
    if (at != std::string_view::npos && trimmed(line.substr(0, at)) == key)
      return trimmed(line.substr(at + 1));
  }
  return std::nullopt;
}

std::optional<std::string> bracketed(std::string_view text) {
  const auto open = text.find('[');
  const auto close = text.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
  return std::string(text.substr(open + 1, close - open - 1));
}

std::optional<std::uint64_t> bytes_of(std::string_view text) {
  const std::string size = trimmed(text);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), value);
  if (error != std::errc{}) return std::nullopt;
  const std::string unit =
      trimmed(std::string_view(end, static_cast<std::size_t>(size.data() + size.size() - end)));
  if (unit.empty()) return value;
  if (unit == "K" || unit == "kB") return value << 10U;
  if (unit == "M") return value << 20U;
  return std::nullopt;
}

}  // namespace ipcmark::os
