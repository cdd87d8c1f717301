// Suites as TOML. Every key is checked: a mistyped one is an error and not a silent default.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "suites/benchmark/suite.hpp"
#include "suites/benchmark/units.hpp"

namespace ipcmark {
namespace {

class Reader {
 public:
  explicit Reader(std::string source) : source_(std::move(source)) {}

  [[noreturn]] void fail(const toml::node& node, const std::string& what) const {
    throw UsageError(fmt::format("{}:{}: {}", source_, node.source().begin.line, what));
  }

  void allow_only(const toml::table& table, const std::vector<std::string>& known) const {
    for (const auto& [key, value] : table) {
      const std::string name(key.str());
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const std::string near = suggestion(name, known);
      fail(value, fmt::format("unknown key '{}'; {}", name,
                              near.empty() ? fmt::format("there are: {}", fmt::join(known, ", ")) : near));
    }
  }

  template <class Value>
  Value value(const toml::node& node, const char* what) const {
    const auto found = node.value<Value>();
    // The library would take true for 1.
    if (!found || node.is_boolean()) fail(node, fmt::format("this must be {}", what));
    return *found;
  }

  std::vector<std::string> names(const toml::node& node) const {
    std::vector<std::string> entries;
    const toml::array* list = node.as_array();
    if (list == nullptr) return {value<std::string>(node, "a text or a list of texts")};
    for (const toml::node& entry : *list) entries.push_back(value<std::string>(entry, "a text"));
    return entries;
  }

  template <class Parse>
  auto parsed(const toml::node& node, const char* what, Parse parse) const {
    const auto text = value<std::string>(node, what);
    try {
      return parse(text);
    } catch (const UsageError& error) {
      fail(node, error.what());
    }
  }

  std::size_t size(const toml::node& node) const {
    if (node.is_integer() && node.value_or<std::int64_t>(-1) >= 0)
      return static_cast<std::size_t>(node.value_or<std::int64_t>(0));
    return parsed(node, "a size such as 64 or \"4KiB\"", parse_size);
  }

  double seconds(const toml::node& node) const {
    return parsed(node, "a time such as \"100ms\"", parse_duration);
  }

  const Axis& axis(const toml::node& node, std::string_view name) const {
    try {
      return axis_named(std::string(name));
    } catch (const UsageError& error) {
      fail(node, error.what());
    }
  }

  std::size_t axis_value(const Axis& axis, const toml::node& node) const {
    if (axis.names.empty() && node.is_integer()) return size(node);
    const bool is_rate = axis.value == &Tuning::rate;
    return parsed(node,
                  is_rate              ? "a rate such as 500 or \"20k\""
                  : axis.names.empty() ? "a size such as 64 or \"4KiB\""
                                       : "the name of a choice",
                  [&](const std::string& text) { return parse_value(axis, text); });
  }

  // What a list holds, or one that stands for a list.
  template <class Read>
  std::vector<std::size_t> each(const toml::node& node, Read read) const {
    const toml::array* list = node.as_array();
    if (list == nullptr) return {read(node)};
    std::vector<std::size_t> entries;
    for (const toml::node& entry : *list) entries.push_back(read(entry));
    return entries;
  }
  std::vector<std::size_t> sizes(const toml::node& node) const {
    return each(node, [&](const toml::node& entry) { return size(entry); });
  }
  AxisValues options(const toml::node& node, std::string_view name) const {
    const Axis& of = axis(node, name);
    return {.axis = &of,
            .values = each(node, [&](const toml::node& entry) { return axis_value(of, entry); })};
  }

