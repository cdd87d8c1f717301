#include "suites/benchmark/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "harness/errors.hpp"
#include "harness/tuning.hpp"

namespace ipcmark {
namespace {

// The number at the beginning of a text, and what stands behind it.
std::pair<double, std::string> number_and_unit(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0 || !std::isfinite(value)) return {-1, {}};
  std::string unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  unit.erase(0, unit.find_first_not_of(' '));
  return {value, unit};
}

using Unit = std::pair<std::string_view, double>;

double factor_of(const std::string& unit, std::span<const Unit> units) {
  for (const auto& [name, factor] : units) {
    if (name == unit) return factor;
  }
  return -1;
}

// Three significant digits.
std::string three_digits(double value) {
  if (value >= 99.95) return fmt::format("{:.0f}", value);
  if (value >= 9.995) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

std::string scaled(double value, double step, std::span<const std::string_view> units) {
  std::size_t unit = 0;
  while (value >= step * 0.9995 && unit + 1 < units.size()) {
    value /= step;
    ++unit;
  }
  return fmt::format("{} {}", three_digits(value), units[unit]);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::size_t parse_size(std::string_view text) {
  static constexpr Unit units[]{{"", 1},          {"B", 1},          {"k", 1024},
                                {"K", 1024},      {"KiB", 1024},     {"M", 1048576},
                                {"MiB", 1048576}, {"G", 1073741824}, {"GiB", 1073741824}};
  const auto [value, unit] = number_and_unit(text);
  const double factor = factor_of(unit, units), bytes = value * factor;
  if (value < 0 || factor < 0 || bytes != std::floor(bytes) || bytes > 1e12) {
    throw UsageError(fmt::format("'{}' is not a size; write 64, 4KiB or 1MiB", text));
  }
  return static_cast<std::size_t>(bytes);
}

std::size_t parse_rate(std::string_view text) {
  static constexpr Unit units[]{{"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}};
  const auto [value, unit] = number_and_unit(text);
  const double a_second = value * factor_of(unit, units);
  if (a_second < 1 || value < 0 || a_second != std::floor(a_second) || a_second > highest_rate) {
    throw UsageError(fmt::format("'{}' is not a rate; write 500, 20k or 1M, messages a second", text));
  }
  return static_cast<std::size_t>(a_second);
}

double parse_duration(std::string_view text) {
  static constexpr Unit units[]{{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"min", 60}};
  const auto [value, unit] = number_and_unit(text);
  const double seconds = value * factor_of(unit, units);
  if (value <= 0 || seconds <= 0)
    throw UsageError(fmt::format("'{}' is not a time; write 100ms, 2s or 1m", text));
  return seconds;
}

std::string show_size(std::size_t bytes) {
  if (bytes >= 1048576 && bytes % 1048576 == 0) return fmt::format("{} MiB", bytes / 1048576);
  if (bytes >= 1024 && bytes % 1024 == 0) return fmt::format("{} KiB", bytes / 1024);
  return fmt::format("{} B", bytes);
}

std::string show_ns(double ns) {
  static constexpr std::string_view units[]{"ns", "us", "ms", "s"};
  return scaled(ns, 1000, units);
}

std::string show_rate(double per_second) {
  static constexpr std::string_view units[]{"/s", "k/s", "M/s", "G/s"};
  return scaled(per_second, 1000, units);
}

std::string show_bytes_rate(double per_second) {
  static constexpr std::string_view units[]{"B/s", "kB/s", "MB/s", "GB/s"};
  return scaled(per_second, 1000, units);
}

std::string show_duration(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::vector<std::string> split_list(const std::vector<std::string>& texts) {
  std::vector<std::string> entries;
  for (const std::string& text : texts) {
    std::size_t from = 0;
    while (from <= text.size()) {
      const std::size_t comma = std::min(text.find(',', from), text.size());
      if (comma > from) entries.push_back(text.substr(from, comma - from));
      from = comma + 1;
    }
  }
  return entries;
}

bool matches(std::string_view pattern, std::string_view name) noexcept {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*') {
    for (std::size_t skipped = 0; skipped <= name.size(); ++skipped) {
      if (matches(pattern.substr(1), name.substr(skipped))) return true;
    }
    return false;
  }
  return !name.empty() && (pattern.front() == '?' || pattern.front() == name.front()) &&
         matches(pattern.substr(1), name.substr(1));
}

std::string suggestion(std::string_view typed, const std::vector<std::string>& known) {
  std::string near;
  for (const std::string& name : known) {
    const bool part = typed.size() >= 3 && name.find(typed) != std::string::npos;
    if (!part && edit_distance(typed, name) > std::max<std::size_t>(2, typed.size() / 3)) continue;
    near += (near.empty() ? "did you mean " : " or ") + name;
  }
  return near.empty() ? near : near + "?";
}

}  // namespace ipcmark
