// What one process of a contention case did, in a file: a header and one record of 64 bytes for each call,
// only ever appended. The file is mapped, so that all that was written is there after the process was killed,
// and whoever watches the case reads how far everybody is.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/message.hpp"
#include "harness/os/memory.hpp"
#include "suites/conformance/contention/payload.hpp"

namespace ipcmark::contention {

// How far a call is. Written after everything else of its record.
enum class Progress : std::uint8_t { begun, over };

// A send says what it sent, a receive what it got and what was found in it. Times are os::ticks(), of one
// clock for all processes of the host.
struct Record {
  std::uint64_t began = 0, ended = 0;
  std::uint32_t sequence = 0, size = 0;
  std::uint32_t at = 0;  // the first wrong byte: Seen
  std::uint32_t other_sequence = 0;
  std::uint16_t run = 0, other_run = 0;
  std::uint8_t producer = 0, other_producer = 0;
  std::uint8_t known = 0;  // 1: whose it is; 2: whose the other part is
  Verdict verdict = Verdict::whole;
  Status status = Status::ok;
  Progress progress = Progress::begun;
  std::uint8_t unused[22] = {};

  void note(const Seen&) noexcept;
  std::optional<Identity> of() const noexcept;
  std::optional<Identity> other() const noexcept;
};
static_assert(sizeof(Record) == 64);

enum class Side : std::uint8_t { producer, consumer };

struct HistoryHead {
  std::uint64_t magic = 0;
  std::uint32_t version = 0, record_size = 0;
  Side side = Side::producer;
  std::uint8_t number = 0;  // among the processes of its side
  std::uint16_t run = 0;
  std::atomic<std::uint32_t> ended = 0;  // 1: the process came to its end of its own accord
  std::uint64_t capacity = 0;            // records that the file has room for
  std::atomic<std::uint64_t> count = 0;  // records that have begun
  std::uint8_t unused[24] = {};
};
static_assert(sizeof(HistoryHead) == 64 && std::atomic<std::uint64_t>::is_always_lock_free);

// A file of a history, mapped by the one process that writes it or by those that watch.
class HistoryFile {
 public:
  // Makes the file, whose blocks are all allocated now: a full disk is an error here and not a SIGBUS later.
  static void create(const std::string& path, Side, unsigned number, std::uint16_t run,
                     std::uint64_t capacity);
  explicit HistoryFile(const std::string& path);

  // The record of a call that now begins; null when there is no room. Over with finish().
  Record* begin() noexcept;
  static void finish(Record&) noexcept;
  void end() noexcept { head().ended.store(1, std::memory_order_release); }

  bool ended() const noexcept { return head().ended.load(std::memory_order_acquire) != 0; }
  std::uint64_t count() const noexcept { return head().count.load(std::memory_order_acquire); }
  const Record& operator[](std::uint64_t k) const noexcept { return records()[k]; }

 private:
  HistoryHead& head() const noexcept;
  Record* records() const noexcept;
  os::Mapping mapping_;
};

// A history as it is judged.
struct History {
  Side side = Side::producer;
  unsigned number = 0;
  std::uint16_t run = 0;
  bool ended = true;  // false: the process was killed
  std::vector<Record> records = {};
};

// Reads a file whose writer is gone. Throws UsageError when it is no history, one of another version, or
// shorter than it says.
History read_history(const std::string& path);
// Cuts off the room that was not used.
void trim_history(const std::string& path);
// For tests: writes a made history.
void write_history(const std::string& path, const History&);

}  // namespace ipcmark::contention
