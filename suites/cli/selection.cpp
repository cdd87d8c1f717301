#include "suites/cli/selection.hpp"

#include "suites/benchmark/units.hpp"

namespace ipcmark {

void add_list(CLI::App& command, const std::string& names, std::vector<std::string>& into,
              const std::string& help) {
  command.add_option(names, into, help)->allow_extra_args(false)->type_name("LIST");
}

void add_consent(CLI::App& command) {
  command.add_flag(
      "--touch-clipboard", clipboard_may_be_touched,
      "also mechanisms that change what is in your clipboard meanwhile; it is put back at the end");
}

void add_selection(CLI::App& command, TypedSelection& typed) {
  add_list(command, "--mechanism,-m", typed.mechanisms, "names or patterns: 'shm_*,anonymous_pipe'");
  add_list(
      command, "--workload,-w", typed.workloads,
      "ping_pong (round trip), stream (one way), idle (what waiting costs), crowd (two and two on one link), "
      "urgent (priorities), open_loop (late by how much at a fixed rate)");
  add_list(command, "--size,-s", typed.sizes, "message sizes: 64,4KiB,1MiB (8 B to 64 MiB)");
  add_list(command, "--wait", typed.waits,
           "spin,block,adaptive; without a value: wait until another run on this host is over");
  add_list(command, "--placement,-p", typed.placements,
           "same_core, two_cores, smt_siblings, two_sockets, unpinned");
  add_list(command, "--option", typed.options,
           "depth=16,256 (messages), buffer=64KiB,1MiB (the kernel's) or memory=memfd,huge_pages, of the "
           "mechanisms that have it; rate=1k,100k (a second) of open_loop; `ipcmark list` names them all");
}

void understand(const TypedSelection& typed, Overrides& overrides) {
  overrides.mechanisms = split_list(typed.mechanisms);
  overrides.workloads = split_list(typed.workloads);
  overrides.waits = split_list(typed.waits);
  overrides.placements = split_list(typed.placements);
  overrides.options = parse_options(typed.options);
  for (const std::string& size : split_list(typed.sizes)) overrides.sizes.push_back(parse_size(size));
  if (!typed.duration.empty()) overrides.duration_s = parse_duration(typed.duration);
  if (!typed.budget.empty()) overrides.budget_s = parse_duration(typed.budget);
}

}  // namespace ipcmark
