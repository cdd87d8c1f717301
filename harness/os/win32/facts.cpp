// Facts about a Windows host, or about what plays one: Wine.
#include <array>
#include <optional>

#include "harness/os/host.hpp"
#include "harness/os/win32/win32.hpp"

namespace ipcmark::os {
namespace {

using Text = std::optional<std::string>;

void add(std::vector<Fact>& facts, std::string group, std::string name, const Text& value) {
  facts.push_back({std::move(group), std::move(name), value.value_or("").empty() ? "unknown" : *value});
}

Text registry_text(const wchar_t* key, const wchar_t* name) {
  std::array<wchar_t, 256> text{};
  DWORD size = sizeof text;
  const LSTATUS failed =
      ::RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_SZ, nullptr, text.data(), &size);
  if (failed != ERROR_SUCCESS) return std::nullopt;
  return narrow(text.data());
}

// What GetVersionEx says depends on the program's manifest, this does not.
OSVERSIONINFOEXW version_of_windows() {
  OSVERSIONINFOEXW version{};
  version.dwOSVersionInfoSize = sizeof version;
  if (const auto ask = function_of<LONG WINAPI(OSVERSIONINFOEXW*)>(L"ntdll.dll", "RtlGetVersion"))
    ask(&version);
  return version;
}

// Windows 11 still calls itself 10.0, and is known by its build.
std::string name_of_windows(const OSVERSIONINFOEXW& version) {
  constexpr DWORD first_build_of_11 = 22000;
  if (version.dwMajorVersion == 0) return "windows of an unknown version";
  if (version.wProductType != VER_NT_WORKSTATION)
    return "windows server, build " + std::to_string(version.dwBuildNumber);
  if (version.dwMajorVersion == 10)
    return version.dwBuildNumber < first_build_of_11 ? "windows 10" : "windows 11";
  if (version.dwMajorVersion == 6 && version.dwMinorVersion == 1) return "windows 7";
  return "windows " + std::to_string(version.dwMajorVersion) + "." + std::to_string(version.dwMinorVersion);
}

std::string build_of(const OSVERSIONINFOEXW& version) {
  return std::to_string(version.dwMajorVersion) + "." + std::to_string(version.dwMinorVersion) + "." +
         std::to_string(version.dwBuildNumber);
}

constexpr const char* name_of_version = "wine_get_version";

struct Wine {
  Text version, host;
};

// Functions that only Wine's ntdll has.
std::optional<Wine> wine() {
  const auto version = function_of<const char * CDECL()>(L"ntdll.dll", name_of_version);
  if (version == nullptr) return std::nullopt;
  Wine found{.version = version(), .host = std::nullopt};
  const auto ask = function_of<void CDECL(const char**, const char**)>(L"ntdll.dll", "wine_get_host_version");
  if (ask == nullptr) return found;
  const char *system = nullptr, *release = nullptr;
  ask(&system, &release);
  if (system != nullptr && release != nullptr) found.host = std::string(system) + " " + release;
  return found;
}

Text architecture() {
  SYSTEM_INFO info{};
  ::GetNativeSystemInfo(&info);
  switch (info.wProcessorArchitecture) {
    case PROCESSOR_ARCHITECTURE_AMD64: return "x86_64";
    case PROCESSOR_ARCHITECTURE_ARM64: return "aarch64";
    default: return std::nullopt;
  }
}

void add_memory(std::vector<Fact>& facts) {
  MEMORYSTATUSEX memory{};
  memory.dwLength = sizeof memory;
  const bool known = ::GlobalMemoryStatusEx(&memory) != FALSE;
  add(facts, "memory", "total_bytes", known ? Text(std::to_string(memory.ullTotalPhys)) : std::nullopt);
}

}  // namespace

bool under_wine() noexcept {
  return function_of<const char * CDECL()>(L"ntdll.dll", name_of_version) != nullptr;
}

// The system's name tells Wine from Windows, since it labels every figure.
std::vector<Fact> host_facts() {
  std::vector<Fact> facts;
  const wchar_t* const processor = L"HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0";
  add(facts, "cpu", "model", registry_text(processor, L"ProcessorNameString"));
  add(facts, "cpu", "vendor", registry_text(processor, L"VendorIdentifier"));
  add(facts, "cpu", "identifier", registry_text(processor, L"Identifier"));
  const OSVERSIONINFOEXW version = version_of_windows();
  const auto emulator = wine();
  std::string name = name_of_windows(version);
  if (emulator) name += " (wine " + emulator->version.value_or("of an unknown version") + ")";
  add(facts, "kernel", "name", name);
  add(facts, "kernel", "version", build_of(version));
  add(facts, "kernel", "architecture", architecture());
  if (emulator) {
    add(facts, "wine", "version", emulator->version);
    add(facts, "wine", "host", emulator->host);
  }
  add(facts, "os", "name", name);
  add(facts, "virtualisation", "hypervisor", std::nullopt);
  add(facts, "virtualisation", "container", std::nullopt);
  add_memory(facts);
  return facts;
}

}  // namespace ipcmark::os
