#include "suites/conformance/contention/history.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <new>

#include "harness/errors.hpp"
#include "suites/conformance/contention/mapped_file.hpp"

namespace ipcmark::contention {
namespace {

constexpr std::uint64_t magic = 0x74'7369'6863'7069ULL;  // "ipchist" in the byte order of this host
constexpr std::uint32_t version = 1;

constexpr std::size_t bytes_for(std::uint64_t records) {
  return sizeof(HistoryHead) + static_cast<std::size_t>(records) * sizeof(Record);
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw UsageError(path + " " + why + "; give the directory of a verification of this version");
}

// The head of a file that may be anything.
HistoryHead& checked_head(const std::string& path, const os::Mapping& mapping) {
  if (mapping.size() < sizeof(HistoryHead)) refuse(path, "is too short for a history");
  auto& head = *std::launder(reinterpret_cast<HistoryHead*>(mapping.data()));
  if (head.magic != magic) refuse(path, "is no history");
  if (head.version != version || head.record_size != sizeof(Record))
    refuse(path, "is a history of version " + std::to_string(head.version) + ", and this program reads " +
                     std::to_string(version));
  const std::uint64_t room = (mapping.size() - sizeof(HistoryHead)) / sizeof(Record);
  if (head.count.load() > room)
    refuse(path, "claims " + std::to_string(head.count.load()) + " records and has room for " +
                     std::to_string(room));
  if (head.side > Side::consumer) refuse(path, "is of neither a producer nor a consumer");
  return head;
}

// A file of anybody's may hold values that no enumerator has.
bool has_sense(const Record& record) {
  return record.verdict <= Verdict::foreign && record.status <= Status::error &&
         record.progress <= Progress::over && record.sequence < most_messages;
}

}  // namespace

void Record::note(const Seen& seen) noexcept {
  verdict = seen.verdict;
  at = seen.at;
  known = static_cast<std::uint8_t>((seen.of ? 1 : 0) | (seen.other ? 2 : 0));
  if (seen.of) {
    run = seen.of->run;
    producer = seen.of->producer;
    sequence = seen.of->sequence;
  }
  if (seen.other) {
    other_run = seen.other->run;
    other_producer = seen.other->producer;
    other_sequence = seen.other->sequence;
  }
}
std::optional<Identity> Record::of() const noexcept {
  if ((known & 1) == 0) return std::nullopt;
  return Identity{.run = run, .producer = producer, .sequence = sequence};
}
std::optional<Identity> Record::other() const noexcept {
  if ((known & 2) == 0) return std::nullopt;
  return Identity{.run = other_run, .producer = other_producer, .sequence = other_sequence};
}

void HistoryFile::create(const std::string& path, Side side, unsigned number, std::uint16_t run,
                         std::uint64_t capacity) {
  allocate_file(path, bytes_for(capacity));
  const os::Mapping mapping = map_file(path, Access::write);
  auto* const head = ::new (mapping.data()) HistoryHead;
  head->magic = magic;
  head->version = version;
  head->record_size = sizeof(Record);
  head->side = side;
  head->number = static_cast<std::uint8_t>(number);
  head->run = run;
  head->capacity = capacity;
}

HistoryFile::HistoryFile(const std::string& path) : mapping_(map_file(path, Access::write)) {
  checked_head(path, mapping_);
}

Record* HistoryFile::begin() noexcept {
  const std::uint64_t at = head().count.load(std::memory_order_relaxed);
  if (at == head().capacity) return nullptr;
  auto* const record = ::new (records() + at) Record;
  // Whoever reads the count finds a record that has begun.
  head().count.store(at + 1, std::memory_order_release);
  return record;
}
void HistoryFile::finish(Record& record) noexcept {
  std::atomic_ref(record.progress).store(Progress::over, std::memory_order_release);
}
HistoryHead& HistoryFile::head() const noexcept {
  return *std::launder(reinterpret_cast<HistoryHead*>(mapping_.data()));
}
Record* HistoryFile::records() const noexcept {
  return reinterpret_cast<Record*>(mapping_.data() + sizeof(HistoryHead));
}

History read_history(const std::string& path) {
  if (std::filesystem::file_size(path) < sizeof(HistoryHead)) refuse(path, "is too short for a history");
  const os::Mapping mapping = map_file(path, Access::read);
  const HistoryHead& head = checked_head(path, mapping);
  History history{.side = head.side,
                  .number = head.number,
                  .run = head.run,
                  .ended = head.ended.load() != 0,
                  .records = {}};
  history.records.resize(head.count.load());
  if (!history.records.empty())
    std::memcpy(history.records.data(), mapping.data() + sizeof(HistoryHead),
                history.records.size() * sizeof(Record));
  if (!std::all_of(history.records.begin(), history.records.end(), has_sense))
    refuse(path, "holds what no process has written");
  return history;
}

void trim_history(const std::string& path) {
  std::uint64_t count = 0;
  {
    const os::Mapping mapping = map_file(path, Access::read);
    count = checked_head(path, mapping).count.load();
  }
  std::filesystem::resize_file(path, bytes_for(count));
}

void write_history(const std::string& path, const History& history) {
  HistoryFile::create(path, history.side, history.number, history.run, history.records.size());
  HistoryFile file(path);
  for (const Record& record : history.records) *file.begin() = record;
  if (history.ended) file.end();
}

}  // namespace ipcmark::contention
