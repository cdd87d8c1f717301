// Rules about the limits of queues and memory.
#include <fmt/format.h>

#include <array>

#include "harness/measure/doctor_rules.hpp"

namespace ipcmark {
namespace {

using MaybeFinding = std::optional<Finding>;
using Limit = std::optional<std::uint64_t>;

// What a standard run asks for: so many messages that fit at once, and messages up to this size.
constexpr std::uint64_t depth = 64;
constexpr std::uint64_t usual_message = 4096;     // bytes
constexpr std::uint64_t largest_message = 65536;  // bytes
// A queue's cost by getrlimit(2), RLIMIT_MSGQUEUE: its messages and a header of less than 128 bytes for each.
constexpr std::uint64_t queue_bytes = depth * (largest_message + 128);
constexpr std::uint64_t segment_bytes = 256U << 20U;
constexpr std::uint64_t locked_bytes = 64U << 20U;

// What is said and typed about the limits of one kind, of those that are too small or unknown.
struct Gathered {
  std::string what, settings;
  void add(const Limit& limit, std::uint64_t wanted, std::string_view of, std::string_view setting) {
    if (limit && *limit >= wanted) return;
    const std::string value = limit ? fmt::to_string(*limit) : "an unknown number of";
    what += fmt::format("{}{} {}", what.empty() ? "" : ", ", value, of);
    if (!setting.empty()) settings += fmt::format(" {}={}", setting, wanted);
  }
};

MaybeFinding posix_queues(const Facts& facts) {
  Gathered limits;
  limits.add(facts.mqueue_msg_max, depth, "messages in a queue", "fs.mqueue.msg_max");
  limits.add(facts.mqueue_msgsize_max, largest_message, "bytes in a message", "fs.mqueue.msgsize_max");
  limits.add(facts.rlimit_msgqueue, queue_bytes, "bytes in all queues of a user", "");
  if (limits.what.empty()) return {};
  std::string advice = limits.settings.empty() ? "" : fmt::format("`sudo sysctl{}`", limits.settings);
  if (!facts.rlimit_msgqueue || *facts.rlimit_msgqueue < queue_bytes) {
    advice += advice.empty() ? "" : " and ";
    advice += "`sudo prlimit --pid $$ --msgqueue=unlimited` (for this shell)";
  }
  return info(
      "posix_queues", fmt::format("POSIX message queues are limited to {}.", limits.what),
      "Deeper queues and larger messages cannot be measured here without CAP_SYS_RESOURCE (mq_overview(7)), "
      "and a shallow queue makes a producer wait more often than the other mechanisms do.",
      advice);
}

MaybeFinding system_v_queues(const Facts& facts) {
  Gathered limits;
  limits.add(facts.msgmnb, depth * usual_message, "bytes in a queue", "kernel.msgmnb");
  limits.add(facts.msgmax, largest_message, "bytes in a message", "kernel.msgmax");
  if (limits.what.empty()) return {};
  const std::string fits =
      facts.msgmnb ? fmt::format("{} messages of {} bytes", *facts.msgmnb / usual_message, usual_message)
                   : std::string("an unknown number of messages");
  return info("system_v_queues", fmt::format("System V message queues are limited to {}.", limits.what),
              fmt::format("A queue holds {} before its producer has to wait; messages above the limit cannot "
                          "be measured at all.",
                          fits),
              fmt::format("`sudo sysctl{}`", limits.settings));
}

// A user past the soft limit gets pipes of one or two pages, without being told: pipe(7), "/proc files".
MaybeFinding pipes(const Facts& facts) {
  constexpr std::uint64_t usual_pages = 16384, usual_size = 1U << 20U;
  Gathered limits;
  limits.add(facts.pipe_max_size, usual_size, "bytes in a pipe", "fs.pipe-max-size");
  if (facts.pipe_user_pages_soft != 0U) {  // 0 is no limit
    limits.add(facts.pipe_user_pages_soft, usual_pages, "pages in all pipes of a user",
               "fs.pipe-user-pages-soft");
  }
  if (limits.what.empty()) return {};
  return info("pipes", fmt::format("Pipes are limited to {}.", limits.what),
              "Past the limit of a user, new pipes silently hold one or two pages instead of 16, and a "
              "stream through "
              "them waits more often.",
              fmt::format("`sudo sysctl{}`", limits.settings));
}

MaybeFinding unix_datagrams(const Facts& facts) {
  const Limit& length = facts.unix_max_dgram_qlen;
  if (length && *length >= depth) return {};
  return info(
      "unix_datagrams",
      length ? fmt::format("A UNIX datagram socket queues {} messages (net.unix.max_dgram_qlen).", *length)
             : std::string("How many messages a UNIX datagram socket queues is unknown."),
      "Its producer has to wait earlier than those of deeper mechanisms do: throughput at small messages is "
      "that of a shallow queue.",
      fmt::format("`sudo sysctl net.unix.max_dgram_qlen={}`", depth));
}

MaybeFinding shared_memory(const Facts& facts) {
  if (facts.dev_shm_free && *facts.dev_shm_free >= segment_bytes) return {};
  const bool container = in_container(facts);
  return info("shared_memory",
              facts.dev_shm_free ? fmt::format("/dev/shm has {} MiB free.", *facts.dev_shm_free >> 20U)
                                 : std::string("How much is free in /dev/shm is unknown."),
              "Segments for large or many messages do not fit, and those trials are skipped.",
              container
                  ? "Start the container with more: `docker run --shm-size=1g ...`."
                  : "`sudo mount -o remount,size=1g /dev/shm`; see what fills it with `ls -l /dev/shm`.");
}

MaybeFinding memory_lock(const Facts& facts) {
  const Limit& limit = facts.rlimit_memlock;
  if (limit && *limit >= locked_bytes) return {};
  return info("memory_lock",
              limit
                  ? fmt::format("A process without CAP_IPC_LOCK may lock {} KiB of memory (RLIMIT_MEMLOCK).",
                                *limit >> 10U)
                  : std::string("How much memory a process may lock is unknown."),
              "Pages cannot all be kept in memory during a trial: a fault may show in the tail.",
              "`sudo prlimit --pid $$ --memlock=unlimited` (for this shell)");
}

constexpr std::array rules{Rule{posix_queues},   Rule{system_v_queues}, Rule{pipes},
                           Rule{unix_datagrams}, Rule{shared_memory},   Rule{memory_lock}};

}  // namespace

std::span<const Rule> limit_rules() { return rules; }

}  // namespace ipcmark
