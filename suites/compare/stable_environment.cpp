#include "suites/compare/stable_environment.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace ipcmark {
namespace {

using Json = nlohmann::json;

struct Field {
  const char *group, *name;
};
constexpr Field stable[]{{"cpu", "vendor"},
                         {"cpu", "model"},
                         {"cpu", "family"},
                         {"cpu", "model_number"},
                         {"cpu", "stepping"},
                         {"cpu", "cores"},
                         {"cpu", "threads"},
                         {"cpu", "sockets"},
                         {"cpu", "numa_nodes"},
                         {"kernel", "name"},
                         {"kernel", "release"},
                         {"kernel", "architecture"},
                         {"virtualisation", "hypervisor"},
                         {"virtualisation", "container"},
                         {"build", "compiler"},
                         {"build", "compiler_version"},
                         {"build", "flags"},
                         {"build", "build_type"},
                         {"build", "assertions"},
                         {"build", "sanitizers"},
                         {"libc", "version"}};

// "6.18.44-rc1" counts as 6.18.
std::string major_minor(const std::string& release) {
  const std::size_t first = release.find('.');
  return first == std::string::npos ? release
                                    : release.substr(0, release.find_first_not_of("0123456789", first + 1));
}

std::string text_at(const Json& environment, const Field& field) {
  const auto group = environment.find(field.group);
  if (group == environment.end() || !group->contains(field.name)) return "unknown";
  const Json& value = (*group)[field.name];
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  return std::string_view(field.name) == "release" ? major_minor(text) : text;
}

void compare(const std::string& field, const std::string& baseline, const std::string& candidate,
             std::vector<Difference>& differences) {
  if (baseline != candidate)
    differences.push_back({.field = field, .baseline = baseline, .candidate = candidate});
}

std::string topology_of(const Json& environment) {
  return environment.contains("topology") ? environment.at("topology").dump() : "unknown";
}

}  // namespace

std::vector<Difference> environment_differences(const Json& baseline, const Json& candidate) {
  std::vector<Difference> differences;
  for (const Field& field : stable)
    compare(fmt::format("{}.{}", field.group, field.name), text_at(baseline, field),
            text_at(candidate, field), differences);
  compare("topology", topology_of(baseline), topology_of(candidate), differences);
  return differences;
}

std::vector<Difference> result_differences(const Json& baseline, const Json& candidate) {
  std::vector<Difference> differences =
      environment_differences(baseline.at("environment"), candidate.at("environment"));
  for (const char* name : {"duration_s", "warm_up_s"}) {
    compare(fmt::format("effort.{}", name), baseline.at("run").at("effort").at(name).dump(),
            candidate.at("run").at("effort").at(name).dump(), differences);
  }
  return differences;
}

std::string text_of(const std::vector<Difference>& differences) {
  std::string text;
  for (const Difference& one : differences)
    text += fmt::format("  {}: the baseline's is '{}', the candidate's is '{}'\n", one.field, one.baseline,
                        one.candidate);
  return text;
}

std::string environment_id(const Json& environment) {
  // FNV-1a (Fowler, Noll, Vo): stable over builds and systems, and no secret is in it.
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](const std::string& text) {
    for (const char one : text + '\n') hash = (hash ^ static_cast<unsigned char>(one)) * 0x100000001b3;
  };
  for (const Field& field : stable) add(text_at(environment, field));
  add(topology_of(environment));
  return fmt::format("{:016x}", hash);
}

}  // namespace ipcmark
