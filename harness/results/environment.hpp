// The environment of a result: what was measured on and with.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/os/cpu.hpp"
#include "harness/os/host.hpp"
#include "harness/results/build_info.hpp"

namespace ipcmark {

// The `environment` object of a result: one object for each group of facts ("kernel": {"release": "6.1.0",
// "hz": 250}), `cpu` with cores, threads and sockets, `topology`, a list of {id, core, socket, numa}, and
// `build`. A fact that is a plain integer is a number, every other one a string, "unknown" when it cannot be
// known. Neither the host's name nor the user's is in it. `momentary` holds what may change between two runs
// on the same machine, so whoever asks whether two environments are the same leaves it out.
nlohmann::json environment_record();

// The same of given facts.
nlohmann::json environment_of(const std::vector<os::Fact>&, const os::Topology&, const BuildInfo&);

// Its `build` alone.
nlohmann::json build_record(const BuildInfo&);

// The machine of an `environment` in one line for people: "Intel Xeon 2.5 GHz, 2 cores, 1 thread per core,
// KVM guest, Linux 6.18, 23 GiB". Parts that the object does not have are said to be unknown, or left out.
std::string machine_line(const nlohmann::json& environment);

}  // namespace ipcmark
