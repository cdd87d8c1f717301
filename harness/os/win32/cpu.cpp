#include "harness/os/cpu.hpp"

#include <cstddef>

#include "harness/os/win32/win32.hpp"

namespace ipcmark::os {
namespace {

using Record = SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX;

std::vector<std::byte> all_records() {
  DWORD size = 0;
  ::GetLogicalProcessorInformationEx(RelationAll, nullptr, &size);
  std::vector<std::byte> records(size);
  require(::GetLogicalProcessorInformationEx(RelationAll, reinterpret_cast<Record*>(records.data()), &size),
          "GetLogicalProcessorInformationEx");
  records.resize(size);
  return records;
}

// Records have sizes of their own, and stand one behind the other.
template <class See>
void for_each_record(const std::vector<std::byte>& records, See see) {
  for (std::size_t at = 0; at < records.size();) {
    const auto& record = *reinterpret_cast<const Record*>(records.data() + at);
    see(record);
    at += record.Size;
  }
}

constexpr bool has(KAFFINITY mask, unsigned processor) noexcept { return (mask >> processor & 1U) != 0; }

// Writes an ordinal into the member of every processor of the mask.
void number(Topology& host, KAFFINITY mask, unsigned Processor::*member, unsigned ordinal) {
  for (Processor& processor : host.usable) {
    if (has(mask, processor.id)) processor.*member = ordinal;
  }
}

void see(Topology& host, const Record& record) {
  switch (record.Relationship) {
    case RelationProcessorCore:
      return number(host, record.Processor.GroupMask[0].Mask, &Processor::core, host.cores++);
    case RelationProcessorPackage:
      return number(host, record.Processor.GroupMask[0].Mask, &Processor::socket, host.sockets++);
    case RelationNumaNode:
      number(host, record.NumaNode.GroupMask.Mask, &Processor::numa, record.NumaNode.NodeNumber);
      ++host.numa_nodes;
      return;
    case RelationCache:
      if (record.Cache.Level == 1 && record.Cache.LineSize != 0) host.cache_line = record.Cache.LineSize;
      return;
    default: return;
  }
}

Topology read_topology() {
  Topology host;
  DWORD_PTR allowed = 0, installed = 0;
  require(::GetProcessAffinityMask(::GetCurrentProcess(), &allowed, &installed), "GetProcessAffinityMask");
  for (unsigned id = 0; id < sizeof allowed * 8; ++id) {
    if (has(allowed, id)) host.usable.push_back({.id = id});
  }
  for_each_record(all_records(), [&](const Record& record) { see(host, record); });
  return host;
}

}  // namespace

const Topology& topology() {
  static const Topology known = read_topology();
  return known;
}

void pin_to(unsigned processor) {
  if (::SetThreadAffinityMask(::GetCurrentThread(), DWORD_PTR{1} << processor) == 0)
    throw_last_error("SetThreadAffinityMask");
}

}  // namespace ipcmark::os
