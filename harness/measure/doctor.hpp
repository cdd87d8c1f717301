// Whether this host is fit for measuring: what disturbs figures here, what cannot be measured, and what to
// change.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace ipcmark {

// Something to know before figures of this host are believed. Severity "warning": times may be wrong,
// unsteady, or unlike those of another host. "info": something cannot be measured or cannot be known here.
struct Finding {
  std::string id;        // stays the same between versions: "frequency_governor"
  std::string severity;  // "warning" or "info"
  std::string what;      // the fact, with its value
  std::string meaning;   // what it does to figures
  std::string
      advice;  // what to type, commands in backquotes; or that nothing can be done, and what to do instead
};

// What is known about a host; nothing for what cannot be known.
struct Facts {
  template <class T>
  using Known = std::optional<T>;
  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  // The program.
  Known<std::string> build_type;
  Known<bool> assertions;
  std::vector<std::string> sanitizers;

  // Where it runs. A hypervisor or container is named by its kind, or "none".
  Known<std::string> system;  // "Linux"; taken for it when unknown
  Known<std::string> hypervisor, container;
  Known<unsigned> processors, cores;  // that this process may use
  Known<bool> smt;
  Known<double> cpu_quota;  // processors' worth of time; infinity when there is no quota

  // Power management.
  Known<std::string> governor, turbo;          // turbo: "on" or "off"
  Known<std::string> frequency_driver;         // "intel_pstate"
  Known<std::string> idle_driver, idle_state;  // the deepest state in use
  Known<std::uint64_t> idle_exit_us;           // what it takes to leave that state

  // Clocks and counters.
  Known<bool> invariant_counter;
  Known<std::string> clocksource, clocksources_available;
  Known<double> clock_step_ns;              // the smallest step between two readings of the clock in use
  Known<std::string> counters_unavailable;  // why there are no hardware counters; empty when there are
  Known<bool> counters_see_kernel;
  Known<std::int64_t> perf_event_paranoid;

  // Others at work. Shares are of the time of one sample, 0 to 1.
  Known<double> stolen_share;   // of all processors' time
  Known<double> stolen_s;       // since boot
  Known<double> waiting_share;  // of the time in which some task waited for a processor
  Known<double> load;           // the average of the last minute

  // Limits, in messages, bytes and pages; `unlimited` where there is none.
  Known<std::uint64_t> mqueue_msg_max, mqueue_msgsize_max, rlimit_msgqueue;
  Known<std::uint64_t> msgmnb, msgmax;
  Known<std::uint64_t> pipe_max_size, pipe_user_pages_soft;
  Known<std::uint64_t> unix_max_dgram_qlen;
  Known<std::uint64_t> dev_shm_free;
  Known<std::uint64_t> rlimit_memlock;
};

// Asks the host; watches it for 200 ms, in which this process sleeps.
Facts gather_facts();

// What follows from the facts, warnings first. A fact that is not known is itself a finding.
std::vector<Finding> judge(const Facts&);

// Both: less than half a second.
std::vector<Finding> examine_host();

}  // namespace ipcmark
