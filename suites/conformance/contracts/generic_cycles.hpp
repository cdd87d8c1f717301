// Links that are made, used and destroyed again and again, and what their process holds before and after: the
// part of GEN-19 that is of no system.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "harness/os/host.hpp"
#include "suites/conformance/contracts/generic.hpp"

namespace ipcmark::generic {

inline Wait any_wait(const Waits& waits) { return waits.block ? Wait::block : Wait::spin; }

// What an actor has to run: "mechanism cycles". Slow mechanisms stop early, since they must not take a minute
// and a leak shows in some hundred cycles as well.
struct Cycles {
  explicit Cycles(const std::string& job) {
    std::string name;
    std::istringstream(job) >> name >> wanted;
    mechanism = mechanism_named(name);
    options = modest(64, 4);
    options.run = os::new_run_id();
  }

  // `one_cycle(mechanism, options)` says whether its message came. Returns the JSON that both systems share;
  // `held(run)` is called once caches are full, and at the end, and its two answers go to `keep`.
  template <class OneCycle, class Held, class Keep>
  nlohmann::json run(std::chrono::milliseconds budget, OneCycle one_cycle, Held held, Keep keep) {
    constexpr unsigned first = 10;  // in which caches fill up
    const auto begun = std::chrono::steady_clock::now();
    decltype(held(options.run)) before{};
    unsigned done = 0;
    for (; done < first + wanted; ++done) {
      if (done > first + 20 && std::chrono::steady_clock::now() - begun > budget) break;
      if (done == first) before = held(options.run);
      options.link = done % 50;
      if (!one_cycle(*mechanism, options))
        throw std::runtime_error("a message did not come in cycle " + std::to_string(done));
    }
    nlohmann::json said{{"cycles", done - first}};
    keep(said, before, held(options.run));
    return said;
  }

  const Mechanism* mechanism = nullptr;
  Options options;
  unsigned wanted = 0;
};

}  // namespace ipcmark::generic