 private:
  std::string source_;
};

Selection read_selection(const Reader& read, const toml::table& table) {
  read.allow_only(table, {"mechanisms", "workloads", "sizes", "waits", "placements", "options"});
  Selection selection;
  if (const auto* node = table.get("mechanisms")) selection.mechanisms = read.names(*node);
  if (const auto* node = table.get("workloads")) selection.workloads = read.names(*node);
  if (const auto* node = table.get("waits")) selection.waits = read.names(*node);
  if (const auto* node = table.get("placements")) selection.placements = read.names(*node);
  if (const auto* node = table.get("sizes")) selection.sizes = read.sizes(*node);
  if (const auto* node = table.get("options")) {
    const toml::table* options = node->as_table();
    if (options == nullptr) read.fail(*node, "this must be a table such as { depth = [16, 256] }");
    for (const auto& [name, values] : *options) selection.options.push_back(read.options(values, name.str()));
  }
  return selection;
}

void read_effort(const Reader& read, const toml::table& table, Effort& effort) {
  read.allow_only(table, {"duration", "warm_up", "min_launches", "max_launches", "target", "budget"});
  const auto seconds = [&](const char* key, double& into) {
    if (const auto* node = table.get(key)) into = read.seconds(*node);
  };
  const auto count = [&](const char* key, unsigned& into) {
    const auto* node = table.get(key);
    if (node == nullptr) return;
    const auto number = read.value<std::int64_t>(*node, "a number");
    if (number < 1 || number > 10000) read.fail(*node, "this must be from 1 to 10000");
    into = static_cast<unsigned>(number);
  };
  seconds("duration", effort.duration_s);
  seconds("warm_up", effort.warm_up_s);
  seconds("budget", effort.budget_s);
  count("min_launches", effort.min_launches);
  count("max_launches", effort.max_launches);
  if (const auto* node = table.get("target")) {
    effort.target = read.value<double>(*node, "a number such as 0.02");
    if (!(effort.target >= 0.0001 && effort.target <= 1)) read.fail(*node, "this must be from 0.0001 to 1");
  }
  if (effort.min_launches > effort.max_launches) read.fail(table, "min_launches is more than max_launches");
}

}  // namespace

Suite parse_suite(std::string_view text, const std::string& source) {
  toml::table table;
  try {
    table = toml::parse(text, source);
  } catch (const toml::parse_error& error) {
    throw UsageError(fmt::format("{}:{}: {}", source, error.source().begin.line, error.description()));
  }
  const Reader read(source);
  read.allow_only(table, {"summary", "effort", "trials"});
  Suite suite;
  suite.name = source;
  if (const auto* node = table.get("summary")) suite.summary = read.value<std::string>(*node, "a text");
  if (const auto* node = table.get("effort")) {
    if (!node->is_table()) read.fail(*node, "effort must be a table");
    read_effort(read, *node->as_table(), suite.effort);
  }
  const toml::array* trials = table.get("trials") ? table.get("trials")->as_array() : nullptr;
  if (trials == nullptr) throw UsageError(source + ": no [[trials]] block, so there is nothing to measure");
  for (const toml::node& node : *trials) {
    if (!node.is_table()) read.fail(node, "trials must be [[trials]] blocks");
    suite.selections.push_back(read_selection(read, *node.as_table()));
  }
  return suite;
}

Suite load_suite(const std::string& name) {
  if (name.empty()) {
    Suite suite;
    suite.name = "selection";
    suite.selections.emplace_back();
    return suite;
  }
  std::vector<std::string> known;
  for (const SuiteText& text : built_in_suites()) {
    if (text.name == name) return parse_suite(text.toml, name);
    known.emplace_back(text.name);
  }
  if (!name.ends_with(".toml")) {
    const std::string near = suggestion(name, known);
    throw UsageError(fmt::format(
        "no suite named '{}'; {}", name,
        near.empty() ? fmt::format("there are: {}, or give a TOML file", fmt::join(known, ", ")) : near));
  }
  std::ifstream file(name);
  if (!file) throw UsageError(fmt::format("{}: cannot be read", name));
  std::ostringstream text;
  text << file.rdbuf();
  return parse_suite(text.str(), name);
}

}  // namespace ipcmark
