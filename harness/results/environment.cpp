#include "harness/results/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <set>
#include <sstream>

namespace ipcmark {
namespace {

using nlohmann::json;

template <class Number>
bool parse_as(const std::string& text, json& number) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  number = value;
  return fmt::to_string(value) == text;  // a version "08" or "-0" is no number
}

json value_of(const std::string& text) {
  json number;
  if (parse_as<std::uint64_t>(text, number) || parse_as<std::int64_t>(text, number)) return number;
  // Firmware is free to put any byte into its strings, and JSON is UTF-8 only: RFC 8259, section 8.1.
  return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace));
}

// The text or number at environment[group][name]; empty when there is none or it is unknown.
std::string known(const json& environment, const char* group, const char* name) {
  const auto found = environment.is_object() ? environment.find(group) : environment.end();
  if (found == environment.end() || !found->is_object() || !found->contains(name)) return {};
  const json& value = (*found)[name];
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  return text == "unknown" ? std::string() : text;
}

std::uint64_t known_number(const json& environment, const char* group, const char* name) {
  const std::string text = known(environment, group, name);
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void erase_all(std::string& text, std::string_view part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
}

// "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz" says "Intel Xeon Platinum 8259CL 2.5 GHz".
std::string short_model(std::string model) {
  for (const std::string_view part : {"(R)", "(r)", "(TM)", "(tm)"}) erase_all(model, part);
  std::istringstream words(model);
  std::string shortened;
  for (std::string word; words >> word;) {
    const bool noise = word == "CPU" || word == "Processor" || word == "@" || word.ends_with("-Core");
    if (noise) continue;
    if (word.ends_with("GHz") && word.size() > 3) {
      char* end = nullptr;
      const double clock = std::strtod(word.c_str(), &end);
      if (std::string_view(end) == "GHz") word = fmt::format("{:g} GHz", clock);
    }
    shortened += (shortened.empty() ? "" : " ") + word;
  }
  return shortened;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// "2 cores, 1 thread per core"; "1 of 2 cores" when this process may not use all of them.
std::string processors_text(const json& environment) {
  std::set<std::uint64_t> cores;
  std::uint64_t threads = 0;
  if (environment.is_object() && environment.contains("topology")) {
    for (const json& processor : environment["topology"]) {
      cores.insert(processor.value("core", std::uint64_t{0}));
      ++threads;
    }
  }
  if (cores.empty()) return "unknown cores";
  const std::uint64_t all = known_number(environment, "cpu", "cores");
  const std::string share = all > cores.size() ? fmt::format("{} of ", cores.size()) : std::string();
  const std::string counted_cores = share + counted(all > cores.size() ? all : cores.size(), "core");
  if (threads % cores.size() != 0) return fmt::format("{}, {}", counted_cores, counted(threads, "thread"));
  return fmt::format("{}, {} per core", counted_cores, counted(threads / cores.size(), "thread"));
}

std::string hypervisor_text(const std::string& kind) {
  struct Title {
    std::string_view kind, title;
  };
  constexpr std::array titles{Title{"kvm", "KVM"},        Title{"qemu", "QEMU"},
                              Title{"vmware", "VMware"},  Title{"xen", "Xen"},
                              Title{"hyperv", "Hyper-V"}, Title{"virtualbox", "VirtualBox"},
                              Title{"bhyve", "bhyve"},    Title{"unidentified", "unidentified"}};
  if (kind.empty()) return "virtualisation unknown";
  if (kind == "none") return "no hypervisor";
  const auto known =
      std::find_if(titles.begin(), titles.end(), [&](const Title& title) { return title.kind == kind; });
  return fmt::format("{} guest", known == titles.end() ? std::string_view(kind) : known->title);
}

// "6.18.44-rc1" says "6.18".
std::string first_two_numbers(const std::string& release) {
  const std::size_t first = release.find('.');
  if (first == std::string::npos) return release;
  return release.substr(0, release.find_first_not_of("0123456789", first + 1));
}

}  // namespace

// "GNU 12.2.0" into its two words; a compiler without a version keeps its whole name.
json build_record(const BuildInfo& build) {
  const auto known = [](std::string_view text) { return std::string(text.empty() ? "unknown" : text); };
  const std::size_t blank = std::min(build.compiler.rfind(' '), build.compiler.size());
  return {{"compiler", known(build.compiler.substr(0, blank))},
          {"compiler_version", known(build.compiler.substr(std::min(blank + 1, build.compiler.size())))},
          {"flags", std::string(build.flags)},
          {"build_type", known(build.build_type)},
          {"assertions", build.assertions},
          {"sanitizers", sanitizers_in(build.flags)},
          {"version", known(build.version)},
          {"revision", known(build.revision)}};
}

json environment_of(const std::vector<os::Fact>& facts, const os::Topology& topology,
                    const BuildInfo& build) {
  json record = json::object();
  for (const os::Fact& fact : facts) record[fact.group][fact.name] = value_of(fact.value);
  record["cpu"]["cores"] = topology.cores;
  record["cpu"]["threads"] = topology.usable.size();
  record["cpu"]["sockets"] = topology.sockets;
  record["cpu"]["numa_nodes"] = topology.numa_nodes;
  record["cpu"]["cache_line_bytes"] = topology.cache_line;
  record["topology"] = json::array();
  for (const os::Processor& each : topology.usable) {
    record["topology"].push_back(
        {{"id", each.id}, {"core", each.core}, {"socket", each.socket}, {"numa", each.numa}});
  }
  record["build"] = build_record(build);
  return record;
}

json environment_record() { return environment_of(os::host_facts(), os::topology(), build_info); }

std::string machine_line(const json& environment) {
  const std::string model = short_model(known(environment, "cpu", "model"));
  std::string line = model.empty() ? "unknown processor" : model;
  line += ", " + processors_text(environment);
  line += ", " + hypervisor_text(known(environment, "virtualisation", "hypervisor"));
  const std::string kernel = known(environment, "kernel", "name");
  const std::string release = first_two_numbers(known(environment, "kernel", "release"));
  line += kernel.empty() ? ", unknown system"
                         : fmt::format(", {}{}{}", kernel, release.empty() ? "" : " ", release);
  const std::uint64_t memory = known_number(environment, "memory", "total_bytes");
  if (memory > 0)
    line +=
        memory >> 30U > 0 ? fmt::format(", {} GiB", memory >> 30U) : fmt::format(", {} MiB", memory >> 20U);
  return line;
}

}  // namespace ipcmark
